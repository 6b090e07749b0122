"""What is drawn over a scan: outlines, ellipses, calipers and single points."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from biometry_cli.measure.calipers import CROOKED, diameters_ellipse, measure_calipers
from biometry_cli.measure.ellipse import Ellipse
from biometry_cli.report.pen import PINK, WHITE, YELLOW, Color, Pattern, Pen
from biometry_cli.report.points import visible_points
from biometry_cli.report.readout import caliper_marks, short_name, structure_styles
from biometry_cli.report.words import Spacing, spacing_pair
from biometry_cli.results.prediction import FoundPoint

if TYPE_CHECKING:
    from biometry_cli.inference.reading import Reading
    from biometry_cli.measure.structures import MeasuredStructure

_RING, _ARM = 7, 8  # units: radius of a ring, reach of a cross


def draw_reading(pen: Pen, reading: "Reading", unit: float) -> None:
    """Everything that was found in a scan; ``unit`` is the pen's, in pixels of the scan.

    Yellow crosses are the calipers of ``reading.measured``; pink rings those between points
    beside masks.
    """
    spacing = spacing_pair(reading.prediction.spacing_mm)
    styles = structure_styles(found.name for found in reading.measured)
    for found in reading.measured:
        draw_outline(pen, found, *styles[found.name])
    draw_calipers(pen, reading.measured, spacing, unit)
    draw_ringed_calipers(pen, reading.measured_by_points, unit)
    color = PINK if "segment" in reading.prediction.task else YELLOW
    draw_singles(pen, reading.prediction.points or {}, color, unit)


def draw_points(
    pen: Pen,
    points: Mapping[str, FoundPoint | None],
    spacing: Spacing | None,
    *,
    beside_masks: bool,
    unit: float,
) -> None:
    """Named points as a reading of them looks: their calipers, then single points.

    Args:
        points: in pixels by name; None for one that is not visible.
        spacing: pixel size, for the ellipse of two diameters.
        beside_masks: whether masks are drawn, too: points then get their other look.
        unit: the pen's, in pixels of the scan.
    """
    ends = {
        each.name: ((each.points[0].x, each.points[0].y), (each.points[1].x, each.points[1].y))
        for each in visible_points(points)
        if not each.single
    }
    measured = measure_calipers(ends, spacing)
    if beside_masks:
        draw_ringed_calipers(pen, measured, unit)
    else:
        draw_calipers(pen, measured, spacing, unit)
    draw_singles(pen, points, PINK if beside_masks else YELLOW, unit)


def draw_outline(pen: Pen, found: "MeasuredStructure", color: Color, pattern: Pattern) -> None:
    """A structure's outline; nothing for one that was measured between points."""
    if len(found.contour_px):
        pen.dashes(found.contour_px, color, 2.4, pattern, closed=True)


def draw_calipers(
    pen: Pen, measured: Sequence["MeasuredStructure"], spacing: Spacing | None, unit: float
) -> None:
    """Ellipses and calipers: dots between two crosses, with the name beyond the upper end."""
    for found in measured:
        ellipse = found.ellipse_px or _ellipse_of(found, spacing)
        if ellipse is not None:
            pen.dashes(ellipse.points(360), WHITE, 0.9, (5, 15), closed=True)
        marks = caliper_marks(found)
        for name, segment in found.calipers_px.items():
            ends = np.array(segment)
            pen.dashes(ends, YELLOW, 1.6, (1.6, 5))
            for end in ends:
                pen.cross(end, YELLOW, 1.8, arm=_ARM, turned=marks[name] == "×")
            # The name stands beyond the end that is further up, or further right at equal height.
            outer, inner = sorted(ends, key=lambda end: (end[1], -end[0]))
            _name_beyond(pen, outer, inner, short_name(name, found.name), YELLOW, unit)


def draw_ringed_calipers(pen: Pen, measured: Sequence["MeasuredStructure"], unit: float) -> None:
    """Calipers beside those of masks: rings, and the name beyond the other, lower end."""
    for found in measured:
        for name, segment in found.calipers_px.items():
            ends = np.array(segment)
            pen.dashes(ends, PINK, 1.2, (6, 6))
            for end in ends:
                pen.ring(end, PINK, 1.8, radius=_RING)
            inner, outer = sorted(ends, key=lambda end: (end[1], -end[0]))
            _name_beyond(pen, outer, inner, short_name(name, found.name), PINK, unit)


def draw_singles(
    pen: Pen, points: Mapping[str, FoundPoint | None], color: Color, unit: float
) -> None:
    """Points that are no end of a caliper: a ring, and the name on its right."""
    for each in visible_points(points):
        if not each.single:
            continue
        place = np.array([each.points[0].x, each.points[0].y])
        pen.ring(place, color, 1.8, radius=_RING)
        words = each.name.replace("_", " ")
        right = np.array([_RING + 8 + 4 * len(words), 0]) * unit
        pen.text(place + right, words, color)


def _ellipse_of(found: "MeasuredStructure", spacing: Spacing | None) -> Ellipse | None:
    """That behind a circumference between points, in pixels; None where there is none to see."""
    if CROOKED in found.flags:
        return None
    for measure in found.measures:
        if measure.calipers_px is not None and len(measure.calipers_px) == 4:
            ellipse = diameters_ellipse(measure.calipers_px, spacing)
            if spacing is None:
                return ellipse
            return ellipse.scaled(1 / spacing.column_mm, 1 / spacing.row_mm)
    return None


def _name_beyond(
    pen: Pen,
    outer: npt.NDArray[np.float64],
    inner: npt.NDArray[np.float64],
    words: str,
    color: Color,
    unit: float,
) -> None:
    direction = (outer - inner) / max(float(np.hypot(*(outer - inner))), 1e-9)
    pen.text(outer + direction * (24 + 2 * len(words)) * unit, words, color)
