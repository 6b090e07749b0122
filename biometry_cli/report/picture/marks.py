"""What is drawn over a scan: outlines, ellipses, calipers and single points."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from biometry_cli.measure.calipers import diameters_ellipse, measure_calipers
from biometry_cli.measure.ellipse import Ellipse
from biometry_cli.measure.structures import MeasuredStructure
from biometry_cli.report.picture.pen import PINK, WHITE, YELLOW, Color, Pattern, Pen
from biometry_cli.report.picture.scan import Scan, structure_styles
from biometry_cli.report.sheet.points import visible_points
from biometry_cli.report.sheet.prediction import caliper_marks
from biometry_cli.report.sheet.words import Spacing, spacing_pair
from biometry_cli.results.flags import CROOKED_CALIPERS
from biometry_cli.results.prediction import FoundPoint

Place = npt.NDArray[np.float64]

READ_TWICE = "yellow dots: calipers of the masks, pink rings: calipers between points"

_RING, _ARM = 7, 8  # units: radius of a ring, reach of a cross


def draw_found(pen: Pen, scan: Scan, unit: float) -> None:
    """Everything that was found in a scan; ``unit`` is the pen's, in pixels of the scan.

    Yellow crosses are the calipers of ``scan.measured``; pink rings those between points beside
    masks.
    """
    spacing = spacing_pair(scan.prediction.spacing_mm)
    styles = structure_styles(each.name for each in scan.measured)
    for each in scan.measured:
        draw_outline(pen, each, *styles[each.name])
    draw_calipers(pen, scan.measured, spacing, unit)
    draw_ringed_calipers(pen, scan.measured_by_points, unit)
    color = PINK if scan.beside_masks else YELLOW
    draw_singles(pen, scan.prediction.points or {}, color, unit)


def legend(scan: Scan) -> list[str]:
    """What the lines and marks on the scan are."""
    lines = []
    if any(each.ellipse_px for each in scan.measured):
        lines.append("white dashes: ellipse")
    if any(has_diameters(each) for each in scan.measured if each.ellipse_px is None):
        lines.append("white dashes: ellipse of both diameters")
    if any(each.calipers_px for each in scan.measured_by_points):
        lines.append(READ_TWICE)
    elif any(each.calipers_px for each in scan.measured):
        lines.append("yellow dots: calipers")
    if any(each.single for each in visible_points(scan.prediction.points or {})):
        lines.append(f"{'pink' if scan.beside_masks else 'yellow'} rings: points")
    return lines


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


def draw_outline(pen: Pen, found: MeasuredStructure, color: Color, pattern: Pattern) -> None:
    """A structure's outline; nothing for one that was measured between points."""
    if len(found.contour_px):
        pen.dashes(found.contour_px, color, 2.4, pattern, closed=True)


def draw_calipers(
    pen: Pen, measured: Sequence[MeasuredStructure], spacing: Spacing | None, unit: float
) -> None:
    """Ellipses and calipers: dots between two crosses, with the name beyond the upper end."""
    for found in measured:
        ellipse = found.ellipse_px or _ellipse_of(found, spacing)
        if ellipse is not None:
            pen.dashes(ellipse.points(360), WHITE, 0.9, (5, 15), closed=True)
        marks = caliper_marks(found.calipers_px)
        for name, segment in found.calipers_px.items():
            ends = np.array(segment)
            pen.dashes(ends, YELLOW, 1.6, (1.6, 5))
            for end in ends:
                pen.cross(end, YELLOW, 1.8, arm=_ARM, turned=marks[name] == "×")
            # The name stands beyond the end that is further up, or further right at equal height.
            outer, inner = sorted(ends, key=lambda end: (end[1], -end[0]))
            _name_beyond(pen, outer, inner, _short_name(name, found.name), YELLOW, unit)


def draw_ringed_calipers(pen: Pen, measured: Sequence[MeasuredStructure], unit: float) -> None:
    """Calipers beside those of masks: rings, and the name beyond the other, lower end."""
    for found in measured:
        for name, segment in found.calipers_px.items():
            ends = np.array(segment)
            # From ring to ring: what lies under an end stays in sight.
            inward = _direction(ends[1], ends[0]) * _RING * unit
            if np.hypot(*(ends[1] - ends[0])) > 2 * _RING * unit:
                between = np.array([ends[0] + inward, ends[1] - inward])
                pen.dashes(between, PINK, 1.2, (6, 6))
            for end in ends:
                pen.ring(end, PINK, 1.8, radius=_RING)
            inner, outer = sorted(ends, key=lambda end: (end[1], -end[0]))
            _name_beyond(pen, outer, inner, _short_name(name, found.name), PINK, unit)


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


def has_diameters(found: MeasuredStructure) -> bool:
    """Whether two calipers of a structure are the axes of an ellipse that can be drawn."""
    return CROOKED_CALIPERS not in found.flags and any(
        len(measure.calipers_px or ()) == 4 for measure in found.measures
    )


def _short_name(measure: str, structure: str) -> str:
    """``BPD``; ``major axis`` for the ``cervix_major_axis`` of a cervix."""
    return measure.removeprefix(f"{structure}_").replace("_", " ")


def _ellipse_of(found: MeasuredStructure, spacing: Spacing | None) -> Ellipse | None:
    """That behind a circumference between points, in pixels; None where there is none to see."""
    if not has_diameters(found):
        return None
    (ends,) = (each.calipers_px for each in found.measures if len(each.calipers_px or ()) == 4)
    ellipse = diameters_ellipse(ends or (), spacing)
    return ellipse if spacing is None else ellipse.scaled(1 / spacing.column_mm, 1 / spacing.row_mm)


def _name_beyond(
    pen: Pen,
    outer: Place,
    inner: Place,
    words: str,
    color: Color,
    unit: float,
) -> None:
    pen.text(outer + _direction(outer, inner) * (24 + 2 * len(words)) * unit, words, color)


def _direction(outer: Place, inner: Place) -> Place:
    """The unit vector from the inner to the outer of two places; 0 where they are one."""
    away: Place = outer - inner
    return away / max(float(np.hypot(*away)), 1e-9)
