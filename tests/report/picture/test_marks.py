"""Points and calipers over a scan: the right mark at the right pixel."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from biometry_cli.data.phantom.scan import STRUCTURES, Structure
from biometry_cli.inference.reading import Reading
from biometry_cli.measure.calipers import measure_calipers
from biometry_cli.report.picture.pen import PINK, STRUCTURE_COLORS, WHITE, YELLOW
from biometry_cli.results.prediction import Exam
from tests.report.report_readings import (
    draw_exam_sheet,
    draw_overlay,
    draw_scan,
    near,
    read_points,
    read_truth,
)

ZOOM = 3


def drawn(reading: Reading) -> Any:
    """The scan with what is drawn on it, without the panel."""
    picture = np.asarray(draw_scan(reading))
    assert picture.shape[0] == reading.pixels.shape[0] * ZOOM
    return picture


def at(picture: Any, color: tuple[int, int, int], points_px: Any) -> Any:
    """Whether the picture has that color at scan coordinates x, y."""
    columns, rows = ((np.asarray(points_px) + 0.5) * ZOOM - 0.5).round().astype(int).T
    return near(picture, color)[rows, columns]


def beside(picture: Any, points_px: Any) -> Any:
    """Whether there is white within a pixel of the picture of scan coordinates x, y."""
    offsets = [(dx / ZOOM, dy / ZOOM) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
    return np.any([at(picture, WHITE, np.add(points_px, offset)) for offset in offsets], axis=0)


def ring(center: Any, reach_px: float) -> Any:
    angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    return np.asarray(center) + np.column_stack([np.cos(angles), np.sin(angles)]) * reach_px


@pytest.mark.parametrize("structure", STRUCTURES)
def test_calipers_of_points_look_like_those_of_masks_without_an_outline(
    structure: Structure,
) -> None:
    reading = read_points(structure)
    picture = drawn(reading)
    (found,) = reading.measured
    for ends in found.calipers_px.values():
        assert at(picture, YELLOW, ends).all()
    for color in (*STRUCTURE_COLORS[:3], PINK):
        assert not near(picture, color).any()


def test_the_ellipse_of_two_diameters_follows_the_skull() -> None:
    reading = replace(read_points("head"), pixels=np.zeros_like(read_points("head").pixels))
    picture = drawn(reading)
    (skull,) = read_truth("head").measured
    # A fourth of its length is dashes, thinner than a pixel of the scan.
    assert 0.1 < beside(picture, skull.contour_px).mean() < 0.6
    crooked = replace(reading.measured[0], flags=("crooked_calipers",))
    assert beside(drawn(replace(reading, measured=(crooked,))), skull.contour_px).mean() < 0.01


def test_a_single_point_is_a_ring_with_its_name() -> None:
    reading = read_points("femur", singles={"csp": (60.0, 40.0)})
    picture, without = drawn(reading), drawn(read_points("femur"))
    around = ring((60.0, 40.0), 7 / ZOOM)
    assert at(picture, YELLOW, around).mean() > 0.9
    assert not at(picture, YELLOW, [(60.0, 40.0)]).any()
    changed = np.flatnonzero((picture != without).any(axis=(0, 2)))
    assert changed.max() > (60 + 8) * ZOOM, "the name stands on its right"
    assert at(drawn(read_points("femur", beside_masks=True, singles={"csp": (60.0, 40.0)})),
              PINK, around).mean() > 0.9  # fmt: skip


def test_beside_masks_the_calipers_of_points_are_pink_rings() -> None:
    reading = read_points("head", beside_masks=True, moved_px=(9.0, 6.0))
    picture = drawn(reading)
    for ends in reading.measured[0].calipers_px.values():
        assert at(picture, YELLOW, ends).all()
    for ends in reading.measured_by_points[0].calipers_px.values():
        for end in ends:
            assert at(picture, PINK, ring(end, 7 / ZOOM)).mean() > 0.75
            assert not at(picture, PINK, [end]).any()
    assert not near(drawn(read_truth("head")), PINK).any()


def test_names_of_both_readings_stand_at_opposite_ends() -> None:
    reading = read_points("femur", beside_masks=True)
    pink = near(drawn(reading), PINK)
    yellow = near(drawn(reading), YELLOW)
    left, right = (np.flatnonzero(each.any(axis=0)) for each in (pink, yellow))
    assert (left.min() < right.min()) != (left.max() > right.max())


def test_points_outside_and_on_one_spot_are_no_crash() -> None:
    ends = {"nt": ((5.0, 5.0), (5.0, 5.0)), "ofd": ((-20.0, 4.0), (900.0, 4.0))}
    reading = replace(read_points("head"), measured=measure_calipers(ends, None))
    assert draw_overlay(reading).mode == "RGB"


def test_nothing_visible_is_the_scan_alone() -> None:
    reading = read_points("head")
    points = dict.fromkeys(reading.prediction.points or {})
    told = {"points": points, "measurements": [], "spacing_mm": None}
    empty = replace(reading, measured=(), prediction=reading.prediction.model_copy(update=told))
    picture = drawn(empty)
    gray = picture.max(axis=2) - picture.min(axis=2)
    assert gray.max() == 0
    assert draw_overlay(empty).width > picture.shape[1]


@pytest.mark.parametrize("beside_masks", [False, True])
def test_an_exam_of_points_has_its_sheet(beside_masks: bool) -> None:
    readings = [read_points(structure, beside_masks=beside_masks) for structure in STRUCTURES]
    # An exam does not keep the masks, and its sheet must look the same.
    readings = [replace(reading, masks=None) for reading in readings]
    exam = Exam(name="x", choice="best", files=[r.prediction.file for r in readings])
    sheet = np.asarray(draw_exam_sheet(readings, exam))
    assert near(sheet, PINK).any() == beside_masks
    assert near(sheet, YELLOW).any()
