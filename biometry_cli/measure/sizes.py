"""How a shape gives a measure: one function for each way of reading that the catalog names.

Circumferences and diameters run outer to outer: they follow the outline of the mask, and the
masks that a model learns from follow the outer border. Femur length has no such convention, since
its calipers stand on the shaft's ends and not across a wall.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from biometry_cli.measure import catalog
from biometry_cli.measure.contour import polygon_length, signed_area
from biometry_cli.measure.ellipse import Ellipse, Points
from biometry_cli.measure.shaft import shaft_ends

Point = tuple[float, float]
Ends = tuple[Point, ...]

INDEX = "100 × {1} / {0}"


@dataclass(frozen=True)
class Measured:
    """One measure.

    Attributes:
        name: of the catalog, or the structure's name with a size's.
        unit: mm, px, mm², px² or %.
        method: how the value was read, in a short phrase.
        convention: "outer-outer" for circumferences and diameters of head and abdomen, else None.
        calipers_px: x, y of both ends of a diameter or length; for HC and AC the ends of the
            ellipse's long, then of its short axis; None for a ratio, an area or a perimeter.
        structure: what it is a measure of.
        by: whether a mask's outline or points gave it.
    """

    name: str
    value: float
    unit: str
    method: str
    convention: str | None
    calipers_px: Ends | None
    structure: str = ""
    by: Literal["mask", "points"] = "mask"


@dataclass(frozen=True)
class Shape:
    """An outline to be measured, in mm or, without a spacing, in px.

    Attributes:
        structure: name of the catalog, or any other.
        outline: (N, 2) closed.
        smooth_outline: (N, 2), the outline without its pixel-sized steps.
        pixel: width and height of a pixel in the outline's unit.
        ellipse: fitted to the outline, or that of its second moments.
        ellipse_words: which of these it is.
    """

    structure: str
    outline: Points
    smooth_outline: Points
    pixel: tuple[float, float]
    ellipse: Ellipse | None
    ellipse_words: str

    @property
    def axes(self) -> Ellipse:
        """The ellipse, for a way of reading that needs one."""
        if self.ellipse is None:
            raise ValueError(f"the outline of the {self.structure} has no ellipse")
        return self.ellipse


class Size(NamedTuple):
    """A value in the shape's unit (its square for an area, % for a ratio), method and calipers."""

    value: float
    method: str
    calipers: Ends | None = None


def _perimeter(shape: Shape) -> Size:
    ends = shape.axes.major_axis_ends() + shape.axes.minor_axis_ends()
    return Size(shape.axes.perimeter(), f"perimeter of {shape.ellipse_words} (Ramanujan)", ends)


def _long_axis(shape: Shape) -> Size:
    """An ellipse does not tell which diameter of an abdomen is transverse: TAD is the longer."""
    method = f"long axis of {shape.ellipse_words}"
    return Size(2 * shape.axes.semi_major, method, shape.axes.major_axis_ends())


def _short_axis(shape: Shape) -> Size:
    method = f"short axis of {shape.ellipse_words}"
    return Size(2 * shape.axes.semi_minor, method, shape.axes.minor_axis_ends())


def _index(shape: Shape) -> Size:
    names = catalog.diameters(shape.structure) or ("long axis", "short axis")
    return Size(100 * shape.axes.semi_minor / shape.axes.semi_major, INDEX.format(*names))


def _length(shape: Shape) -> Size:
    (x1, y1), (x2, y2) = ends = shaft_ends(shape.outline, shape.pixel)
    return Size(math.hypot(x2 - x1, y2 - y1), "end to end along the shaft's long axis", ends)


def _area(shape: Shape) -> Size:
    return Size(abs(signed_area(shape.outline)), "area inside the outline")


def _outline_length(shape: Shape) -> Size:
    return Size(polygon_length(shape.smooth_outline), "length of the smoothed outline")


READ: dict[catalog.Reading, Callable[[Shape], Size]] = {
    "perimeter": _perimeter,
    "long_axis": _long_axis,
    "short_axis": _short_axis,
    "index": _index,
    "length": _length,
    "area": _area,
    "outline_length": _outline_length,
}


def measure_shape(shape: Shape, length_unit: str) -> tuple[Measured, ...]:
    """All measures that the catalog lists for the shape's structure, in its order.

    Args:
        shape: with an ellipse, where a measure is read from one.
        length_unit: "mm", or "px" where no pixel spacing is known.

    Raises:
        ValueError: a measure that needs an ellipse, and no ellipse.
    """
    width, height = shape.pixel
    measured = []
    for name, measure in catalog.measures_of(shape.structure).items():
        if measure.read is None:
            continue
        size = READ[measure.read](shape)
        # With unequal spacing the ends of a diameter in mm are not those of the ellipse in pixels.
        ends = size.calipers and tuple((x / width, y / height) for x, y in size.calipers)
        unit = catalog.unit(measure, length_unit)
        measured.append(
            Measured(name, size.value, unit, size.method, measure.convention, ends, shape.structure)
        )
    return tuple(measured)
