"""The field of view of drawn fans, and what it leaves alone."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from biometry_cli.data.phantom.scan import STRUCTURES, Structure, draw_phantom
from biometry_cli.measure.field_of_view import field_of_view, off_field

SHAPE = (200, 280)
APEX = (139.5, -60.0)


def fan(half_angle_rad: float, reach_px: float = 240) -> np.ndarray:
    """A curved probe's field: an arc from 70 px to ``reach_px`` below its apex."""
    y, x = np.indices(SHAPE)
    angle = np.arctan2(x - APEX[0], y - APEX[1])
    distance = np.hypot(x - APEX[0], y - APEX[1])
    return (np.abs(angle) <= half_angle_rad) & (distance > 70) & (distance < reach_px)


def clearly_outside(inside: np.ndarray) -> np.ndarray:
    """More than 3 px from a fan, the arch above it left out."""
    arch = np.hypot(*(np.indices(SHAPE)[::-1] - np.array(APEX)[:, None, None])) <= 70
    return np.asarray((ndimage.distance_transform_edt(~inside) > 3) & ~arch)


def speckle(inside: np.ndarray) -> np.ndarray:
    rng = np.random.default_rng(0)
    return np.asarray(np.where(inside, rng.uniform(0.05, 0.8, inside.shape), 0))


@given(st.floats(0.3, 0.6), st.floats(180, 250))
def test_a_fan_is_found_but_for_the_arch_above_it(half_angle_rad: float, reach_px: float) -> None:
    inside = fan(half_angle_rad, reach_px)
    seen = field_of_view(speckle(inside))
    assert seen[inside].all()
    assert not seen[clearly_outside(inside)].any()


def test_shadows_fluid_and_blanked_boxes_stay_inside() -> None:
    inside = fan(0.5)
    pixels = speckle(inside)
    y, x = np.indices(SHAPE)
    angle = np.arctan2(x - APEX[0], y - APEX[1])
    pixels[(angle > 0.1) & (angle < 0.2) & (y > 60)] = 0  # a shadow to the far end
    pixels[(x - 90) ** 2 + (y - 110) ** 2 < 30**2] = 0  # fluid
    pixels[150:, 180:] = 0  # a box that hides letters
    pixels[2:60, 2:6] = 0.7  # the gray wedge outside
    seen = field_of_view(pixels)
    box = (y >= 150) & (x >= 180)
    assert seen[inside & ~box].all()
    assert seen[box & (x < 190) & (y < 170)].all()
    assert not seen[clearly_outside(inside) & (x < 139)].any()


def test_a_ragged_shadow_at_the_fans_side_is_no_edge() -> None:
    inside = fan(0.5)
    pixels = speckle(inside)
    y, x = np.indices(SHAPE)
    ragged = 70 + 8 * np.sin(y / 3.0) + 6 * np.sin(y / 1.3)
    pixels[(x < ragged) & (y > 60)] = 0
    seen = field_of_view(pixels)
    assert seen[inside].mean() > 0.97


@pytest.mark.parametrize("level", [0.0, 0.02, 0.5, 1.0])
def test_without_a_black_background_all_is_inside(level: float) -> None:
    assert field_of_view(np.full((50, 60), level)).all()


def test_a_line_or_specks_of_tissue_are_no_field() -> None:
    line = np.zeros((60, 80))
    line[30] = 1
    specks = np.zeros((60, 80))
    specks[10:12, 10:12] = specks[40:42, 60:62] = 1
    assert field_of_view(line).all()
    assert field_of_view(specks).all()


@pytest.mark.parametrize("structure", STRUCTURES)
def test_phantoms_lie_inside_what_is_found_of_their_fan(structure: Structure) -> None:
    for seed in range(5):
        phantom = draw_phantom(structure, np.random.default_rng(seed))
        seen = field_of_view(phantom.pixels / 255)
        assert seen[phantom.mask > 0].all()
        assert not seen.all()


def test_points_outside_or_within_a_pixel_and_a_half_are_off_the_field() -> None:
    seen = np.ones((20, 40), bool)
    seen[:, 20:] = False
    points = np.array([[10.0, 5.0], [18.0, 5.0], [18.6, 5.0], [25.0, 5.0]])
    assert off_field(points, seen).tolist() == [False, False, True, True]
    assert not off_field(points, np.ones((20, 40), bool)).any()


@pytest.mark.parametrize("bad", [np.zeros(5), np.full((5, 5), math.nan)])
def test_what_is_no_picture_is_refused(bad: np.ndarray) -> None:
    with pytest.raises(ValueError, match="finite picture"):
        field_of_view(bad)
