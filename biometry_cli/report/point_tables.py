"""The points of one image in the terminal, and measures that were read twice."""

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from biometry_cli.report.points import Points, hidden_names, visible_points
from biometry_cli.report.words import (
    MEASURE_TERMS,
    READINGS_DISAGREE,
    confidence_text,
    interval_text,
    value_text,
)
from biometry_cli.results.measures import Measurement
from biometry_cli.results.prediction import Prediction


def points_table(points: Points) -> list[RenderableType]:
    """A row a caliper or single point, and a line for all that is not visible."""
    parts: list[RenderableType] = []
    shown = visible_points(points)
    if shown:
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
        table.add_column("points", style="cyan", overflow="fold")
        table.add_column("x, y in px", no_wrap=True)
        table.add_column("confidence", no_wrap=True)
        for each in shown:
            places = " to ".join(f"({point.x:.1f}, {point.y:.1f})" for point in each.points)
            sure = ", ".join(confidence_text(point.confidence) for point in each.points)
            table.add_row(Text(each.name), places, sure)
        parts.append(table)
    hidden = hidden_names(points)
    if hidden:
        parts.append(Text(f"not visible: {', '.join(hidden)}", style="dim"))
    return parts


def both_readings(prediction: Prediction) -> Table:
    """Measures from the masks beside those between the points; yellow where they disagree."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column(min_width=4)
    table.add_column("from masks", no_wrap=True)
    table.add_column("between points", no_wrap=True)
    table.add_column(style="dim")
    by_masks = {each.name: each for each in prediction.measurements}
    by_points = {each.name: each for each in prediction.point_measurements}
    for name in dict.fromkeys([*by_masks, *by_points]):
        first, second = by_masks.get(name), by_points.get(name)
        apart = first is not None and READINGS_DISAGREE in first.flags
        style = "yellow" if apart else ""
        cells = (Text(_reading(each), style=style) for each in (first, second))
        table.add_row(Text(name, style=style or "cyan"), *cells, MEASURE_TERMS.get(name, ""))
    return table


def _reading(measure: Measurement | None) -> str:
    if measure is None:
        return "–"
    interval = interval_text(measure.interval, measure.unit)
    return f"{value_text(measure.value, measure.unit)} {interval}".strip()
