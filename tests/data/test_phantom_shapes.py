"""Outlines with known area and perimeter, and the share of each pixel that they cover."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ellipe

from biometry_cli.data.phantom.sector import Sector
from biometry_cli.data.phantom.shapes import Capsule, Ellipse, pixel_coverage

SPACING_MM = 0.7
CENTRES_MM = (np.arange(200) - 99.5) * SPACING_MM
PLACE_MM = st.floats(-20, 20)
ANGLE_RAD = st.floats(-2 * math.pi, 2 * math.pi)


def covered_area_mm2(shape: Ellipse | Capsule) -> float:
    coverage = pixel_coverage(shape, CENTRES_MM, CENTRES_MM, SPACING_MM)
    assert coverage.dtype == np.float32
    assert coverage.min() >= 0
    assert coverage.max() <= 1
    return float(coverage.sum(dtype=np.float64)) * SPACING_MM**2


@pytest.mark.parametrize("ratio", [0.6, 0.79, 0.95, 1.0])
def test_ramanujans_perimeter_agrees_with_the_elliptic_integral(ratio: float) -> None:
    exact_mm = 4 * 50 * ellipe(1 - ratio**2)
    assert Ellipse(0, 0, 50, 50 * ratio, 0.3).perimeter_mm == pytest.approx(exact_mm, rel=1e-7)


@settings(max_examples=25, deadline=None)
@given(x=PLACE_MM, y=PLACE_MM, a=st.floats(15, 45), ratio=st.floats(0.5, 1), angle=ANGLE_RAD)
def test_an_ellipses_coverage_sums_to_its_area(
    x: float, y: float, a: float, ratio: float, angle: float
) -> None:
    ellipse = Ellipse(x, y, a, a * ratio, angle)
    assert covered_area_mm2(ellipse) == pytest.approx(math.pi * a * a * ratio, rel=5e-4)


@settings(max_examples=25, deadline=None)
@given(x=PLACE_MM, y=PLACE_MM, length=st.floats(20, 75), angle=ANGLE_RAD)
def test_a_capsules_coverage_sums_to_its_area(
    x: float, y: float, length: float, angle: float
) -> None:
    capsule = Capsule(x, y, length, 0.1 * length, angle)
    straight_mm, width_mm = 0.9 * length, 0.1 * length
    area_mm2 = straight_mm * width_mm + math.pi * width_mm**2 / 4
    assert covered_area_mm2(capsule) == pytest.approx(area_mm2, rel=1e-3)


@pytest.mark.parametrize("angle_rad", [0.0, 0.4, math.pi / 2, 2.0, -math.pi / 2])
def test_coverage_agrees_with_counting_fine_points(angle_rad: float) -> None:
    fine_mm = (np.arange(200 * 10) - 999.5) * SPACING_MM / 10
    for shape in (Ellipse(3.3, -7.1, 30, 21, angle_rad), Capsule(3.3, -7.1, 40, 5, angle_rad)):
        inside = shape.inset_mm(fine_mm[None, :], fine_mm[:, None]) >= 0
        counted = inside.reshape(200, 10, 200, 10).mean(axis=(1, 3))
        coverage = pixel_coverage(shape, CENTRES_MM, CENTRES_MM, SPACING_MM)
        assert np.abs(coverage - counted).max() < 0.06


def test_a_capsule_is_as_long_as_it_says_from_tip_to_tip() -> None:
    capsule = Capsule(1.0, 2.0, 40.0, 4.0, 0.5)
    along_mm = np.array([19.999, 20.001])
    inset_mm = capsule.inset_mm(
        1.0 + along_mm * math.cos(0.5), np.asarray(2.0 + along_mm * math.sin(0.5))
    )
    assert inset_mm[0] > 0 > inset_mm[1]


def test_distance_to_an_ellipse_is_in_millimetres_near_its_outline() -> None:
    ellipse = Ellipse(0, 0, 50, 40, 0.0)
    inset_mm = ellipse.inset_mm(np.array([48.0, 0.0, 51.0]), np.array([0.0, 39.0, 0.0]))
    assert inset_mm == pytest.approx([2, 1, -1], rel=0.05)


def test_a_part_sits_where_its_local_coordinates_say() -> None:
    ellipse = Ellipse(5, 6, 50, 40, 0.7)
    part = ellipse.part(0.5, -0.25, 0.1, 0.2)
    u, v = ellipse.local(np.array(part.x_mm), np.array(part.y_mm))
    assert (float(u), float(v)) == pytest.approx((0.5, -0.25))
    assert (part.a_mm, part.b_mm) == pytest.approx((4.5, 9.0))


@pytest.mark.parametrize(("height_px", "width_px"), [(192, 272), (160, 160), (300, 200)])
def test_the_fan_fills_the_image_and_stays_in_it(height_px: int, width_px: int) -> None:
    sector = Sector(height_px, width_px, 50.0, 140.0, 0.6)
    image = sector.to_image(np.ones((sector.samples, sector.lines), np.float32))
    assert image.shape == (height_px, width_px)
    rows, columns = np.nonzero(image)
    assert min(rows.min(), columns.min()) >= 1
    assert max(rows.max() - height_px, columns.max() - width_px) <= -2
    gap_px = min(np.ptp(rows) - height_px, np.ptp(columns) - width_px, key=abs)
    assert abs(gap_px) <= 8
    area_mm2 = 0.6 * (190.0**2 - 50.0**2)
    assert image.sum() * sector.spacing_mm**2 == pytest.approx(area_mm2, rel=0.02)
