"""The points of one image, and measures that were read twice, in the report of ``predict``."""

from biometry_cli.report.html.footnotes import Notes
from biometry_cli.report.html.markup import NOTHING, Markup, element, joined
from biometry_cli.report.html.measures import interval_cell, measure_cell, reading_cell
from biometry_cli.report.html.parts import folded
from biometry_cli.report.html.tables import Column, table
from biometry_cli.report.html.wording import NONE, number
from biometry_cli.report.points import Points, hidden_names
from biometry_cli.report.words import confidence_text, flag_text, value_text
from biometry_cli.results.measures import Measurement
from biometry_cli.results.prediction import Prediction

_MANY = 12  # points; more open on demand


def points_part(points: Points) -> Markup:
    """A row a visible point, and a line for all that is not visible."""
    columns = [
        Column("Point"),
        Column("x, px", numeric=True),
        Column("y, px", numeric=True),
        Column("Confidence", numeric=True),
    ]
    rows = [
        [name, number(point.x, 1), number(point.y, 1), confidence_text(point.confidence)]
        for name, point in points.items()
        if point is not None
    ]
    shown = table("Points", columns, rows, many=True) if rows else NOTHING
    if len(rows) > _MANY:
        shown = folded(f"{len(rows)} points", shown)
    hidden = hidden_names(points)
    below = NOTHING
    if hidden:
        below = element("p", f"Not visible: {', '.join(hidden)}", class_="small")
    return joined([shown, below])


def both_readings_table(prediction: Prediction, notes: Notes) -> Markup:
    """A row a measure: its value from the mask beside that between the points."""
    said = "Between points: a diameter or length is the distance between the two ends of a "
    said += "caliper, a circumference the perimeter of the ellipse with both diameters as axes. "
    said += "In the picture, yellow crosses are calipers of the masks, pink rings those of points."
    by_masks = {each.name: each for each in prediction.measurements}
    by_points = {each.name: each for each in prediction.point_measurements}
    columns = [
        Column("Measure"),
        Column("From masks", numeric=True),
        Column("Between points", numeric=True),
        Column("Remarks"),
    ]
    rows = []
    for name in dict.fromkeys([*by_masks, *by_points]):
        first, second = by_masks.get(name), by_points.get(name)
        rows.append(
            [
                measure_cell(first or by_points[name]),
                _value(first, notes),
                _value(second, notes),
                _remarks(first, second),
            ]
        )
    shown = table("Measures", columns, rows, stacked=True)
    return joined([shown, element("p", said, class_="small")])


def _remarks(first: Measurement | None, second: Measurement | None) -> Markup:
    """How the mask was read, and what speaks against either reading."""
    flags = [
        element("span", f"points: {flag_text(flag)}", class_="flag")
        for flag in ([] if second is None else second.flags)
        if first is None or flag not in first.flags
    ]
    return joined([NOTHING if first is None else reading_cell(first), *flags]) or Markup(NONE)


def _value(measure: Measurement | None, notes: Notes) -> Markup:
    if measure is None:
        return Markup(NONE)
    interval = element("small", interval_cell(measure, notes))
    return joined([value_text(measure.value, measure.unit), interval])
