"""The summary of an exam: several images of one fetus, taken together."""

from collections.abc import Mapping

from biometry_cli.report.charts.growth import ChartCurves
from biometry_cli.report.html.clinical import age_card, centiles_table, formulas, weight_card
from biometry_cli.report.html.footnotes import Notes
from biometry_cli.report.html.growth_charts import growth_charts
from biometry_cli.report.html.markup import NOTHING, Markup, element, joined
from biometry_cli.report.html.measures import Anchors, image_link, measures_table
from biometry_cli.report.html.page import Section
from biometry_cli.report.html.parts import card, cards, flags_list, remarks
from biometry_cli.report.html.pictures import charts_row
from biometry_cli.report.html.tables import Column, table
from biometry_cli.report.words import flag_lines
from biometry_cli.results.prediction import Exam

_CHOICES = {
    "best": "one image a measure, the best",
    "median": "the median of all images that show a measure",
}


def exam_section(
    exam: Exam,
    key: str,
    notes: Notes,
    curves: Mapping[str, ChartCurves],
    anchors: Anchors,
) -> Section:
    """Age, weight, centiles, measures, what was left out, growth charts and all formulas.

    Args:
        exam: what is shown.
        key: the section's id in the page.
        notes: take the sentences on intervals.
        curves: growth charts, matched to centiles by measure and chart.
        anchors: for links to the images.
    """
    age, weight = exam.gestational_age, exam.fetal_weight
    charts = growth_charts(
        key, exam.centiles, curves, age=age, weight=weight, measurements=exam.measurements
    )
    parts = [
        flags_list(flag_lines(exam.flags)),
        cards(age_card(age, notes), weight_card(weight, notes), _images_card(exam)),
        remarks(exam.notes),
        centiles_table(exam.centiles, notes),
        measures_table("Measures", exam.measurements, notes, anchors),
        _left_out(exam, anchors),
        element("h3", "Growth charts") if charts else NOTHING,
        charts_row(charts),
        formulas(age, weight, notes),
    ]
    title = exam.name if exam.name.lower().startswith("exam") else f"Exam {exam.name}"
    return Section(key, title, joined(parts))


def _images_card(exam: Exam) -> Markup:
    behind = {file for each in exam.measurements for file in each.files}
    left = f"{len(exam.left_out)} left out" if exam.left_out else "none left out"
    value = joined([str(len(exam.files)), " ", element("small", _plural(len(exam.files)))])
    used = f"{len(behind)} behind the values below, {left}"
    return card("Exam", value, used, _CHOICES.get(exam.choice, exam.choice))


def _plural(images: int) -> str:
    return "image" if images == 1 else "images"


def _left_out(exam: Exam, anchors: Anchors) -> Markup:
    if not exam.left_out:
        return NOTHING
    rows = [[image_link(each.file, anchors), each.reason] for each in exam.left_out]
    return table("Images left out", [Column("Image"), Column("Why")], rows, stacked=True)
