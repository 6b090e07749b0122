import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ellipe

from biometry_cli.measure.ellipse import Ellipse, ellipse_from_axes
from biometry_cli.measure.ellipse_fit import fit_ellipse

steady = settings(derandomize=True, max_examples=40, deadline=None)


@st.composite
def ellipses(draw: st.DrawFn, most_eccentric: float = 2.0) -> Ellipse:
    minor = draw(st.floats(10, 100))
    return Ellipse(
        center_x=draw(st.floats(-500, 500)),
        center_y=draw(st.floats(-500, 500)),
        semi_major=minor * draw(st.floats(1.02, most_eccentric)),
        semi_minor=minor,
        angle_rad=draw(st.floats(0, math.pi, exclude_max=True)),
    )


def assert_same_shape(found: Ellipse, expected: Ellipse, tolerance: float) -> None:
    """Equal in every parameter; the angle weighs as much as it moves the axis' ends."""
    size = expected.semi_major
    assert found.center_x == pytest.approx(expected.center_x, abs=tolerance * size)
    assert found.center_y == pytest.approx(expected.center_y, abs=tolerance * size)
    assert found.semi_major == pytest.approx(expected.semi_major, rel=tolerance)
    assert found.semi_minor == pytest.approx(expected.semi_minor, rel=tolerance)
    assert 0 <= found.angle_rad < math.pi
    turn = (found.angle_rad - expected.angle_rad + math.pi / 2) % math.pi - math.pi / 2
    assert abs(turn) * (expected.semi_major - expected.semi_minor) < tolerance * size


@steady
@given(ellipses())
def test_perimeter_agrees_with_the_elliptic_integral(ellipse: Ellipse) -> None:
    eccentricity_squared = 1 - (ellipse.semi_minor / ellipse.semi_major) ** 2
    exact = 4 * ellipse.semi_major * float(ellipe(eccentricity_squared))
    assert ellipse.perimeter() == pytest.approx(exact, rel=1e-9)


def test_a_circle_has_the_circles_perimeter_and_area() -> None:
    circle = Ellipse(0, 0, 10, 10, 0)
    assert circle.perimeter() == pytest.approx(20 * math.pi, rel=1e-14)
    assert circle.area() == pytest.approx(100 * math.pi, rel=1e-14)


def test_axis_ends_follow_the_angle_from_x_towards_y() -> None:
    ellipse = Ellipse(10, 20, 5, 3, math.pi / 2)
    np.testing.assert_allclose(ellipse.major_axis_ends(), [(10, 15), (10, 25)], atol=1e-12)
    np.testing.assert_allclose(ellipse.minor_axis_ends(), [(13, 20), (7, 20)], atol=1e-12)
    np.testing.assert_allclose(ellipse.points(4)[0], (10, 25), atol=1e-12)


def test_an_axis_barely_below_the_x_axis_has_angle_zero() -> None:
    directions = np.array([[1.0, 0.0], [-1e-18, 1.0]])
    assert ellipse_from_axes(np.zeros(2), np.array([2.0, 1.0]), directions).angle_rad == 0


@steady
@given(ellipses())
def test_points_lie_on_the_ellipse_and_distances_see_an_offset(ellipse: Ellipse) -> None:
    points = ellipse.points(200)
    np.testing.assert_allclose(ellipse.distances(points), 0, atol=1e-9 * ellipse.semi_major)
    chords = np.roll(points, -1, axis=0) - np.roll(points, 1, axis=0)
    outward = np.column_stack([chords[:, 1], -chords[:, 0]])
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    moved = ellipse.distances(points + 0.5 * outward)
    np.testing.assert_allclose(moved, 0.5, atol=1e-3)


@steady
@given(ellipses(), st.floats(0.05, 3), st.floats(0.05, 3))
def test_scaling_is_the_fit_of_the_scaled_points(
    ellipse: Ellipse, scale_x: float, scale_y: float
) -> None:
    scaled = ellipse.scaled(scale_x, scale_y)
    image = ellipse.points(100) * [scale_x, scale_y]
    np.testing.assert_allclose(scaled.distances(image), 0, atol=1e-6 * scaled.semi_major)
    assert scaled.area() == pytest.approx(ellipse.area() * scale_x * scale_y, rel=1e-9)
    assert 0 <= scaled.angle_rad < math.pi
    assert_same_shape(scaled.scaled(1 / scale_x, 1 / scale_y), ellipse, 1e-6)


@steady
@given(ellipses(most_eccentric=5.0))
def test_fit_recovers_an_exact_ellipse(ellipse: Ellipse) -> None:
    assert_same_shape(fit_ellipse(ellipse.points(100)), ellipse, 1e-6)


@steady
@given(ellipses(most_eccentric=1.5))
def test_fit_recovers_an_ellipse_of_which_half_is_seen(ellipse: Ellipse) -> None:
    assert_same_shape(fit_ellipse(ellipse.points(200)[:100]), ellipse, 1e-5)


def test_fit_of_a_circle_and_of_as_few_points_as_allowed() -> None:
    circle = Ellipse(3, 4, 10, 10, 0)
    for count in (6, 200):
        fitted = fit_ellipse(circle.points(count))
        assert fitted.semi_major == pytest.approx(10, rel=1e-9)
        assert fitted.semi_minor == pytest.approx(10, rel=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_noise_averages_out_without_bias(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ellipse = Ellipse(200, 130, 90, 70, 0.7)
    noisy = ellipse.points(800) + rng.normal(0, 0.5, (800, 2))
    assert fit_ellipse(noisy).perimeter() == pytest.approx(ellipse.perimeter(), rel=1e-3)


@pytest.mark.parametrize("start", range(0, 800, 80))
@pytest.mark.parametrize("reach", [0.6, 0.75, 1.25, 1.5])
def test_a_fifth_of_the_outline_far_off_does_not_move_the_fit(start: int, reach: float) -> None:
    rng = np.random.default_rng(0)
    ellipse = Ellipse(200, 130, 90, 70, 0.7)
    points = np.roll(ellipse.points(800), start, axis=0)
    points[:160] = [200, 130] + (points[:160] - [200, 130]) * reach
    points += rng.normal(0, 0.3, points.shape)
    assert fit_ellipse(points).perimeter() == pytest.approx(ellipse.perimeter(), rel=3e-3)


def test_equal_points_give_an_equal_ellipse() -> None:
    points = Ellipse(200, 130, 90, 70, 0.7).points(300)
    points += np.random.default_rng(0).normal(0, 2, points.shape)
    assert fit_ellipse(points) == fit_ellipse(points.copy())


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (Ellipse(0, 0, 2, 1, 0).points(5), "N >= 6"),
        (np.zeros((10, 3)), "N >= 6"),
        (np.full((10, 2), np.nan), "finite"),
        (np.ones((10, 2)), "on a line"),
        (np.column_stack([np.arange(20), 2 * np.arange(20)]), "on a line"),
        (np.column_stack([np.arange(-9, 10), np.arange(-9, 10) ** 2]), "too little"),
        (np.column_stack([np.arange(1, 20), 1 / np.arange(1, 20)]), "too little"),
    ],
)
def test_what_is_no_ellipse_is_refused(points: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit_ellipse(points)
