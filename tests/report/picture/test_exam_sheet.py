"""The contact sheet of an exam."""

import numpy as np
import pytest

from biometry_cli.data.phantom.scan import STRUCTURES
from biometry_cli.inference.reading import Reading
from biometry_cli.report.picture.pen import STRUCTURE_COLORS, VERMILION
from biometry_cli.results.prediction import Exam, LeftOut
from tests.report.report_readings import draw_exam_sheet, near, plane_prediction, read_truth


def exam_of(readings: list[Reading], **more: object) -> Exam:
    files = [reading.prediction.file for reading in readings]
    return Exam.model_validate({"name": "one", "choice": "best", "files": files, **more})


def test_three_images_stand_in_their_order_at_one_height() -> None:
    readings = [read_truth(structure) for structure in STRUCTURES]
    sheet = np.asarray(draw_exam_sheet(readings, exam_of(readings)))
    assert 1500 < sheet.shape[1] <= 1600
    shares = [np.flatnonzero(near(sheet, color)[:350].any(axis=0)) for color in STRUCTURE_COLORS]
    for place, columns in enumerate(shares[:3]):
        assert columns.min() > place * sheet.shape[1] / 3 - 5
        assert columns.max() < (place + 1) * sheet.shape[1] / 3 + 5


@pytest.mark.parametrize("count", [1, 2, 5, 9])
def test_any_number_fits_the_width(count: int) -> None:
    readings = [read_truth(STRUCTURES[i % 3], seed=i) for i in range(count)]
    sheet = draw_exam_sheet(readings, exam_of(readings))
    assert sheet.width <= 1600
    assert sheet.height > 250 * -(-count // 4)


def test_only_the_image_unlike_the_training_data_has_the_banner() -> None:
    readings = [read_truth("head"), read_truth("abdomen")]
    prediction = readings[1].prediction.model_copy(update={"flags": ["unlike_training"]})
    readings[1] = Reading(prediction, readings[1].pixels, None, readings[1].measured)
    sheet = np.asarray(draw_exam_sheet(readings, exam_of(readings)))
    columns = np.flatnonzero(near(sheet[:20], VERMILION).any(axis=0))
    assert columns.min() > 0.45 * sheet.shape[1]


def test_an_image_left_out_says_why() -> None:
    readings = [read_truth("head"), read_truth("head", seed=1)]
    plain = draw_exam_sheet(readings, exam_of(readings))
    left_out = [LeftOut(file=readings[1].prediction.file, reason="blurred " * 40)]
    longer = draw_exam_sheet(readings, exam_of(readings, left_out=left_out))
    assert longer.height > plain.height


def test_a_classified_image_is_shown_as_it_is() -> None:
    scan = Reading(plane_prediction("a.png", {"head": 1.0}), np.zeros((100, 150), np.float32))
    assert draw_exam_sheet([scan], exam_of([scan])).width <= 1600


def test_an_exam_without_images_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        draw_exam_sheet([], exam_of([]))
