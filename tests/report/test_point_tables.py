"""Points, their errors, and measures that were read twice, in a terminal."""

import pytest

from biometry_cli.bundle import ModelSpec, TrainingSummary, make_card
from biometry_cli.calibration import Calibration, MeasureCalibration
from biometry_cli.data.labels import LabelSchema
from biometry_cli.data.preprocess import Preprocess
from biometry_cli.report import tables
from biometry_cli.results.measures import Measurement
from biometry_cli.settings import Settings
from tests.report.landmark_evaluations import both, landmarks
from tests.report.report_readings import read_points
from tests.report.test_tables import printed, row_of


def test_an_image_shows_its_calipers_single_points_and_what_is_not_visible() -> None:
    reading = read_points("head", singles={"csp": (100.0, 80.25)})
    text = printed(tables.prediction_table(reading.prediction))
    assert row_of(text, "points") == ["points", "x,", "y", "in", "px", "confidence"]
    assert row_of(text, "csp") == ["csp", "(100.0,", "80.2)", "87", "%"]
    places = [line.split() for line in text.splitlines() if line.startswith("OFD")]
    ends = [reading.prediction.points[name] for name in ("ofd_1", "ofd_2")]
    assert places[1] == [
        "OFD", f"({ends[0].x:.1f},", f"{ends[0].y:.1f})",
        "to", f"({ends[1].x:.1f},", f"{ends[1].y:.1f})", "87", "%,", "87", "%",
    ]  # fmt: skip
    assert "not visible: TAD, APAD, FL" in text
    assert max(map(len, text.splitlines())) <= 80


def test_both_readings_stand_side_by_side() -> None:
    prediction = read_points("head", beside_masks=True).prediction
    alone = Measurement(name="NT", value=1.4, unit="mm", interval=(1.2, 1.6))
    told = {"point_measurements": [*prediction.point_measurements, alone]}
    text = printed(tables.prediction_table(prediction.model_copy(update=told)), 100)
    by_masks = {m.name: f"{m.value:.1f}" for m in prediction.measurements}
    by_points = {m.name: f"{m.value:.1f}" for m in prediction.point_measurements}
    assert "from masks" in text
    assert row_of(text, "HC")[1:5] == [by_masks["HC"], "mm", by_points["HC"], "mm"]
    assert row_of(text, "NT") == ["NT", "–", "1.4", "mm", "(1.2", "to", "1.6)"]


def test_readings_that_disagree_are_yellow_and_said() -> None:
    prediction = read_points("head", beside_masks=True).prediction
    measures = [
        each.model_copy(update={"flags": ["readings_disagree"]} if each.name == "BPD" else {})
        for each in prediction.measurements
    ]
    told = {"measurements": measures, "flags": ["BPD:readings_disagree", "head:crooked_calipers"]}
    text = printed(tables.prediction_table(prediction.model_copy(update=told)))
    assert "BPD: masks and points disagree by more than their intervals" in text
    assert "head: two diameters that are no axes of one ellipse" in text


def test_errors_have_a_row_a_caliper_or_point_and_one_for_all() -> None:
    text = printed(tables.evaluation_table(landmarks()))
    assert row_of(text, "OFD") == [
        "OFD", "20", "0", "5.00", "1.00", "90", "90", "90", "90", "0.0123"
    ]  # fmt: skip
    assert row_of(text, "BPD")[-1] == "–"
    assert row_of(text, "csp")[:5] == ["csp", "10", "1", "7.00", "1.40"]
    assert row_of(text, "all") == [
        "all", "50", "3", "7.50", "1.50", "72", "81", "90", "95", "0.0312"
    ]  # fmt: skip
    assert row_of(text, "HC")[:4] == ["HC", "10", "0", "0.56"]
    assert row_of(text, "closeness") == ["closeness", "0.8700"]
    assert row_of(text, "novel_figure") == ["novel_figure", "0.2500"]
    assert "2 points found in images that were annotated as not showing them" in text
    for shown in ("sdr_", "mre_", "hc_mae", "structure", "accuracy"):
        assert shown not in text
    assert max(map(len, text.splitlines())) <= 80


def test_without_a_pixel_size_errors_are_in_pixels_alone() -> None:
    metrics = {k: v for k, v in landmarks().metrics.items() if not k.endswith("mm")}
    text = printed(tables.evaluation_table(landmarks(metrics=metrics, agreement=[])))
    assert row_of(text, "OFD") == ["OFD", "20", "0", "5.00", "0.0123"]
    assert "SDR" not in text


def test_a_model_of_both_shows_masks_then_points_then_both_agreements() -> None:
    text = printed(tables.evaluation_table(both()))
    assert row_of(text, "head")[:3] == ["head", "0.9700", "0.9400"]
    assert text.index("structure") < text.index("landmark") < text.index("measure")
    lines = [line.split() for line in text.splitlines()]
    # The second reading's name wraps over its two lines.
    place = next(
        i for i, words in enumerate(lines) if words[:2] == ["(points)"] or "(points)" in words
    )
    assert lines[place - 1][:4] == ["HC", "10", "0", "0.83"]
    assert "hc_points" not in text.lower()
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("task", ["landmarks", "segment,landmarks"])
def test_a_card_names_landmarks_and_the_intervals_between_points(task: str) -> None:
    classes = ("background", "head") if "segment" in task else ()
    card = make_card(
        Settings(),
        labels=LabelSchema.model_validate(
            {"task": task, "classes": classes, "points": ("ofd_1", "ofd_2", "csp")}
        ),
        preprocess=Preprocess(height_px=176, width_px=256),
        model=ModelSpec(name="unet"),
        training=TrainingSummary(
            data="heads", images={}, subjects={}, seed=3, split_shares=(0.8, 0.1, 0.1), epoch=1,
            minutes=1,
            validation={
                "val_mre_mm": 1.25, "val_mre_ofd_mm": 0.7531, "val_sdr_csp_2mm": 0.1234,
                "val_nme": 0.03, "val_nme_ofd": 0.0444,
            },
        ),
    )  # fmt: skip
    measure = MeasureCalibration(subjects=30, relative=0.025, absolute=1.5, taken="absolute")
    fitted = Calibration(point_measures={"OFD": measure})
    text = printed(tables.card_table(card.model_copy(update={"calibration": fitted})))
    assert "ofd_1, ofd_2, csp" in text
    assert "mre_mm 1.2500, nme 0.0300" in text
    assert "OFD ± 1.5 mm" in text
    assert ("intervals, points" in text) == ("segment" in task)
    assert ("background, head" in text) == ("segment" in task)
