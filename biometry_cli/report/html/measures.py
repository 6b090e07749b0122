"""The table of measures, of one image or of an exam."""

from collections.abc import Mapping, Sequence

from biometry_cli.report.html.footnotes import Notes
from biometry_cli.report.html.markup import NOTHING, Markup, element, joined
from biometry_cli.report.html.tables import Column, table
from biometry_cli.report.html.wording import file_name, interval_text, measure_term
from biometry_cli.report.words import flag_text, value_text
from biometry_cli.results.measures import Measurement
from biometry_cli.results.prediction import ExamMeasurement

_COLUMNS = [
    Column("Measure"),
    Column("Value", numeric=True),
    Column("95 % interval", numeric=True),
    Column("How it was read"),
]
Anchors = Mapping[str, str]
"""The id of an image's part of the page, by its file."""


def measures_table(
    caption: str,
    measurements: Sequence[Measurement],
    notes: Notes,
    anchors: Anchors | None = None,
) -> Markup:
    """A row a measure; those of an exam say which images they come from.

    Args:
        caption: what the table holds.
        measurements: in the order of the report.
        notes: take the sentences on the intervals.
        anchors: for links to images.
    """
    if not measurements:
        return element("p", "Nothing was measured.", class_="small")
    of_exam = any(isinstance(each, ExamMeasurement) for each in measurements)
    columns = [*_COLUMNS, Column("From")] if of_exam else _COLUMNS
    rows = []
    for each in measurements:
        row = [measure_cell(each), value_text(each.value, each.unit)]
        row += [interval_cell(each, notes), reading_cell(each)]
        if of_exam:
            row.append(_origin(each, anchors or {}))
        rows.append(row)
    return table(caption, columns, rows, stacked=True)


def image_link(file: str, anchors: Anchors) -> Markup:
    """A file's name, linked to its part of the page where it has one."""
    anchor = anchors.get(file)
    if anchor is None:
        return element("span", file_name(file), title=file)
    return element("a", file_name(file), href=f"#{anchor}", title=file)


def measure_cell(measurement: Measurement) -> Markup:
    """The measure's name over what it stands for."""
    term = measure_term(measurement.name)
    name = measurement.name if term else measurement.name.replace("_", " ")
    return joined([name, element("small", term) if term else NOTHING])


def interval_cell(measurement: Measurement, notes: Notes) -> Markup:
    """The 95 % interval with the mark of the sentence on it; a dash without one."""
    mark = notes.main.mark(measurement.guarantee)
    if measurement.interval is None:
        return joined([interval_text(None, 1), mark])
    # Large areas are whole numbers, as in value_text.
    whole = measurement.unit.endswith("²") and abs(measurement.value) >= 100
    text = interval_text(measurement.interval, 0 if whole else 1)
    return joined([f"{text} {measurement.unit}", mark])


def reading_cell(measurement: Measurement) -> Markup:
    """How a value was read, and what speaks against it."""
    parts: list[str] = [measurement.method or "–"]
    if measurement.convention:
        parts.append(element("small", f"calipers {measurement.convention}"))
    parts += [element("span", flag_text(flag), class_="flag") for flag in measurement.flags]
    return joined(parts)


def _origin(measurement: Measurement, anchors: Anchors) -> Markup:
    if not isinstance(measurement, ExamMeasurement):
        return NOTHING
    links = joined((image_link(file, anchors) for file in measurement.files), ", ")
    if measurement.candidates == 1:
        return joined([links, element("small", "the only image that shows it")])
    share = f"{len(measurement.files)} of {measurement.candidates} images that show it"
    return joined([links, element("small", share)])
