"""What is said of one image, as a terminal shows it."""

import pytest

from biometry_cli.report.sheet.prediction import prediction_sheet
from biometry_cli.results.measures import Measurement
from biometry_cli.results.prediction import Prediction
from tests.report.printing import row_of, shown
from tests.report.report_readings import on_plane, plane_prediction, read_points, read_truth


def printed(prediction: Prediction, width: int = 80) -> str:
    return shown(prediction_sheet(prediction), width)


def test_a_prediction_shows_values_units_and_spacing() -> None:
    prediction = read_truth("head").prediction
    text = printed(prediction)
    assert "000_head.png" in text
    assert f"{prediction.spacing_mm:.4g} mm/px" in text
    values = {m.name: f"{m.value:.1f}" for m in prediction.measurements}
    assert row_of(text, "HC")[1:] == [values["HC"], "mm", "head", "circumference"]
    assert row_of(text, "CI")[1:3] == [values["CI"], "%"]


def test_flags_are_said_in_words_and_unknown_ones_survive() -> None:
    flags = ["no_spacing", "head:touches_border", "head:brand_new"]
    text = printed(Prediction(file="a.png", task="segment", model="m", flags=flags))
    assert "no pixel size known: values in pixels" in text
    assert "head: cut off by the image border" in text
    assert "head: brand new" in text


def test_a_recognised_plane_stands_beside_the_name_with_the_reason() -> None:
    text = printed(on_plane(read_truth("head").prediction, "[trans]-thalamic"))
    assert "000_head.png  [trans]-thalamic 93.4 %  " in text
    assert "mm/px" in text
    thorax = plane_prediction("t.png", {"thorax": 0.9, "other": 0.1})
    text = printed(on_plane(thorax, "thorax", "shows the thorax"))
    assert "t.png  thorax 93.4 %" in text
    assert "! not measured: shows the thorax" in text
    assert text.count("not measured") == text.count("thorax 93") == 1


def test_names_with_brackets_are_not_markup() -> None:
    measure = Measurement(name="[red]_area", value=12345.6, unit="px²")
    text = printed(Prediction(file="[b].png", task="segment", model="m", measurements=[measure]))
    assert "[b].png" in text
    assert "[red] area" in text
    assert "12,346 px²" in text


def test_a_classification_shows_the_likeliest_classes_first() -> None:
    shares = {"x": 0.05, "y": 0.6, "z": 0.3, "w": 0.04} | {
        f"o{i}": 0.01 - i / 1e3 for i in range(4)
    }
    text = printed(plane_prediction("a.png", shares))
    assert [word for word in row_of(text, "y") if word != "→"][:3] == ["y", "60.0", "%"]
    assert text.index("60.0") < text.index("30.0") < text.index("5.0 %")
    assert "0.7 %" not in text, "the eighth is for the page"


def test_an_unsure_class_says_so() -> None:
    told = plane_prediction("a.png", {"x": 0.4, "y": 0.6}).model_copy(update={"flags": ["unsure"]})
    assert "y (unsure)" in printed(told)


def test_an_image_shows_its_calipers_single_points_and_what_is_not_visible() -> None:
    reading = read_points("head", singles={"csp": (100.0, 80.25)})
    text = printed(reading.prediction)
    assert row_of(text, "csp") == ["csp", "(100.0,", "80.2)", "87", "%"]
    places = [line.split() for line in text.splitlines() if line.startswith("OFD")]
    points = reading.prediction.points or {}
    first, second = points["ofd_1"], points["ofd_2"]
    assert first is not None
    assert second is not None
    assert places[1] == [
        "OFD", f"({first.x:.1f},", f"{first.y:.1f})",
        "to", f"({second.x:.1f},", f"{second.y:.1f})", "87", "%,", "87", "%",
    ]  # fmt: skip
    assert "not visible: TAD, APAD, FL" in text
    assert max(map(len, text.splitlines())) <= 80


def test_both_readings_stand_side_by_side() -> None:
    prediction = read_points("head", beside_masks=True).prediction
    alone = Measurement(name="NT", value=1.4, unit="mm", interval=(1.2, 1.6), by="points")
    told = {
        "point_measurements": [*prediction.point_measurements, alone],
        "measurements": [*prediction.measurements, alone],
    }
    text = printed(prediction.model_copy(update=told), 100)
    by_masks = {m.name: f"{m.value:.1f}" for m in prediction.measurements}
    by_points = {m.name: f"{m.value:.1f}" for m in prediction.point_measurements}
    assert "From masks" in text
    assert row_of(text, "HC")[1:5] == [by_masks["HC"], "mm", by_points["HC"], "mm"]
    assert row_of(text, "NT") == ["NT", "–", "1.4", "mm", "(1.2", "to", "1.6)"]


def test_readings_that_disagree_are_said() -> None:
    prediction = read_points("head", beside_masks=True).prediction
    measures = [
        each.model_copy(update={"flags": ["readings_disagree"]} if each.name == "BPD" else {})
        for each in prediction.measurements
    ]
    told = {"measurements": measures, "flags": ["BPD:readings_disagree", "head:crooked_calipers"]}
    text = printed(prediction.model_copy(update=told))
    assert "BPD: masks and points disagree by more than their intervals" in text
    assert "head: two diameters that are no axes of one ellipse" in text


@pytest.mark.parametrize("width", [40, 80, 100])
def test_nothing_is_cut_off_at_any_width(width: int) -> None:
    prediction = read_points("head", beside_masks=True).prediction
    text = printed(prediction, width)
    assert max(map(len, text.splitlines())) <= width
    words = " ".join(text.split())
    for measure in (*prediction.measurements, *prediction.point_measurements):
        assert f"{measure.value:.1f}" in words
