"""A model of masks and points: what the points alone know is measured like everything else."""

import numpy as np
import pytest

from biometry_cli.bundle import ModelCard, ModelSpec, TrainingSummary
from biometry_cli.calibration import Calibration, MeasureCalibration
from biometry_cli.data.frames import Spacing, frame_of
from biometry_cli.data.labels import LabelSchema
from biometry_cli.data.preprocess import Preprocess
from biometry_cli.data.samples import Sample
from biometry_cli.data.tables import Calibration as Line
from biometry_cli.evaluation.calibrate import _compare
from biometry_cli.inference.answer import answer
from biometry_cli.inference.exam import combine_exam
from biometry_cli.inference.reading import Found, Reading, measure
from biometry_cli.tasks.landmarks.decode import DecodedPoint
from biometry_cli.tasks.segment.decode import DecodedMasks

LABELS = LabelSchema(
    task="segment,landmarks",
    classes=("background", "head"),
    points=("bpd_1", "bpd_2", "ofd_1", "ofd_2", "fl_1", "fl_2"),
)
MM = 0.5


def card(calibration=None):
    return ModelCard(
        labels=LABELS,
        preprocess=Preprocess(height_px=200, width_px=240),
        model=ModelSpec(name="joint"),
        training=TrainingSummary(
            data="none", images={}, subjects={}, seed=0, split_shares=(1, 0, 0), epoch=1,
            minutes=0, validation={},
        ),
        calibration=calibration or Calibration(), settings={}, settings_hash="", versions={},
        created="",
    )  # fmt: skip


def head_and_femur():
    """A head of 140 x 110 px in the mask, its diameters and a femur of 90 px between points."""
    y, x = np.mgrid[:200, :240]
    inside = np.hypot((x - 110) / 70, (y - 90) / 55)
    soft = np.clip(0.5 + (1 - inside) * 30, 0, 1).astype(np.float32)
    masks = DecodedMasks(soft[None], (soft > 0.5).astype(np.uint8))
    ends = {
        "ofd": ((40, 90), (180, 90)),
        "bpd": ((110, 35), (110, 145)),
        "fl": ((60, 180), (150, 180)),
    }
    points = {
        f"{name}_{end + 1}": DecodedPoint(float(pair[end][0]), float(pair[end][1]), 0.9)
        for name, pair in ends.items()
        for end in (0, 1)
    }
    return Found(masks=masks, points=points)


def read(found, calibration=None, assessed=False):
    frame = frame_of(np.full((200, 240), 90, np.uint8), Spacing(MM, MM))
    measures = measure(found, frame, LABELS)
    prediction = answer(frame, found, measures, card(calibration), "joint:1", assessed=assessed)
    return Reading(prediction, frame.pixels, found.masks, measures.taken, measures.again)


def by_name(measurements):
    return {each.name: each for each in measurements}


def test_points_measure_what_masks_do_not_know():
    reading = read(head_and_femur())
    taken, again = (
        by_name(each)
        for each in (reading.prediction.measurements, reading.prediction.point_measurements)
    )
    assert list(taken) == ["HC", "BPD", "OFD", "CI", "FL"]
    assert taken["FL"].value == pytest.approx(90 * MM)
    assert {name: each.by for name, each in taken.items()} == {
        "HC": "mask", "BPD": "mask", "OFD": "mask", "CI": "mask", "FL": "points",
    }  # fmt: skip
    assert set(again) == {"HC", "BPD", "OFD", "CI", "FL"}
    # A structure without an outline is no structure of the mask.
    assert [each.name for each in reading.prediction.structures] == ["head"]


def test_its_interval_is_that_of_the_points():
    fitted = MeasureCalibration(subjects=40, relative=0.1, absolute=2.0, taken="absolute")
    wide = fitted.model_copy(update={"absolute": 20.0})
    calibration = Calibration(measures={"FL": wide, "HC": wide}, point_measures={"FL": fitted})
    taken = by_name(read(head_and_femur(), calibration).prediction.measurements)
    assert taken["FL"].interval == pytest.approx((90 * MM - 2, 90 * MM + 2))


def test_it_enters_the_exam_and_the_age():
    reading = read(head_and_femur(), assessed=True)
    assert "FL" in reading.prediction.gestational_age.estimates[0].inputs
    exam = combine_exam("x", [reading])
    assert "FL" in {each.name for each in exam.measurements}
    assert any("FL" in each.inputs for each in exam.gestational_age.estimates)


def test_a_head_that_the_mask_lacks_is_not_taken_from_points():
    found = head_and_femur()
    empty = DecodedMasks(np.zeros_like(found.masks.probabilities), np.zeros_like(found.masks.mask))
    reading = read(Found(masks=empty, points=found.points))
    assert set(by_name(reading.prediction.measurements)) == {"FL"}


def test_the_masks_are_not_calibrated_on_what_points_measure():
    reading = read(head_and_femur())
    sample = Sample(image=None, subject="a", calibration=Line((MM, MM), {"FL": 46.0, "HC": 200.0}))
    cases = {"HC": [], "BPD": [], "OFD": [], "CI": []}
    _compare(sample, reading.prediction.measurements, (), cases)
    assert [len(each) for each in cases.values()] == [1, 0, 0, 0]
