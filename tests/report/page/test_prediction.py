"""The report of predict: nothing is left out, nothing is made up, nothing breaks it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from biometry_cli.report.page.prediction import PredictionPage
from biometry_cli.report.sheet.provenance import Provenance
from biometry_cli.report.sheet.words import centile_text
from biometry_cli.results.clinical import AgeEstimate, Centile, GestationalAge
from biometry_cli.results.flags import flag_text
from biometry_cli.results.prediction import Exam, FailedFile, FoundPoint
from tests.report.page import samples
from tests.report.page.html_reading import ReadPage, require_sound
from tests.report.page.samples import Shown
from tests.report.report_readings import on_plane


def written(
    path: Path,
    shown: Sequence[Shown | FailedFile],
    exam: Sequence[Exam] = (),
    title: str = "Report",
    provenance: Provenance | None = None,
    charted: bool = True,
) -> str:
    """The page as a file, its answers added one by one."""
    curves = samples.curves() if charted else {}
    with PredictionPage(path, curves=curves, of_exams=bool(exam)) as page:
        for each in shown:
            if isinstance(each, FailedFile):
                page.add(each)
            else:
                page.add(each.prediction, each.overlay)
        for taken in exam:
            page.add_exam(taken)
        page.close(title, provenance or samples.provenance())
    return path.read_text(encoding="utf-8")


def built(
    shown: Sequence[Shown | FailedFile],
    exam: Sequence[Exam] = (),
    title: str = "Report",
    **more: Any,
) -> ReadPage:
    with TemporaryDirectory() as folder:
        return require_sound(written(Path(folder) / "page.html", shown, exam, title, **more))


@pytest.fixture(scope="module")
def exam_page() -> ReadPage:
    return built(samples.exam_images(), [samples.exam()])


def charts(page: ReadPage) -> int:
    return sum(tag == "svg" and found.get("class") == "chart" for tag, found in page.tags)


def bars(page: ReadPage) -> list[str]:
    return [found["aria-label"] for _, found in page.tags if found.get("class") == "bar"]


def test_everything_of_an_exam_is_there(exam_page: ReadPage) -> None:
    exam, text = samples.exam(), exam_page.text
    assert exam.name in text
    assert all(note in text for note in exam.notes)
    assert all(flag_text(flag) in text for flag in exam.flags)
    for each in exam.measurements:
        assert f"{each.name} " in text
        assert f"{each.value:.1f} mm" in text
        if each.interval is not None:
            assert f"{each.interval[0]:.1f} to {each.interval[1]:.1f}" in text
    assert exam.left_out[0].reason in text
    age, weight = exam.gestational_age, exam.fetal_weight
    assert age is not None
    assert weight is not None
    assert f"{age.text} weeks" in text
    assert weight.grams is not None
    assert f"{weight.grams:,.0f} g" in text
    assert "estimated by Hadlock 1984 (BPD, HC, AC, FL)" in text
    for estimate in (*age.estimates, *weight.estimates):
        assert estimate.source in text
    assert len(bars(exam_page)) == len(exam.centiles)
    for centile in exam.centiles:
        assert centile_text(centile.centile) in text
        assert all(part in text for part in centile.chart.split(", "))


def test_a_growth_chart_stands_for_every_centile_and_shows_the_fetus(exam_page: ReadPage) -> None:
    exam = samples.exam()
    assert charts(exam_page) == len(exam.centiles) == 12
    assert exam.gestational_age is not None
    assert exam_page.text.count(f"The fetus is at {exam.gestational_age.weeks:.1f} weeks") == 12


def test_a_sentence_on_intervals_stands_once(exam_page: ReadPage) -> None:
    assert exam_page.text.count(samples.GUARANTEE) == 1
    assert exam_page.text.count(samples.NO_INTERVAL) == 1


def test_a_given_age_is_called_given() -> None:
    text = built([], [samples.exam(given=True)]).text
    assert "as given, 30.14 weeks" in text
    assert "30+1 weeks" in text
    assert "estimated by" not in text


def test_a_hostile_file_name_is_only_text(exam_page: ReadPage) -> None:
    assert samples.NASTY in exam_page.text
    assert "b" not in {tag for tag, _ in exam_page.tags}
    assert samples.failed_image().error.message in exam_page.text
    page = built([samples.failed_image()], title="<script>alert(1)</script>")
    assert page.text.startswith("<script>alert(1)</script> Research")


def test_images_of_an_exam_leave_age_and_centiles_to_it(exam_page: ReadPage) -> None:
    assert exam_page.text.count("estimated by Hadlock 1984") == 1


def test_an_image_alone_has_its_own_age_centiles_and_charts() -> None:
    shown = samples.shown_image("head", "a/head.png", ("two_components",), alone=True)
    page = built([shown])
    assert "estimated by Hadlock 1984" in page.text
    assert "no formula had the measures that it needs" in page.text
    assert charts(page) == len(shown.prediction.centiles)
    assert flag_text("head:two_components") in page.text
    assert "Overview" not in page.text


def test_many_images_are_listed_and_get_no_charts() -> None:
    shown = [samples.shown_image("head", f"{n}.png", alone=True) for n in range(5)]
    page = built([replace(each, overlay=None) for each in shown], charted=False)
    assert charts(page) == 0
    assert "#image-5" in page.links
    assert len(bars(page)) == sum(len(each.prediction.centiles) for each in shown)


def test_without_a_pixel_size_the_reason_is_given() -> None:
    text = built([samples.without_spacing()]).text
    assert "277.9 px" in text
    assert "No age, weight or centiles: they need sizes in mm" in text
    assert "Pixel size – (not known)" in text


def test_a_classified_image_shows_every_class() -> None:
    page = built([samples.classified()])
    for name, share in (("head", "91.3 %"), ("other", "0.4 %")):
        assert f"{name} {share}" in page.text
    assert bars(page) == ["91.3 %", "6.2 %", "2.1 %", "0.4 %"]


def test_planes_stand_with_each_image_and_in_the_overview() -> None:
    thorax = samples.classified("planes/t.png")
    reason = "shows the thorax: <nothing> to measure"
    shown = [
        replace(each, prediction=on_plane(each.prediction, label, why))
        for each, label, why in (
            (samples.shown_image("head", "a.png"), "trans-thalamic", None),
            (thorax, "thorax", reason),
        )
    ]
    page = built(shown)
    assert page.text.count("trans-thalamic 93.4 %") == page.text.count("thorax 93.4 %") == 2
    assert f"not measured: {reason}" in page.text
    assert "planes:1" in page.text
    assert " Plane " in page.text
    assert " Plane " not in built([samples.shown_image("head", f"{n}.png") for n in "ab"]).text


def test_every_model_is_in_the_provenance() -> None:
    provenance = replace(samples.provenance(), further_models={"Model of planes": {"model": "p:1"}})
    assert "Model of planes model p:1" in built([], provenance=provenance).text


def test_points_have_their_places_and_confidences() -> None:
    shown = samples.pointed(singles=1)
    page = built([replace(shown, overlay=None)])
    for point in (shown.prediction.points or {}).values():
        if point is not None:
            assert f"({point.x:.1f}, {point.y:.1f})" in page.text
    assert "87 %, 87 %" in page.text
    assert "not visible: TAD, APAD, FL" in page.text
    assert "Structures found" not in page.text
    assert "20 points" not in page.text
    many = built([samples.pointed(singles=20)])
    assert "22 points" in many.text
    assert "the points of OFD, BPD, point_a_0_b" in next(
        found["alt"] for tag, found in many.tags if tag == "img"
    )


def test_both_readings_stand_in_one_row_with_what_speaks_against_them() -> None:
    shown = samples.pointed(beside_masks=True)
    page = built([shown])
    by_masks = {m.name: m for m in shown.prediction.measurements}
    for second in shown.prediction.point_measurements:
        assert second.interval is not None
        low, high = (f"{end:.1f}" for end in second.interval)
        first = f"{by_masks[second.name].value:.1f} {second.unit}"
        again = f"{second.value:.1f} {second.unit} {low} to {high}"
        assert f"{first} {again}" in page.text
    assert page.text.count("masks and points disagree by more than their intervals") == 1
    assert "pink rings those of points" in page.text


def test_an_image_of_single_points_alone_is_no_empty_table() -> None:
    points = {"csp": FoundPoint(x=3, y=4, confidence=None), "apex": None}
    prediction = samples.pointed().prediction.model_copy(
        update={"points": points, "measurements": []}
    )
    page = built([Shown(prediction), samples.failed_image()])
    assert "Nothing was measured" not in page.text
    assert "csp (3.0, 4.0) –" in page.text
    assert "not visible: apex" in page.text
    assert "alone.png csp" in page.text, "the overview names what was found"


def test_the_same_file_twice_is_shown_twice() -> None:
    shown = samples.shown_image("femur", "same.png")
    page = built([shown, shown])
    assert sum(tag == "article" for tag, _ in page.tags) == 2


def test_an_age_that_no_formula_gave_says_why() -> None:
    refused = AgeEstimate(formula="hadlock_1984_hc", source="s", inputs=("HC",), reason="too <big>")
    exam = samples.exam().model_copy(
        update={
            "gestational_age": GestationalAge(basis="estimated", estimates=[refused]),
            "fetal_weight": None,
            "centiles": [Centile(measure="HC", chart="c", value=400, unit="mm", reason="no age")],
        }
    )
    page = built([], [exam])
    assert page.text.count("too <big>") == 2  # in the card and among all formulas
    assert "no age" in page.text
    assert charts(page) == 0


def test_an_empty_exam_is_still_a_page() -> None:
    exam = Exam(name="empty", choice="median", files=[], flags=["no_usable_measure"])
    text = built([], [exam]).text
    assert "no usable measure" in text
    assert "Nothing was measured." in text


def test_provenance_is_complete(exam_page: ReadPage) -> None:
    of = samples.provenance()
    for name, value in (*of.model.items(), *of.software.items(), *of.settings.items()):
        assert f"{name} {value}" in exam_page.text
    for file, digest in of.inputs:
        assert f"{file} {digest}" in exam_page.text
    assert of.created in exam_page.text
