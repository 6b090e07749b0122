"""The report of ``eval``: headline figures, agreement, charts, overlap, cases, provenance."""

from collections.abc import Mapping, Sequence

from PIL import Image

from biometry_cli.report.charts.bland_altman import bland_altman
from biometry_cli.report.charts.confusion_chart import confusion_chart
from biometry_cli.report.charts.curves import training_curves
from biometry_cli.report.charts.error_by_size import error_by_size
from biometry_cli.report.charts.pairs import Pair
from biometry_cli.report.charts.reliability_chart import reliability_chart
from biometry_cli.report.charts.scatter import scatter
from biometry_cli.report.charts.style import svg
from biometry_cli.report.html.agreement_parts import (
    HOW_TO_READ,
    agreement_cards,
    agreement_table,
    largest_differences,
    measure_heading,
    strata_tables,
)
from biometry_cli.report.html.evaluation_figures import (
    classes_table,
    other_figures,
    overlap_table,
    score_cards,
)
from biometry_cli.report.html.landmark_part import landmark_cards, landmarks_part
from biometry_cli.report.html.markup import NOTHING, Markup, element, joined
from biometry_cli.report.html.page import Section, page
from biometry_cli.report.html.parts import remarks
from biometry_cli.report.html.pictures import charts_row, picture
from biometry_cli.report.html.provenance import provenance_section
from biometry_cli.report.sheet.provenance import Provenance
from biometry_cli.report.sheet.words import measure_name as measure_label
from biometry_cli.results.evaluation import BY_POINTS, Agreement, Evaluation

__all__ = ["Pair", "Provenance", "evaluation_page"]


def evaluation_page(
    evaluation: Evaluation,
    *,
    pairs: Mapping[str, Sequence[Pair]],
    pictures: Sequence[tuple[str, Image.Image]],
    history: Sequence[dict[str, float]],
    provenance: Provenance,
    title: str,
) -> str:
    """A whole HTML document that needs no other file.

    Args:
        evaluation: the figures.
        pairs: predictions beside references, by the measure's name.
        pictures: cases as (caption, picture).
        history: a row an epoch of the model's training; empty where it is not known.
        provenance: where the numbers come from.
        title: of the document.
    """
    sections = [
        Section("figures", "Headline figures", _headline(evaluation)),
        Section("agreement", "Agreement with the reference", _agreement(evaluation)),
        *_measure_sections(evaluation, pairs),
        Section("outlines", "Outlines", overlap_table(evaluation)),
        Section("landmarks", "Landmarks", landmarks_part(evaluation)),
        Section("classes", "Classes", _classes(evaluation)),
        Section("probabilities", "Probabilities", _probabilities(evaluation)),
        Section("other", "Other figures", other_figures(evaluation)),
        Section("cases", "Cases", joined(_case(*each) for each in pictures)),
        Section("training", "Training", _training(history)),
        provenance_section(provenance),
    ]
    return page(title, _lead(evaluation, provenance), sections)


def _lead(evaluation: Evaluation, provenance: Provenance) -> list[str]:
    images = "1 image" if evaluation.n == 1 else f"{evaluation.n} images"
    lead = [f"split {evaluation.split}", images]
    lead += [f"model {evaluation.model}"] if evaluation.model else []
    lead += [f"data {evaluation.data}"] if evaluation.data else []
    return [*lead, provenance.created]


def _headline(evaluation: Evaluation) -> Markup:
    made = [*agreement_cards(evaluation.agreement), *score_cards(evaluation)]
    made += landmark_cards(evaluation)
    if not made:
        return NOTHING
    return element("div", joined(made), class_="cards small-cards")


def _agreement(evaluation: Evaluation) -> Markup:
    if not evaluation.agreement:
        return NOTHING
    rows = [(measure_label(each.measure), each) for each in evaluation.agreement]
    return joined(
        [
            agreement_table("All images", "Measure", rows),
            strata_tables(evaluation.agreement, evaluation.strata, evaluation.by),
            remarks(HOW_TO_READ),
        ]
    )


def _measure_sections(evaluation: Evaluation, pairs: Mapping[str, Sequence[Pair]]) -> list[Section]:
    """A section a measure; what was read twice, from masks and between points, shares one."""
    agreement = {each.measure: each for each in evaluation.agreement}
    readings: dict[str, list[str]] = {}
    for name in dict.fromkeys([*agreement, *pairs]):
        readings.setdefault(name.removesuffix(BY_POINTS), []).append(name)
    sections = []
    for place, names in enumerate(readings.values(), start=1):
        key = f"measure-{place}"
        parts = [
            _measure_charts(f"{key}-{number}", name, pairs.get(name, ()), agreement.get(name))
            for number, name in enumerate(names, start=1)
        ]
        for number, name in enumerate(names[1:], start=1):
            parts[number] = joined([element("h3", measure_label(name)), parts[number]])
        sections.append(Section(key, measure_heading(names[0]), joined(parts)))
    return sections


def _measure_charts(
    key: str, measure: str, pairs: Sequence[Pair], agreement: Agreement | None
) -> Markup:
    if not pairs:
        sentence = "No charts: no image has both a reference and a prediction."
        return element("p", sentence, class_="small")
    label = measure_label(measure)
    charts = [
        (f"{key}-agreement", bland_altman(pairs, label, agreement)),
        (f"{key}-scatter", scatter(pairs, label)),
        (f"{key}-size", error_by_size(pairs, label)),
    ]
    return joined([charts_row(charts), largest_differences(label, pairs)])


def _classes(evaluation: Evaluation) -> Markup:
    if evaluation.confusion_matrix is None:
        return classes_table(evaluation)
    chart = confusion_chart(evaluation)
    how = "Confusion matrix: a row a true class, a column a called class by its number; "
    how += "shaded by the share of the row."
    drawn = element(
        "div",
        Markup(svg(chart, "confusion")),
        class_="scroll",
        tabindex=0,
        role="region",
        aria_label="Confusion matrix",
    )
    figure = element("figure", element("figcaption", how), drawn, class_="chart-card matrix")
    return element("div", figure, classes_table(evaluation), class_="columns")


def _probabilities(evaluation: Evaluation) -> Markup:
    if not evaluation.reliability:
        return NOTHING
    how = [
        "A point is the images of one of 15 bins of the top probability; on the dashed diagonal "
        "they are right as often as their probability says, below it less often.",
        "Expected calibration error: the distance from the diagonal, averaged over the images "
        "(Guo et al. 2017). Few images make it larger than it is.",
        "Brier score: the squared distance of all probabilities from the truth, 0 to 2.",
    ]
    return joined([charts_row([("reliability", reliability_chart(evaluation))]), remarks(how)])


def _case(caption: str, image: Image.Image) -> Markup:
    return picture(image, alt=caption, caption=caption)


def _training(history: Sequence[dict[str, float]]) -> Markup:
    charts = training_curves(history)
    return charts_row([(f"training-{place}", chart) for place, chart in enumerate(charts)])
