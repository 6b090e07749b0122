"""The points of a reading as rows of a panel, and what the marks on its scan are."""

from typing import TYPE_CHECKING

from biometry_cli.report.panel import Panel
from biometry_cli.report.pen import Color
from biometry_cli.report.points import Points, hidden_names, visible_points
from biometry_cli.report.words import confidence_text
from biometry_cli.results.flags import CROOKED_CALIPERS

if TYPE_CHECKING:
    from biometry_cli.inference.reading import Reading
    from biometry_cli.measure.structures import MeasuredStructure

RING = "○"  # a point, or an end of a caliper between points beside masks
READ_TWICE = "yellow dots: calipers of the masks, pink rings: calipers between points"


def list_points(panel: Panel, points: Points, color: Color) -> None:
    """How sure the model is of each point, and in one line all that it does not see.

    ``color`` is that of the points on the scan.
    """
    shown = [
        each
        for each in visible_points(points)
        if each.single or any(point.confidence is not None for point in each.points)
    ]
    if shown:
        panel.gap()
        panel.title("confidence of points")
    for each in shown:
        words = ", ".join(confidence_text(point.confidence) for point in each.points)
        panel.row(
            each.name.replace("_", " "), words, mark=RING if each.single else "", mark_color=color
        )
    hidden = hidden_names(points)
    if hidden:
        panel.small(f"not visible: {', '.join(hidden)}")


def has_diameters(found: "MeasuredStructure") -> bool:
    """Whether two calipers of a structure are the axes of an ellipse that can be drawn."""
    return CROOKED_CALIPERS not in found.flags and any(
        len(measure.calipers_px or ()) == 4 for measure in found.measures
    )


def list_legend(panel: Panel, reading: "Reading") -> None:
    """What the lines and marks on the scan are."""
    masks = "segment" in reading.prediction.task
    lines = ["white dashes: ellipse"] if any(f.ellipse_px for f in reading.measured) else []
    if any(has_diameters(found) for found in reading.measured if found.ellipse_px is None):
        lines.append("white dashes: ellipse of both diameters")
    if any(f.calipers_px for f in reading.measured_by_points):
        lines.append(READ_TWICE)
    elif any(f.calipers_px for f in reading.measured):
        lines.append("yellow dots: calipers")
    if any(each.single for each in visible_points(reading.prediction.points or {})):
        lines.append(f"{'pink' if masks else 'yellow'} rings: points")
    panel.small(", ".join(lines))
