"""What was found and measured in one image."""

from typing import Literal

from biometry_cli.results.base import Interval, Point, Result


class Measurement(Result):
    """One measure of one structure.

    Attributes:
        name: the field's own term (HC, BPD, OFD, AC, FL, ...).
        unit: mm, px, mm², px² or %.
        interval: 95 % interval in ``unit``; None where the model has too few calibration cases.
        guarantee: what the interval promises, or why there is none.
        method: how the value was read from the outline.
        convention: where the calipers stand, "outer-outer" or "outer-inner"; None for a measure
            that has none.
        calipers: in source pixels: both ends of a diameter or length; for a circumference the
            ends of the ellipse's long, then of its short axis; None for a ratio or an area.
        by: whether the outline of a mask or points gave the value.
        flags: what speaks against the value, such as ``touches_border``.
    """

    name: str
    value: float
    unit: str
    interval: Interval | None = None
    guarantee: str | None = None
    method: str = ""
    convention: str | None = None
    calipers: tuple[Point, ...] | None = None
    by: Literal["mask", "points"] = "mask"
    flags: list[str] = []


class EllipseShape(Result):
    """An ellipse in source pixels; ``angle_deg`` turns the major axis from +x towards +y."""

    center_x_px: float
    center_y_px: float
    semi_major_px: float
    semi_minor_px: float
    angle_deg: float


class Structure(Result):
    """One structure found in an image. ``area_fraction`` is its share of the image, 0 to 1."""

    name: str
    area_px: float
    area_fraction: float
    ellipse: EllipseShape | None = None
