"""Cases side by side, and which ones are picked."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from biometry_cli.inference.reading import Reading
from biometry_cli.jobs.scans import scan_of
from biometry_cli.report.cases import Annotation, case_title, draw_case, pick_cases
from biometry_cli.report.picture.pen import PINK, STRUCTURE_COLORS, YELLOW
from biometry_cli.results.prediction import FoundPoint
from biometry_cli.results.scores import (
    Call,
    ImageScores,
    MaskScores,
    Overlap,
    PointError,
    PointErrors,
)
from tests.report.report_readings import near, plane_prediction, read_points, read_truth


def case_of(reading: Reading, truth: Annotation, title: str) -> Image.Image:
    mask = None if reading.masks is None else reading.masks.mask
    return draw_case(scan_of(reading), mask, truth, title)


def image(file: str, dice: float | None) -> ImageScores:
    masks = MaskScores({"head": Overlap(dice, None), "femur": Overlap(None, None)}, None)
    return ImageScores(file=file, flags=[], masks=masks)


def test_worst_median_and_best_are_picked_and_no_figure_is_worst() -> None:
    dice = {"b": 0.9, "n": None, "d": 0.99, "a": 0.5, "c": 0.95}
    picked = pick_cases([image(*each) for each in dice.items()])
    assert {rank: each.file for rank, each in picked.items()} == {
        "worst": "n",
        "median": "b",
        "best": "d",
    }


def test_a_single_case_is_all_three_and_none_gives_none() -> None:
    only = image("a", 0.5)
    assert pick_cases([only]) == {"worst": only, "median": only, "best": only}
    assert pick_cases([]) == {}


def test_every_model_has_its_own_sense_of_better() -> None:
    points = [PointErrors([], [], 0, close, {}, False) for close in (0.9, None, 0.2)]
    images = [ImageScores(file=str(n), flags=[], points=each) for n, each in enumerate(points)]
    assert [each.file for each in pick_cases(images).values()] == ["1", "2", "0"]
    calls = [Call("a", "b", {"a": share, "b": 1 - share}) for share in (0.3, 0.1, 0.4)]
    images = [ImageScores(file=str(n), flags=[], call=each) for n, each in enumerate(calls)]
    assert [each.file for each in pick_cases(images).values()] == ["1", "0", "2"]


def test_titles_say_what_the_image_was_picked_by() -> None:
    assert case_title(image("f/a.png", 0.94123)) == "a.png, Dice 0.941"
    assert case_title(image("a.png", None)) == "a.png, Dice none"
    call = Call("head", "femur", {"head": 0.4, "femur": 0.6})
    called = ImageScores(file="a.png", flags=[], call=call)
    assert case_title(called) == "a.png, truth head, called femur"
    errors = [PointError("ofd", 8.0, 2.0), PointError("ofd", None, None), PointError("c", 4.0, 1.5)]
    for known, words in (
        (errors, "mean radial error 1.8 mm, 1 points missed"),
        ([PointError("c", 4.0, None)], "mean radial error 4.0 px"),
        ([PointError("c", None, None)], "1 points missed"),
        ([], "no points to compare"),
    ):
        points = PointErrors(known, ["ofd", "c"], 0, 0.5, {}, calibrated=True)
        assert case_title(ImageScores(file="a.png", flags=[], points=points)) == f"a.png, {words}"


def test_three_pictures_stand_side_by_side_with_outlines_in_two() -> None:
    reading = read_truth("head")
    assert reading.masks is not None
    truth = np.zeros_like(reading.masks.mask)
    truth[50:150, 100:200] = 1
    predicted = np.roll(truth, 30, axis=1)
    reading = replace(reading, masks=replace(reading.masks, mask=predicted))
    picture = np.asarray(case_of(reading, Annotation(truth), "worst: a.png, Dice 0.8"))
    outline = near(picture, STRUCTURE_COLORS[0])
    scan, prediction, right = (outline[:, left : left + 560] for left in (8, 576, 1144))
    assert not scan.any()
    zoom = 560 / truth.shape[1]
    for panel, first in ((prediction, 130), (right, 100)):
        columns = np.flatnonzero(panel.any(axis=0))
        # A pixel covers half a pixel to both sides of its centre.
        assert columns[[0, -1]] == pytest.approx([first * zoom, (first + 100) * zoom], abs=3)


def test_without_truth_there_are_two_pictures() -> None:
    reading = read_truth("femur")
    assert reading.masks is not None
    both = case_of(reading, Annotation(), "a")
    assert both.width < case_of(reading, Annotation(reading.masks.mask), "a").width


def test_a_structure_up_to_the_border_keeps_its_outline_there() -> None:
    reading = read_truth("head")
    full = np.ones(reading.pixels.shape, np.uint8)
    picture = np.asarray(case_of(reading, Annotation(full), "a"))
    outline = near(picture, STRUCTURE_COLORS[0])
    assert outline[-1].sum() > 500


def test_points_of_both_stand_where_they_are_and_nothing_on_the_scan() -> None:
    reading = read_points("femur", moved_px=(0.0, 15.0), singles={"csp": (40.0, 40.0)})
    truth = {**(read_points("femur").prediction.points or {}), "csp": FoundPoint(x=90, y=30)}
    picture = np.asarray(case_of(reading, Annotation(points=truth), "a"))
    yellow = near(picture, YELLOW)
    scan, prediction, right = (yellow[62:, left : left + 560] for left in (8, 576, 1144))
    assert not scan.any()
    zoom = 560 / reading.pixels.shape[1]
    given = reading.prediction.points or {}
    for panel, points in ((prediction, given), (right, truth)):
        for name in ("fl_1", "fl_2"):
            point = points[name]
            assert point is not None
            x, y = (round((c + 0.5) * zoom - 0.5) for c in (point.x, point.y))
            assert panel[y - 2 : y + 3, x - 2 : x + 3].any()
        ring = points["csp"]
        assert ring is not None
        x, y = (round((c + 0.5) * zoom - 0.5) for c in (ring.x, ring.y))
        assert not panel[y - 2 : y + 3, x - 2 : x + 3].any()
        assert panel[y - 9 : y + 10, x - 9 : x + 10].sum() > 20


def test_masks_and_points_share_the_pictures() -> None:
    reading = read_points("head", beside_masks=True)
    assert reading.masks is not None
    points = reading.prediction.points or {}
    picture = np.asarray(case_of(reading, Annotation(reading.masks.mask, points), "a"))
    for left in (576, 1144):
        panel = picture[:, left : left + 560]
        assert near(panel, PINK).sum() > 100
        assert near(panel, STRUCTURE_COLORS[0]).sum() > 500
    assert not near(picture, YELLOW).any()


def test_a_classifiers_case_is_one_scan_under_its_title() -> None:
    prediction = plane_prediction("a.png", {"abdomen": 0.25, "head": 0.75})
    reading = Reading(prediction, np.zeros((100, 100), np.float32))
    picture = case_of(reading, Annotation(), "best: a.png, truth head, called head " * 20)
    assert picture.width < 1200
