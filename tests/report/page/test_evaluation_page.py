"""The report of eval: every figure of the evaluation, with its interval."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from biometry_cli.evaluation.flat import flat
from biometry_cli.report.page.page import write_page
from biometry_cli.report.sheet.evaluation import evaluation_lead, evaluation_sections
from biometry_cli.report.sheet.provenance import provenance_section
from biometry_cli.results.evaluation import Agreement, Figure
from biometry_cli.results.figures import CLOSENESS, DICE, MRE, NME
from biometry_cli.results.scores import NO_MEAN, Group, Grouped, Measured, SplitScores
from tests.report import evaluation_samples, landmark_evaluations
from tests.report.page import samples
from tests.report.page.html_reading import ReadPage, require_sound

_NOTHING = Figure()


def built(scores: SplitScores, folder: Path, **told: Any) -> ReadPage:
    sections = evaluation_sections(scores, **told)
    origin = samples.provenance()
    path = folder / "evaluation.html"
    write_page(path, "Evaluation", evaluation_lead(scores), sections, provenance_section(origin))
    return require_sound(path.read_text("utf-8"))


@pytest.fixture(scope="module")
def segmentation_page(tmp_path_factory: pytest.TempPathFactory) -> ReadPage:
    return built(
        evaluation_samples.segmentation(),
        tmp_path_factory.mktemp("page"),
        cases=[("Worst: <a>.png, Dice 0.812", samples.overlay("head"))],
        history=evaluation_samples.history(),
    )


def nothing() -> SplitScores:
    """Of no image."""
    part = Grouped({}, Group(0, {DICE: NO_MEAN}))
    known = {"model": "", "data": "", "classes": [], "points": [], "images": []}
    return SplitScores(task="segment", split="test", masks=part, **known)


def charts(page: ReadPage) -> int:
    return sum(tag == "svg" and found.get("class") == "chart" for tag, found in page.tags)


def test_every_agreement_is_there_with_its_intervals(segmentation_page: ReadPage) -> None:
    evaluation = flat(evaluation_samples.segmentation())
    text = segmentation_page.text.replace("−", "-")
    groups = [evaluation.agreement, *(stratum.agreement for stratum in evaluation.strata)]
    for each in (agreement for group in groups for agreement in group):
        for figure, form in ((each.bias, "+.2f"), (each.mae, ".2f"), (each.loa_high, "+.2f")):
            assert figure.interval is not None
            value, low, high = (format(v, form) for v in (figure.value, *figure.interval))
            assert f"{value} {low} to {high}" in text
    assert "99.2 % 97.5 to 100.0" in text
    assert "0.997 0.995 to 0.998" in text
    for stratum in evaluation.strata:
        assert text.count(f" {stratum.value} {stratum.n} ") == 3  # once a measure


def test_three_charts_a_measure_and_the_training(segmentation_page: ReadPage) -> None:
    assert charts(segmentation_page) == 3 * 3 + 3


def test_overlap_says_over_how_many_images_it_is(segmentation_page: ReadPage) -> None:
    text = segmentation_page.text
    assert "head 120 1 0.9700 0.9400 1.50" in text
    assert "mean – – 0.9612 0.9271 1.93" in text


def test_the_largest_differences_come_first(segmentation_page: ReadPage) -> None:
    scores = evaluation_samples.segmentation()
    (pairs,) = [each.pairs for each in scores.measured if each.agreement.measure == "AC"]
    worst = max(pairs, key=lambda pair: abs(pair.difference_mm))
    listed = segmentation_page.text.split("AC, largest first")[1]
    first = listed.split("Difference, mm ", 1)[1].split()[0]
    assert first == worst.file.split("/")[1]


def test_cases_have_their_captions(segmentation_page: ReadPage) -> None:
    images = [found for tag, found in segmentation_page.tags if tag == "img"]
    assert [found["alt"] for found in images] == ["Worst: <a>.png, Dice 0.812"]


def test_a_figure_without_value_is_a_dash_and_a_measure_without_pairs_says_so(
    tmp_path: Path,
) -> None:
    empty = Agreement(
        measure="FL",
        n=0,
        subjects=0,
        missing=7,
        **{
            name: _NOTHING
            for name, field in Agreement.model_fields.items()
            if field.annotation is Figure
        },
    )
    text = built(replace(nothing(), measured=[Measured(empty, [])]), tmp_path).text
    assert "FL 0 0 7 – – – –" in text
    assert "FL – – – – –" in text
    assert "No charts: no image has both a reference and a prediction." in text


def test_a_classifier_shows_its_matrix_and_classes(tmp_path: Path) -> None:
    page = built(evaluation_samples.classification(), tmp_path)
    assert charts(page) == 2
    assert "maternal <cervix> & others 4 87 80 0.9900" in page.text
    for words in ("Accuracy 0.9425", "Balanced accuracy 0.9543", "Macro F1 0.9476"):
        assert words in page.text
    assert page.text.count("Confusion matrix") == 2, "over the chart and in it: no table"


def test_landmarks_have_a_table_cards_and_how_to_read_them(tmp_path: Path) -> None:
    page = built(landmark_evaluations.landmarks(), tmp_path)
    for words in (
        "Mean radial error 1.50 mm 50 points, 3 missed",
        "Points within 2 mm (SDR) 72.0 %",
        "Normalised mean error 0.0312",
        "OFD 20 0 5.00 1.00 90.0 % 90.0 % 90.0 % 90.0 % 0.0123",
        "BPD 20 2 6.00 1.20 80.0 % 80.0 % 80.0 % 80.0 % –",
        "csp 10 1 7.00 1.40 70.0 % 70.0 % 70.0 % 70.0 % –",
        "all 50 3 7.50 1.50 72.0 % 81.0 % 90.0 % 95.0 % 0.0312",
        "2 points found in images that were annotated as not showing them",
        "compared in their better order",
    ):
        assert words in page.text
    assert {"landmarks", "agreement"} <= set(page.ids)
    assert not {"outlines", "classes"} & set(page.ids)
    assert "Dice" not in page.text
    assert "Closeness 0.8700" in page.text


def test_a_model_of_both_shows_each_measure_once_with_both_readings(tmp_path: Path) -> None:
    page = built(landmark_evaluations.both(), tmp_path)
    assert {"outlines", "landmarks", "measure-1"} <= set(page.ids)
    assert "measure-2" not in page.ids
    assert page.text.count("HC: mean absolute difference") == 1
    assert "between points 0.83 mm" in page.text
    assert "HC (points): agreement (Bland–Altman), n = 10" in page.text
    assert "The 10 largest differences of HC (points)" in page.text
    assert charts(page) == 6
    assert "POINTS" not in page.text


def test_without_a_pixel_size_the_error_is_in_pixels(tmp_path: Path) -> None:
    figures = {MRE["px"]: 7.25, NME: None, CLOSENESS: 0.5}
    part = Grouped({}, landmark_evaluations.group(figures, 50))
    page = built(replace(landmark_evaluations.landmarks(), landmarks=part, measured=[]), tmp_path)
    assert "Mean radial error 7.25 px" in page.text
    assert "within 2 mm" not in page.text


def test_an_empty_evaluation_is_still_a_page(tmp_path: Path) -> None:
    text = built(nothing(), tmp_path).text
    assert "Dice –" in text
    assert "split test 0 images" in text
