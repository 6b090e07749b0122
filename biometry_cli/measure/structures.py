"""From the soft mask of one named structure to its clinical measures.

Circumferences and diameters are outer-to-outer: they follow the outline of the mask. Shapes are
fitted in millimetres wherever the pixel spacing is known, so unequal spacing is exact.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biometry_cli.measure.contour import (
    component_sizes,
    on_border,
    polygon_length,
    signed_area,
    smoothed,
    soft_contour,
)
from biometry_cli.measure.ellipse import Ellipse, Segment, fit_ellipse
from biometry_cli.measure.moments import moment_ellipse
from biometry_cli.measure.shaft import shaft_ends

Points = NDArray[np.float64]
Sized = tuple[dict[str, float], dict[str, Segment]]
"""Values and caliper ends by the measure's name, in millimetres (or pixels, uncalibrated)."""

LEVEL = 0.5
SMALLEST_AREA_PX = 10.0  # less is a handful of pixels, without a shape to measure
SECOND_COMPONENT = 0.05  # of the largest one's pixels; anything smaller is a speck
POOR_FIT = 0.04  # root mean square distance over the ellipse's size: 2 mm for a head at term
LEAST_SEEN = 0.5  # of the ellipse's perimeter; with less outline inside the image it is a guess


@dataclass(frozen=True)
class Measured:
    """One measure; ``unit`` is mm, px, mm², px² or %."""

    name: str
    value: float
    unit: str


@dataclass(frozen=True)
class MeasuredStructure:
    """One structure as found in one soft mask. Pixels are those of the mask, x, y.

    Attributes:
        area_px: area inside the contour, in px², holes counted in.
        ellipse_px: the ellipse that the diameters come from; None for a femur, or without a fit.
        contour_px: (N, 2) float64 closed contour.
        measures: in the order of a report; empty for a head or abdomen without an ellipse.
        calipers_px: both ends of each measured diameter or length, by the measure's name.
        flags: of ``touches_border`` (the outline is cut off by the image), ``two_components``
            (another component has at least 5 % of the largest one's pixels; it is not measured)
            and, for a head or abdomen, ``poor_ellipse_fit``: no ellipse; or its root mean square
            distance from the outline exceeds 4 % of the square root of semi_major * semi_minor;
            or less than half of it lies on outline seen inside the image.
    """

    name: str
    area_px: float
    ellipse_px: Ellipse | None
    contour_px: NDArray[np.float64]
    measures: tuple[Measured, ...]
    calipers_px: dict[str, Segment]
    flags: tuple[str, ...]


_MEASURES_OF = {
    "head": ("HC", "BPD", "OFD", "CI"),
    "abdomen": ("AC", "TAD", "APAD"),
    "femur": ("FL",),
}
_MEASURES_OF_OTHERS = ("area", "perimeter", "major_axis", "minor_axis")


def measure_names(structure: str) -> tuple[str, ...]:
    """The measures that a structure of this name can have, in the order of a report.

    Those of a structure without measures of its own carry its name: ``cervix_area``.
    """
    if structure in _MEASURES_OF:
        return _MEASURES_OF[structure]
    return tuple(f"{structure}_{measure}" for measure in _MEASURES_OF_OTHERS)


