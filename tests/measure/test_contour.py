import numpy as np
import pytest

from biometry_cli.measure.contour import (
    STEP_PX,
    component_sizes,
    largest_component,
    on_border,
    polygon_length,
    signed_area,
    smoothed,
    soft_contour,
)
from biometry_cli.measure.ellipse import moment_ellipse
from tests.measure.measure_phantoms import binary, coverage, ellipse

DISC = ellipse((40.3, 35.8), 20, 20, 0)


def test_largest_component_by_pixel_count_with_corners_joined() -> None:
    mask = np.zeros((6, 8), bool)
    mask[0, 0] = mask[1, 1] = mask[2, 2] = True
    mask[4:6, 6:7] = True
    kept = largest_component(mask)
    assert kept.sum() == 3
    assert kept[2, 2]
    assert sorted(component_sizes(mask)) == [2, 3]
    assert not largest_component(np.zeros((3, 3), bool)).any()
    assert largest_component(np.ones((3, 3), bool)).all()


def test_contour_crosses_where_the_interpolated_probability_equals_the_level() -> None:
    ramp = np.tile(np.clip((np.arange(20) - 3.0) / 10, 0, 1), (9, 1))
    for level in (0.25, 0.5, 0.8):
        contour = soft_contour(ramp, level)
        inside = contour[~on_border(contour, ramp.shape)]
        np.testing.assert_allclose(inside[:, 0], 3 + 10 * level, atol=1e-9)


def test_pixel_centres_lie_at_whole_numbers() -> None:
    mask = np.zeros((11, 15))
    mask[3:8, 4:11] = 1
    contour = soft_contour(mask)
    np.testing.assert_allclose(contour.min(axis=0), [3.5, 2.5], atol=1e-9)
    np.testing.assert_allclose(contour.max(axis=0), [10.5, 7.5], atol=1e-9)


def test_contour_is_closed_and_uniform() -> None:
    contour = soft_contour(coverage(DISC, (80, 90)))
    steps = np.linalg.norm(np.roll(contour, -1, axis=0) - contour, axis=1)
    assert contour.dtype == np.float64
    assert steps.max() < STEP_PX * 1.001
    assert steps.min() > STEP_PX * 0.95
    assert abs(signed_area(contour)) == pytest.approx(np.pi * 400, rel=1e-3)


def test_holes_and_other_components_leave_the_contour_as_it_is() -> None:
    mask = coverage(DISC, (80, 90))
    expected = soft_contour(mask)
    mask[30:40, 35:45] = 0
    mask[10:30, 70:80] = 1
    np.testing.assert_array_equal(soft_contour(mask), expected)


def test_the_largest_component_has_the_most_pixels_not_the_widest_ring() -> None:
    ring = coverage(ellipse((70, 60), 50, 50, 0), (120, 200))
    ring *= 1 - coverage(ellipse((70, 60), 48, 48, 0), (120, 200))
    blob = coverage(ellipse((160, 60), 30, 30, 0), (120, 200))
    np.testing.assert_array_equal(soft_contour(np.maximum(ring, blob)), soft_contour(blob))


def test_a_neighbour_two_pixels_off_leaves_the_contour_as_it_is() -> None:
    mask = np.zeros((30, 40))
    mask[5:25, 5:20] = 0.9
    expected = soft_contour(mask)
    mask[5:25, 21:30] = 0.7
    np.testing.assert_array_equal(soft_contour(mask), expected)


def test_a_cut_off_structure_closes_along_the_edge_of_the_image() -> None:
    mask = coverage(DISC, (80, 90))[:, 30:]
    contour = soft_contour(mask)
    border = on_border(contour, mask.shape)
    np.testing.assert_allclose(contour[:, 0].min(), -0.5, atol=1e-9)
    assert (contour[border, 0] < 0).all()
    radius = np.linalg.norm(contour[~border] - [10.3, 35.8], axis=1)
    np.testing.assert_allclose(radius, 20, atol=0.15)
    assert not on_border(soft_contour(coverage(DISC, (80, 90))), (80, 90)).any()


def test_a_mask_that_fills_the_image_has_the_image_as_its_contour() -> None:
    contour = soft_contour(np.full((20, 30), 0.6))
    assert on_border(contour, (20, 30)).all()
    assert abs(signed_area(contour)) == pytest.approx(600, rel=0.01)


def test_nothing_above_the_level_gives_no_points() -> None:
    assert soft_contour(np.full((20, 30), 0.5)).shape == (0, 2)


@pytest.mark.parametrize("bad", [np.zeros(5), np.zeros((2, 5, 5)), np.full((5, 5), np.nan)])
def test_what_is_no_map_is_refused(bad: np.ndarray) -> None:
    with pytest.raises(ValueError, match="finite map"):
        soft_contour(bad)


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0])
def test_a_level_outside_the_range_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match="level"):
        soft_contour(np.zeros((5, 5)), level)


@pytest.mark.parametrize("radius", [10, 30, 60])
def test_smoothing_gives_a_binary_outline_the_length_of_the_shape(radius: int) -> None:
    mask = binary(ellipse((70.2, 69.6), radius, radius, 0), (140, 140))
    contour = soft_contour(mask)
    assert polygon_length(contour) > 1.02 * 2 * np.pi * radius
    assert polygon_length(smoothed(contour)) == pytest.approx(2 * np.pi * radius, rel=6e-3)


def test_moment_ellipse_of_a_rectangle_and_of_an_ellipse() -> None:
    rectangle = moment_ellipse(np.array([[2.0, 1.0], [14.0, 1.0], [14.0, 7.0], [2.0, 7.0]]))
    assert (rectangle.center_x, rectangle.center_y) == pytest.approx((8, 4))
    assert rectangle.semi_major == pytest.approx(12 / np.sqrt(3))
    assert rectangle.semi_minor == pytest.approx(6 / np.sqrt(3))
    assert np.sin(rectangle.angle_rad) == pytest.approx(0, abs=1e-12)
    contour = soft_contour(coverage(ellipse((50, 45), 35, 20, 0.6), (90, 100)))
    turned = moment_ellipse(contour[::-1])
    assert turned.semi_major == pytest.approx(35, rel=2e-3)
    assert turned.semi_minor == pytest.approx(20, rel=2e-3)
    assert turned.angle_rad == pytest.approx(0.6, abs=2e-3)


def test_an_outline_without_area_is_refused() -> None:
    with pytest.raises(ValueError, match="no area"):
        moment_ellipse(np.array([[0.0, 0.0], [4.0, 0.0], [2.0, 0.0]]))
