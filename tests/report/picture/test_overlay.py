"""Pictures of single readings: the right colour at the right pixel."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from biometry_cli.data.phantom.scan import STRUCTURES, Structure
from biometry_cli.inference.reading import Reading
from biometry_cli.report.picture.overlay import mask_image
from biometry_cli.report.picture.pen import (
    STRUCTURE_COLORS,
    STRUCTURE_PATTERNS,
    VERMILION,
    WHITE,
    YELLOW,
    dash_spans,
)
from biometry_cli.results.measures import Measurement
from tests.report.report_readings import draw_overlay, near, plane_prediction, read_truth

COLORS = dict(zip(STRUCTURES, STRUCTURE_COLORS, strict=False))


def drawn(reading: Reading) -> tuple[Any, int]:
    """The picture's pixels and its enlargement."""
    picture = draw_overlay(reading)
    assert picture.mode == "RGB"
    return np.asarray(picture), math.ceil(800 / max(reading.pixels.shape))


def in_picture(points_px: Any, zoom: int) -> Any:
    """Rows and columns of the picture pixels under scan coordinates x, y."""
    columns, rows = ((np.asarray(points_px) + 0.5) * zoom - 0.5).round().astype(int).T
    return rows, columns


@pytest.mark.parametrize("structure", STRUCTURES)
def test_the_outline_lies_on_the_structures_contour(structure: Structure) -> None:
    reading = read_truth(structure)
    picture, zoom = drawn(reading)
    points = in_picture(reading.measured[0].contour_px, zoom)
    on_outline = near(picture, COLORS[structure])[points]
    # The dashes of the ellipse and the calipers' crosses cover some of it.
    assert on_outline.mean() > 0.55
    for other in set(STRUCTURES) - {structure}:
        assert near(picture, COLORS[other])[points].mean() < 0.02


def test_calipers_are_crosses_at_both_ends_with_dots_between() -> None:
    reading = read_truth("head")
    picture, zoom = drawn(reading)
    yellow = near(picture, YELLOW)
    for ends in reading.measured[0].calipers_px.values():
        assert yellow[in_picture(ends, zoom)].all()
        between = np.linspace(*np.array(ends), 2000)[100:-100]
        assert 0.1 < yellow[in_picture(between, zoom)].mean() < 0.6


def test_the_second_diameter_has_a_turned_cross() -> None:
    reading = read_truth("head")
    picture, zoom = drawn(reading)
    yellow = near(picture, YELLOW)
    upright, turned = reading.measured[0].calipers_px.values()
    reach = 6 / zoom
    sides = np.array([(-reach, 0), (reach, 0), (0, -reach), (0, reach)])
    corners = np.array([(x, y) for x in (-reach, reach) for y in (-reach, reach)]) / math.sqrt(2)
    for ends, arms, gaps in ((upright, sides, corners), (turned, corners, sides)):
        for end in ends:
            assert yellow[in_picture(np.add(end, arms), zoom)].all()
            # The dots of the caliper's own line may run through one of the gaps.
            assert yellow[in_picture(np.add(end, gaps), zoom)].sum() <= 1


def test_structures_differ_by_dashes_too() -> None:
    assert len(set(STRUCTURE_PATTERNS)) == len(STRUCTURE_PATTERNS) == len(STRUCTURE_COLORS)
    shares = []
    for structure in STRUCTURES:
        reading = read_truth(structure)
        bare = replace(reading.measured[0], ellipse_px=None, measures=())
        picture, zoom = drawn(replace(reading, measured=(bare,)))
        points = in_picture(bare.contour_px, zoom)
        shares.append(near(picture, COLORS[structure])[points].mean())
    assert shares[0] > 0.95
    assert max(shares[1:]) < 0.9


def test_dashes_repeat_to_the_end_of_the_line() -> None:
    assert dash_spans(25, (5, 3)) == [(0, 5), (8, 13), (16, 21), (24, 25)]
    assert dash_spans(20, (6, 2, 1, 2)) == [(0, 6), (8, 9), (11, 17), (19, 20)]


