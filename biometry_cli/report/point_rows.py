"""The points of a reading as rows of a panel, and what the marks on its scan are."""

from typing import TYPE_CHECKING

from biometry_cli.report.panel import Panel
from biometry_cli.report.points import Points, hidden_names, visible_points
from biometry_cli.report.words import confidence_text

if TYPE_CHECKING:
    from biometry_cli.inference.reading import Reading

RING = "○"  # a point, or an end of a caliper between points beside masks


def list_points(panel: Panel, points: Points) -> None:
    """How sure the model is of each point, and in one line all that it does not see."""
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
        panel.row(each.name.replace("_", " "), words, mark=RING if each.single else "")
    hidden = hidden_names(points)
    if hidden:
        panel.small(f"not visible: {', '.join(hidden)}")


def list_legend(panel: Panel, reading: "Reading") -> None:
    """What the lines and marks on the scan are."""
    by_points = reading.prediction.points is not None
    masks = "segment" in reading.prediction.task
    ellipse = any(f.ellipse_px for f in reading.measured) or (
        not masks and any(len(m.calipers or ()) == 4 for m in reading.prediction.measurements)
    )
    lines = [f"white dashes: ellipse{'' if masks else ' of both diameters'}"] if ellipse else []
    if any(f.calipers_px for f in reading.measured):
        lines.append(f"yellow dots: calipers{' of the masks' if masks and by_points else ''}")
    if any(f.calipers_px for f in reading.measured_by_points):
        lines.append("pink rings: calipers between points")
    elif any(each.single for each in visible_points(reading.prediction.points or {})):
        lines.append(f"{'pink' if masks else 'yellow'} rings: points")
    panel.small(", ".join(lines))
