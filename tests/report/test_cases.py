"""Cases side by side, and which ones are picked."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from biometry_cli.inference.reading import Reading
from biometry_cli.jobs.scans import scan_of
from biometry_cli.report.cases import Annotation, draw_case, pick_cases
from biometry_cli.report.picture.pen import PINK, STRUCTURE_COLORS, YELLOW
from biometry_cli.results.evaluation import Case
from biometry_cli.results.prediction import FoundPoint
from tests.report.report_readings import near, plane_prediction, read_points, read_truth


def case_of(reading: Reading, truth: Annotation, title: str) -> Image.Image:
    mask = None if reading.masks is None else reading.masks.mask
    return draw_case(scan_of(reading), mask, truth, title)


def case(file: str, dice: float | None) -> Case:
    return Case(file=file, values={"dice": dice})


def test_worst_median_and_best_are_picked_and_no_figure_is_worst() -> None:
    cases = [case("b", 0.9), case("n", None), case("d", 0.99), case("a", 0.5), case("c", 0.95)]
    picked = pick_cases(cases, "dice")
    assert {rank: each.file for rank, each in picked.items()} == {
        "worst": "n",
        "median": "b",
        "best": "d",
    }


def test_a_single_case_is_all_three_and_none_gives_none() -> None:
    only = case("a", 0.5)
    assert pick_cases([only], "dice") == {"worst": only, "median": only, "best": only}
    assert pick_cases([], "dice") == {}
    assert pick_cases([case("n", float("nan")), only], "dice")["worst"].file == "n"


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