def test_a_scan_unlike_the_training_data_carries_a_banner() -> None:
    reading = read_truth("head")
    prediction = reading.prediction.model_copy(update={"flags": ["unlike_training"]})
    plain, zoom = drawn(reading)
    warned, _ = drawn(replace(reading, prediction=prediction))
    unit = max(reading.pixels.shape) * zoom / 800
    height = round(34 * unit)
    banner = warned[:height]
    assert near(banner, VERMILION).mean() > 0.8
    assert near(banner, (0, 0, 0)).any(axis=0).sum() > 200
    assert near(banner, VERMILION)[:, [2, -3]].all()
    below = slice(height, plain.shape[0])
    width = reading.pixels.shape[1] * zoom
    np.testing.assert_array_equal(warned[below, :width], plain[below, :width])
    assert not near(plain, VERMILION).any()


def test_a_small_scan_is_enlarged_and_a_large_one_is_not() -> None:
    reading = read_truth("femur")
    picture, zoom = drawn(reading)
    assert zoom == 3
    assert picture.shape[0] == reading.pixels.shape[0] * zoom
    large = replace(reading, pixels=np.zeros((900, 1000), np.float32), measured=())
    assert draw_overlay(large).height == 900


def test_the_scan_itself_is_not_changed_away_from_the_drawing() -> None:
    reading = read_truth("head")
    bare = replace(
        reading, measured=(), prediction=reading.prediction.model_copy(update={"spacing_mm": None})
    )
    plain, zoom = drawn(bare)
    height, width = reading.pixels.shape
    blocks = plain[: height * zoom, : width * zoom].reshape(height, zoom, width, zoom, 3)
    means = blocks.mean(axis=(1, 3, 4)) / 255
    assert np.abs(means - reading.pixels).mean() < 0.03


def test_the_scale_bar_has_its_length_and_needs_a_spacing() -> None:
    reading = read_truth("head")
    spacing = reading.prediction.spacing_mm
    assert isinstance(spacing, float)
    picture, zoom = drawn(reading)
    row = picture.shape[0] - 20
    corner = near(picture[row - 6 : row + 6, :200], WHITE).any(axis=0)
    columns = np.flatnonzero(corner)
    assert np.ptp(columns) + 1 == pytest.approx(10 / spacing * zoom, abs=6)
    without, _ = drawn(read_truth("head", spacing=False))
    assert not near(without[row - 6 : row + 6, :200], WHITE).any()


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_letters_stand_out_on_dark_and_bright_scans(level: float) -> None:
    reading = read_truth("head")
    reading = replace(reading, pixels=np.full_like(reading.pixels, level))
    picture, zoom = drawn(reading)
    height, width = reading.pixels.shape
    scan = picture[: height * zoom, : width * zoom]
    letters = near(scan, YELLOW)
    # On white, what makes yellow legible is the dark rim right around it.
    rows, columns = np.nonzero(letters)
    around = [
        scan[np.clip(rows + dy, 0, len(scan) - 1), np.clip(columns + dx, 0, scan.shape[1] - 1)]
        for dy in (-4, 0, 4)
        for dx in (-4, 0, 4)
    ]
    assert (np.min(around, axis=(0, 2)) < 110).mean() > 0.9


def test_any_number_of_other_structures_and_flags_can_be_drawn() -> None:
    reading = read_truth("abdomen")
    found = reading.measured[0]
    others = tuple(replace(found, name=f"structure {i}") for i in range(30))
    flags = [f"structure {i}:touches_border" for i in range(30)]
    measures = [Measurement(name=f"structure {i}_area", value=i, unit="mm²") for i in range(30)]
    prediction = reading.prediction.model_copy(
        update={
            "flags": flags, "spacing_mm": (0.2, 0.5), "file": "x" * 300, "measurements": measures
        }
    )  # fmt: skip
    picture = draw_overlay(replace(reading, measured=others, prediction=prediction))
    assert picture.height > reading.pixels.shape[0] * 3


def test_a_classifiers_scan_is_drawn_with_its_labels() -> None:
    prediction = plane_prediction("a.png", {"abdomen": 0.25, "head": 0.75})
    reading = Reading(prediction, np.zeros((100, 100), np.float32))
    picture = np.asarray(draw_overlay(reading))
    filled = near(picture, STRUCTURE_COLORS[0])[:, 800:]
    bar = filled.sum(axis=1).max()
    assert bar == pytest.approx(0.75 * (picture.shape[1] - 800 - 28), abs=4)


def test_a_mask_keeps_its_indices() -> None:
    mask = np.arange(12, dtype=np.uint8).reshape(3, 4)
    picture = mask_image(mask)
    assert picture.mode == "L"
    np.testing.assert_array_equal(np.asarray(picture), mask)
