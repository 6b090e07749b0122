"""The report of eval: every figure of the evaluation, with its interval."""

import pytest

from biometry_cli.report.html.evaluation_page import evaluation_page
from biometry_cli.results.evaluation import Agreement, Evaluation, Figure
from tests.report import landmark_evaluations
from tests.report.html import evaluation_samples
from tests.report.page import samples
from tests.report.page.html_reading import ReadPage, require_sound

_NOTHING = Figure()


def built(evaluation: Evaluation, **changed: object) -> ReadPage:
    given: dict[str, object] = {"pairs": {}, "pictures": [], "history": []} | changed
    html = evaluation_page(
        evaluation,
        provenance=samples.provenance(),
        title="Evaluation",
        **given,
    )
    return require_sound(html)


@pytest.fixture(scope="module")
def segmentation_page() -> ReadPage:
    evaluation, pairs = evaluation_samples.segmentation()
    picture = samples.overlay("head")
    return built(
        evaluation,
        pairs=pairs,
        pictures=[("Worst: <a>.png, Dice 0.812", picture)],
        history=evaluation_samples.history(),
    )


def charts(page: ReadPage) -> int:
    return sum(tag == "svg" and found.get("class") == "chart" for tag, found in page.tags)


def test_every_agreement_is_there_with_its_intervals(segmentation_page: ReadPage) -> None:
    evaluation, _ = evaluation_samples.segmentation()
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


def test_overlap_and_unknown_figures_are_there(segmentation_page: ReadPage) -> None:
    text = segmentation_page.text
    assert "head 0.9700 120 images 0.9400 120 images 1.50 119 images" in text
    assert "mean 0.9612 0.9271 1.93" in text
    assert "novel figure 0.1234" in text
    assert "HC with an age error, images 117" in text
    assert "hc mae mm" not in text  # the agreement says it


def test_the_largest_differences_come_first(segmentation_page: ReadPage) -> None:
    _, pairs = evaluation_samples.segmentation()
    worst = max(pairs["AC"], key=lambda pair: abs(pair.difference_mm))
    listed = segmentation_page.text.split("AC, largest first")[1]
    first = listed.split("95 % interval, mm ", 1)[1].split()[0]
    assert first == worst.file.split("/")[1]


def test_cases_have_their_captions(segmentation_page: ReadPage) -> None:
    images = [found for tag, found in segmentation_page.tags if tag == "img"]
    assert [found["alt"] for found in images] == ["Worst: <a>.png, Dice 0.812"]


def test_a_figure_without_value_is_a_dash_and_a_measure_without_pairs_says_so() -> None:
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
    evaluation = Evaluation(task="segment", split="val", n=7, metrics={}, agreement=[empty])
    text = built(evaluation).text
    assert "FL 0 0 7 " + " ".join("–" * 11) in text
    assert "No charts: no image has both a reference and a prediction." in text


def test_a_classifier_shows_its_matrix_and_classes() -> None:
    evaluation = evaluation_samples.classification()
    page = built(evaluation)
    assert charts(page) == 1
    assert "maternal <cervix> & others 4 87 80 0.990" in page.text
    for words in ("Accuracy 0.943", "Balanced accuracy 0.954", "Macro F1 0.948"):
        assert words in page.text
    assert "Other figures" not in page.text


def test_landmarks_have_a_table_cards_and_how_to_read_them() -> None:
    page = built(landmark_evaluations.landmarks())
    for words in (
        "Mean radial error 1.50 mm 50 points, 3 missed",
        "Points within 2 mm (SDR) 72.0 %",
        "Normalised mean error 0.0312",
        "OFD 20 0 5.00 1.00 90 90 90 90 0.0123",
        "BPD 20 2 6.00 1.20 80 80 80 80 –",
        "csp 10 1 7.00 1.40 70 70 70 70 –",
        "all 50 3 7.50 1.50 72 81 90 95 0.0312",
        "2 points found in images that were annotated as not showing them",
        "novel figure 0.2500",
        "compared in their better order",
    ):
        assert words in page.text
    assert {"landmarks", "agreement", "other"} <= set(page.ids)
    assert not {"outlines", "classes"} & set(page.ids)
    for shown in ("sdr", "mre ofd", "points csp", "Dice"):
        assert shown not in page.text


def test_a_model_of_both_shows_each_measure_once_with_both_readings() -> None:
    evaluation = landmark_evaluations.both()
    given = {name: evaluation_samples.pairs("HC", 20) for name in ("HC", "HC_POINTS")}
    page = built(evaluation, pairs=given)
    assert {"outlines", "landmarks", "measure-1"} <= set(page.ids)
    assert "measure-2" not in page.ids
    assert page.text.count("HC: mean absolute difference") == 1
    assert "between points 0.83 mm" in page.text
    assert "HC (points): agreement (Bland–Altman), n = 20" in page.text
    assert "The 10 largest differences of HC (points)" in page.text
    assert charts(page) == 6
    assert "HC (points) with an age error, images 9" in page.text
    assert "POINTS" not in page.text


def test_without_a_pixel_size_the_error_is_in_pixels() -> None:
    metrics = {"mre_px": 7.25, "nme": None, "closeness": 0.5}
    page = built(landmark_evaluations.landmarks(metrics=metrics, agreement=[]))
    assert "Mean radial error 7.25 px" in page.text
    assert "SDR)" not in page.text


def test_an_empty_evaluation_is_still_a_page() -> None:
    text = built(Evaluation(task="segment", split="test", n=0, metrics={"dice": None})).text
    assert "Dice –" in text
    assert "split test 0 images" in text
