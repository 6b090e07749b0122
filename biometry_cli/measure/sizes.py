"""The sizes that a shape gives, each with its method, its convention and its caliper ends.

Circumferences and diameters run outer to outer: they follow the outline of the mask, and the
masks that a model learns from follow the outer border. Femur length has no such convention, since
its calipers stand on the shaft's ends and not across a wall.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biometry_cli.measure.contour import polygon_length, signed_area
from biometry_cli.measure.ellipse import Ellipse
from biometry_cli.measure.shaft import shaft_ends

Points = NDArray[np.float64]
Ends = tuple[tuple[float, float], ...]

OUTER_OUTER = "outer-outer"
PERIMETER = "perimeter of the fitted ellipse (Ramanujan)"
LONG_AXIS, SHORT_AXIS = "long axis of the fitted ellipse", "short axis of the fitted ellipse"

_SIZES_OF = {
    "head": ("HC", "BPD", "OFD", "CI"),
    "abdomen": ("AC", "TAD", "APAD"),
    "femur": ("FL",),
}
_SIZES_OF_OTHERS = ("area", "perimeter", "major_axis", "minor_axis")


@dataclass(frozen=True)
class Size:
    """One size of a shape, in the shape's unit of length, its square, or % for CI.

    ``method``, ``convention`` and ``calipers`` are those of ``results.measures.Measurement``.
    """

    name: str
    value: float
    method: str
    convention: str | None = None
    calipers: Ends | None = None


def size_names(structure: str) -> tuple[str, ...]:
    """The sizes that a structure of this name can have, in the order of a report.

    Those of a structure without sizes of its own carry its name: ``cervix_area``.
    """
    if structure in _SIZES_OF:
        return _SIZES_OF[structure]
    return tuple(f"{structure}_{size}" for size in _SIZES_OF_OTHERS)


def head_sizes(ellipse: Ellipse) -> tuple[Size, ...]:
    """HC, BPD and OFD, and the cephalic index CI = 100 BPD / OFD."""
    long, short = ellipse.major_axis_ends(), ellipse.minor_axis_ends()
    index = 100 * ellipse.semi_minor / ellipse.semi_major
    return (
        Size("HC", ellipse.perimeter(), PERIMETER, OUTER_OUTER, long + short),
        Size("BPD", 2 * ellipse.semi_minor, SHORT_AXIS, OUTER_OUTER, short),
        Size("OFD", 2 * ellipse.semi_major, LONG_AXIS, OUTER_OUTER, long),
        Size("CI", index, "100 × BPD / OFD"),
    )


def abdomen_sizes(ellipse: Ellipse) -> tuple[Size, ...]:
    """AC and the two diameters; an ellipse does not tell which is transverse: TAD is the longer."""
    long, short = ellipse.major_axis_ends(), ellipse.minor_axis_ends()
    return (
        Size("AC", ellipse.perimeter(), PERIMETER, OUTER_OUTER, long + short),
        Size("TAD", 2 * ellipse.semi_major, LONG_AXIS, OUTER_OUTER, long),
        Size("APAD", 2 * ellipse.semi_minor, SHORT_AXIS, OUTER_OUTER, short),
    )


def femur_sizes(outline: Points, pixel: tuple[float, float]) -> tuple[Size, ...]:
    """FL, the straight length of the shaft; the arguments are those of ``shaft_ends``."""
    (x1, y1), (x2, y2) = ends = shaft_ends(outline, pixel)
    length = math.hypot(x2 - x1, y2 - y1)
    return (Size("FL", length, "end to end along the shaft's long axis", None, ends),)


def other_sizes(
    structure: str, outline: Points, smooth_outline: Points, ellipse: Ellipse
) -> tuple[Size, ...]:
    """Area, perimeter and axes of an outline (N, 2) of any shape.

    Args:
        smooth_outline: the outline without its pixel-sized steps.
        ellipse: that of the outline's second moments.
    """
    area, perimeter, major_axis, minor_axis = size_names(structure)
    axis = "axis of the ellipse with the outline's second moments"
    long, short = ellipse.major_axis_ends(), ellipse.minor_axis_ends()
    return (
        Size(area, abs(signed_area(outline)), "area inside the outline"),
        Size(perimeter, polygon_length(smooth_outline), "length of the smoothed outline"),
        Size(major_axis, 2 * ellipse.semi_major, f"long {axis}", None, long),
        Size(minor_axis, 2 * ellipse.semi_minor, f"short {axis}", None, short),
    )
