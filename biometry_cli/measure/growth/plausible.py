"""Whether sizes can be those of a fetus at all, and which wrong unit they look like.

The catalog's ranges are wide: they let every fetus of 11 to 43 weeks pass, also one of very
abnormal growth, and stop slips of the unit or the decimal point.
"""

import math
from collections.abc import Mapping

from biometry_cli.measure.catalog import MEASURES
from biometry_cli.measure.growth import hadlock, intergrowth
from biometry_cli.measure.growth.formula import outside_text
from biometry_cli.results.flags import IMPLAUSIBLE_SIZE, OUT_OF_CHART_RANGE

SIZE_RANGES_MM = {
    name: measure.plausible_mm
    for name, measure in MEASURES.items()
    if measure.plausible_mm is not None
}

# Quotients that no fetus leaves: usual ones run from 14 to 40 weeks as in the comments.
_RATIO_RANGES = {
    ("BPD", "OFD"): (0.55, 1.0),  # usual 0.74 to 0.83
    ("HC", "BPD"): (3.0, 4.7),  # usual 3.4 to 3.7
    ("HC", "OFD"): (2.3, 3.3),  # usual 2.7 to 3.0
    ("FL", "HC"): (0.04, 0.30),  # usual 0.13 to 0.21
    ("FL", "BPD"): (0.12, 1.05),  # usual 0.45 to 0.80
    ("FL", "OFD"): (0.10, 0.95),  # usual 0.35 to 0.65
    ("FL", "AC"): (0.05, 0.34),  # usual 0.16 to 0.24
    ("HC", "AC"): (0.60, 1.80),  # usual 0.95 to 1.25
    ("BPD", "AC"): (0.15, 0.60),  # usual 0.26 to 0.36
    ("OFD", "AC"): (0.20, 0.80),  # usual 0.32 to 0.45
    ("HC", "CRL"): (0.50, 2.50),  # usual 1.1 to 1.5
    ("BPD", "CRL"): (0.15, 0.80),  # usual 0.3 to 0.45
    ("OFD", "CRL"): (0.20, 1.00),  # usual 0.4 to 0.55
    ("AC", "CRL"): (0.40, 2.20),  # usual 0.9 to 1.2
    ("FL", "CRL"): (0.02, 0.40),  # usual 0.1 to 0.2
}
_CIRCUMFERENCE_TOLERANCE = 0.15

_SLIPS = (("cm", 10.0), ("in", 25.4), ("m", 1000.0), ("without its decimal point", 0.1))
_CHART_EDGE_CENTILES = (0.1, 99.9)


def size_reason(name: str, value_mm: float, *, typed: bool = True) -> str | None:
    """Why a size in mm cannot be one of a fetus, and the slip that it looks like.

    None where it can be, and for a measure that is not HC, BPD, OFD, AC, FL or CRL.

    Args:
        name: of the measure.
        value_mm: the size.
        typed: whether a person typed it, in a unit of his own perhaps; else it was measured.
    """
    if name not in SIZE_RANGES_MM:
        return None
    if not math.isfinite(value_mm):
        return f"{name} is not a number ({value_mm})"
    if value_mm <= 0:
        return f"{name} {value_mm:g} mm is not a length"
    low, high = SIZE_RANGES_MM[name]
    if low <= value_mm <= high:
        return None
    how = "small" if value_mm < low else "large"
    article = "a" if name in ("BPD", "CRL") else "an"
    value = _shown(value_mm)
    if low <= float(value) <= high:
        value = outside_text(value_mm, low, high)
    wrong = f"{name} {value} mm is too {how} for {article} {name} ({low:g} to {high:g} mm)"
    return wrong + (_unit_hint(name, value_mm) if typed else "; is the pixel size right?")


def relation_reasons(sizes_mm: Mapping[str, float], *, typed: bool = True) -> list[str]:
    """Which sizes in mm cannot belong to one fetus, and the slip that typed ones look like."""
    known = {name: sizes_mm[name] for name in SIZE_RANGES_MM if name in sizes_mm}
    reasons = []
    for (first, second), (low, high) in _RATIO_RANGES.items():
        if first not in known or second not in known:
            continue
        ratio = known[first] / known[second]
        if not low <= ratio <= high:
            reasons.append(_ratio_reason(first, second, known, (low, high), typed=typed))
    if not reasons and {"HC", "BPD", "OFD"} <= known.keys():
        around = math.pi * (known["BPD"] + known["OFD"]) / 2
        if abs(known["HC"] / around - 1) > _CIRCUMFERENCE_TOLERANCE:
            reasons.append(
                f"HC {_shown(known['HC'])} mm does not fit BPD {_shown(known['BPD'])} and OFD "
                f"{_shown(known['OFD'])} mm, which make about {around:.0f} mm around"
            )
    return reasons


def measure_flags(name: str, value_mm: float) -> list[str]:
    """What speaks against one size in mm.

    ``implausible_size``: no fetus has it. ``out_of_chart_range``: it lies below the 0.1st centile
    at 14+0 or above the 99.9th at 40+0 (INTERGROWTH-21st), and dating by it alone (Hadlock 1984)
    gives no age; of CRL, outside the 15 to 95 mm of its dating. Other measures have no flags.
    """
    if name not in SIZE_RANGES_MM:
        return []
    if size_reason(name, value_mm) is not None:
        return [IMPLAUSIBLE_SIZE]
    return [OUT_OF_CHART_RANGE] if _outside_charts(name, value_mm) else []


def _outside_charts(name: str, value_mm: float) -> bool:
    if name == "CRL":
        return intergrowth.CRL.refusal({name: value_mm}) is not None
    chart = intergrowth.CHARTS[name]
    (low, high), (first, last) = _CHART_EDGE_CENTILES, chart.weeks_range
    if chart.value_at_centile(low, first) <= value_mm <= chart.value_at_centile(high, last):
        return False
    dating = hadlock.DATING.get((name,))
    return dating is None or dating.refusal({name: value_mm}) is not None


def _shown(value_mm: float) -> str:
    """A size as it was typed, or to a tenth where it was measured."""
    written = f"{value_mm:g}"
    return f"{value_mm:.1f}" if len(written.partition(".")[2]) > 2 and value_mm >= 1 else written


def _in_range(name: str, value_mm: float) -> bool:
    low, high = SIZE_RANGES_MM[name]
    return low <= value_mm <= high


def _unit_hint(name: str, value: float) -> str:
    fits = [
        f"{_shown(value)} {slip} (give {value * factor:.4g})"
        for slip, factor in _SLIPS
        if _in_range(name, value * factor)
    ]
    return f"; {' or '.join(fits)} would be plausible" if fits else ""


def _ratio_reason(
    first: str,
    second: str,
    sizes: Mapping[str, float],
    limits: tuple[float, float],
    *,
    typed: bool,
) -> str:
    a, b = sizes[first], sizes[second]
    how = "long" if a / b > limits[1] else "short"
    if first in ("HC", "AC"):
        how = "large" if how == "long" else "small"
    reason = f"{first} {_shown(a)} mm is too {how} beside {second} {_shown(b)} mm"
    if not typed:
        return reason
    if (first, second) == ("BPD", "OFD") and a > b:
        return f"{reason}: the two look exchanged"
    for name, value in ((first, a), (second, b)):
        changed = {**sizes, name: 10 * value}
        ratio = changed[first] / changed[second]
        if limits[0] <= ratio <= limits[1] and _in_range(name, 10 * value):
            return f"{reason}; {name} {value:g} cm would fit: give {10 * value:g}"
    return reason