def measure_structure(
    name: str, probability: NDArray[np.floating], spacing_mm: tuple[float, float] | None
) -> MeasuredStructure | None:
    """Measures the largest component of a soft mask as the structure that ``name`` says.

    ``head`` gives HC, BPD, OFD and CI (cephalic index, 100 * BPD / OFD); ``abdomen`` gives AC,
    TAD and APAD; both from the ellipse fitted to the outline, the border of the image left out.
    An ellipse does not tell which diameter is the transverse one: TAD is the longer, APAD the
    shorter by convention. ``femur`` gives FL, the straight length of the shaft. Any other name
    gives area and perimeter of the outline (closed along the image's border where it is cut
    off) and the axes of the ellipse with the outline's second moments, as in ``measure_names``,
    since nothing says that such a structure is an ellipse.

    Args:
        name: the structure's name.
        probability: (H, W), 0 to 1, or a binary mask.
        spacing_mm: millimetres from one pixel to the next as (row, column); None gives pixels.

    Returns:
        The measures, or None where no component above a probability of 0.5 reaches 10 px².

    Raises:
        ValueError: not a finite map (H, W), or a spacing that is not positive.
    """
    row, column = (1.0, 1.0) if spacing_mm is None else spacing_mm
    if not (0 < row < np.inf and 0 < column < np.inf):
        raise ValueError(f"pixel spacing must be positive, not {spacing_mm}")
    contour_px = soft_contour(probability, LEVEL)
    if len(contour_px) == 0 or abs(signed_area(contour_px)) < SMALLEST_AREA_PX:
        return None

    height, width = probability.shape
    cut_off = on_border(contour_px, (height, width))
    scale = np.array([column, row])
    outline = contour_px * scale
    flags = _mask_flags(probability, cut_off)
    if name == "femur":
        ellipse = None
        values, calipers = _femur(outline)
    elif name in ("head", "abdomen"):
        ellipse = _fitted(outline[~cut_off])
        if ellipse is None or _is_poor(ellipse, outline, cut_off):
            flags.append("poor_ellipse_fit")
        values, calipers = _head(ellipse) if name == "head" else _abdomen(ellipse)
    else:
        ellipse = moment_ellipse(outline)
        values, calipers = _other(name, outline, smoothed(contour_px) * scale, ellipse)

    return MeasuredStructure(
        name=name,
        area_px=abs(signed_area(contour_px)),
        ellipse_px=None if ellipse is None else ellipse.scaled(1 / column, 1 / row),
        contour_px=contour_px,
        measures=tuple(
            Measured(measure, value, _unit(measure, spacing_mm is not None))
            for measure, value in values.items()
        ),
        # The ends of the diameters in millimetres: with unequal spacing these are not the axes
        # of the ellipse in pixels.
        calipers_px={
            measure: ((x1 / column, y1 / row), (x2 / column, y2 / row))
            for measure, ((x1, y1), (x2, y2)) in calipers.items()
        },
        flags=tuple(flags),
    )


def _head(ellipse: Ellipse | None) -> Sized:
    if ellipse is None:
        return {}, {}
    values = {
        "HC": ellipse.perimeter(),
        "BPD": 2 * ellipse.semi_minor,
        "OFD": 2 * ellipse.semi_major,
        "CI": 100 * ellipse.semi_minor / ellipse.semi_major,
    }
    return values, {"BPD": ellipse.minor_axis_ends(), "OFD": ellipse.major_axis_ends()}


def _abdomen(ellipse: Ellipse | None) -> Sized:
    if ellipse is None:
        return {}, {}
    values = {
        "AC": ellipse.perimeter(),
        "TAD": 2 * ellipse.semi_major,
        "APAD": 2 * ellipse.semi_minor,
    }
    return values, {"TAD": ellipse.major_axis_ends(), "APAD": ellipse.minor_axis_ends()}


def _femur(outline: Points) -> Sized:
    (x1, y1), (x2, y2) = ends = shaft_ends(outline)
    return {"FL": math.hypot(x2 - x1, y2 - y1)}, {"FL": ends}


def _other(name: str, outline: Points, smooth_outline: Points, ellipse: Ellipse) -> Sized:
    area, perimeter, major_axis, minor_axis = measure_names(name)
    values = {
        area: abs(signed_area(outline)),
        perimeter: polygon_length(smooth_outline),
        major_axis: 2 * ellipse.semi_major,
        minor_axis: 2 * ellipse.semi_minor,
    }
    calipers = {major_axis: ellipse.major_axis_ends(), minor_axis: ellipse.minor_axis_ends()}
    return values, calipers


def _unit(measure: str, calibrated: bool) -> str:
    if measure == "CI":
        return "%"
    return ("mm" if calibrated else "px") + ("²" if measure.endswith("_area") else "")


def _mask_flags(probability: NDArray[np.floating], cut_off: NDArray[np.bool_]) -> list[str]:
    flags = ["touches_border"] if cut_off.any() else []
    sizes = np.sort(component_sizes(probability > LEVEL))
    if len(sizes) > 1 and sizes[-2] >= SECOND_COMPONENT * sizes[-1]:
        flags.append("two_components")
    return flags


def _fitted(points: Points) -> Ellipse | None:
    try:
        return fit_ellipse(points)
    except ValueError:  # no ellipse is a finding, and becomes a flag
        return None


def _is_poor(ellipse: Ellipse, outline: Points, cut_off: NDArray[np.bool_]) -> bool:
    size = math.sqrt(ellipse.semi_major * ellipse.semi_minor)
    deviation = math.sqrt(np.mean(ellipse.distances(outline[~cut_off]) ** 2))
    seen = polygon_length(outline) * float(np.mean(~cut_off))
    return deviation > POOR_FIT * size or seen < LEAST_SEEN * ellipse.perimeter()
