"""The two ways to place the calipers of a BPD, and the head's shape that it depends on.

Hadlock's formulas expect BPD from the outer border of the near skull bone to the inner border of
the far one (outer-inner); INTERGROWTH-21st measured outer border to outer border (outer-outer).
"""

CEPHALIC_INDEX_RANGE = (74.0, 83.0)
"""Per cent. Outside it dating by BPD is unreliable (Hadlock 1981)."""

# Wong et al. 2018, Australas J Ultrasound Med 21:161: outer-outer = 0.555934 + 1.027318 inner, mm.
_OFFSET_MM, _FACTOR = 0.555934, 1.027318


def outer_inner_mm(outer_outer_mm: float) -> float:
    """BPD outer-inner from BPD outer-outer, both in mm (Wong 2018, solved for its input)."""
    return (outer_outer_mm - _OFFSET_MM) / _FACTOR


def outer_outer_mm(outer_inner_mm: float) -> float:
    """BPD outer-outer from BPD outer-inner, both in mm (Wong 2018, 14 to 40 weeks)."""
    return _OFFSET_MM + _FACTOR * outer_inner_mm


def cephalic_index(bpd_mm: float, ofd_mm: float) -> float:
    """100 BPD / OFD in per cent; its mean is 78.3 % (Hadlock 1981)."""
    return 100 * bpd_mm / ofd_mm
