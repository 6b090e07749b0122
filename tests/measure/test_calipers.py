"""Measures between caliper points, and the circumference that two diameters define."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.measure.calipers import (
    caliper_measures,
    diameters_ellipse,
    measure_calipers,
)
from biometry_cli.measure.ellipse import Ellipse
from biometry_cli.results.flags import CROOKED_CALIPERS

HEAD = Ellipse(120.0, 80.0, 60.0, 47.0, 0.4)


def ends_of(ellipse):
    return {"ofd": ellipse.major_axis_ends(), "bpd": ellipse.minor_axis_ends()}


def values(structures):
    return {m.name: (m.value, m.unit) for each in structures for m in each.measures}


def test_two_diameters_of_a_head_give_its_circumference() -> None:
    (head,) = measure_calipers(ends_of(HEAD), (0.5, 0.5))
    assert head.name == "head"
    assert values([head]) == {
        "HC": (pytest.approx(0.5 * HEAD.perimeter(), rel=1e-12), "mm"),
        "BPD": (pytest.approx(47.0), "mm"),
        "OFD": (pytest.approx(60.0), "mm"),
        "CI": (pytest.approx(100 * 47 / 60), "%"),
    }
    assert head.flags == ()
    circumference = head.measures[0]
    assert circumference.calipers_px == (*HEAD.major_axis_ends(), *HEAD.minor_axis_ends())


@given(row=st.floats(0.05, 2), column=st.floats(0.05, 2), turn=st.floats(0, math.pi))
def test_unequal_pixels_are_exact(row, column, turn) -> None:
    in_mm = Ellipse(60.0, 50.0, 55.0, 40.0, turn)
    ends = {
        name: tuple((x / column, y / row) for x, y in pair) for name, pair in ends_of(in_mm).items()
    }
    found = values(measure_calipers(ends, (row, column)))
    assert found["HC"][0] == pytest.approx(in_mm.perimeter(), rel=1e-9)
    assert found["BPD"][0] == pytest.approx(80, rel=1e-9)


def test_without_a_pixel_size_lengths_are_in_pixels() -> None:
    found = values(measure_calipers({"FL": ((0, 0), (30, 40))}, None))
    assert found == {"FL": (50.0, "px")}


def test_one_diameter_gives_no_circumference() -> None:
    found = values(measure_calipers({"tad": ((0, 0), (10, 0))}, (1, 1)))
    assert found == {"TAD": (10.0, "mm")}


def test_an_unknown_caliper_is_a_length_under_its_own_name() -> None:
    (cerebellum,) = measure_calipers({"tcd": ((0, 0), (0, 7))}, (2.0, 1.0), {"tcd": 0.7})
    assert cerebellum.name == "tcd"
    assert values([cerebellum]) == {"TCD": (14.0, "mm")}
    assert cerebellum.certainty == 0.7


def test_a_structure_is_as_sure_as_its_least_sure_caliper() -> None:
    (head,) = measure_calipers(ends_of(HEAD), None, {"ofd": 0.9, "bpd": 0.6})
    assert head.certainty == 0.6


@pytest.mark.parametrize(("turn_deg", "crooked"), [(0, False), (20, False), (30, True), (90, True)])
def test_axes_of_one_ellipse_stand_upright_on_each_other(turn_deg, crooked) -> None:
    other = Ellipse(120.0, 80.0, 60.0, 47.0, 0.4 + math.radians(turn_deg))
    ends = {"ofd": HEAD.major_axis_ends(), "bpd": other.minor_axis_ends()}
    (head,) = measure_calipers(ends, (1, 1))
    assert (CROOKED_CALIPERS in head.flags) == crooked


def test_diameters_far_apart_are_flagged() -> None:
    other = Ellipse(150.0, 80.0, 60.0, 47.0, 0.4)
    (head,) = measure_calipers(
        {"ofd": HEAD.major_axis_ends(), "bpd": other.minor_axis_ends()}, None
    )
    assert head.flags == (CROOKED_CALIPERS,)


def test_points_on_one_spot_are_no_crash() -> None:
    spot = ((5.0, 5.0), (5.0, 5.0))
    (head,) = measure_calipers({"ofd": spot, "bpd": spot}, (1, 1))
    assert all(np.isfinite(m.value) for m in head.measures)
    assert head.flags == (CROOKED_CALIPERS,)


def test_what_calipers_can_give() -> None:
    assert caliper_measures(["bpd", "ofd", "fl", "tad", "tcd"]) == {
        "head": ("HC", "BPD", "OFD", "CI"),
        "femur": ("FL",),
        "abdomen": ("TAD",),
        "tcd": ("TCD",),
    }


def test_a_spacing_must_be_positive() -> None:
    with pytest.raises(ValueError, match="must be positive"):
        measure_calipers({}, (0.0, 1.0))


@given(row=st.floats(0.05, 2), column=st.floats(0.05, 2), turn=st.floats(0, 3.14))
def test_the_ellipse_of_two_diameters_has_the_reported_circumference(row, column, turn) -> None:
    in_mm = Ellipse(60.0, 50.0, 55.0, 40.0, turn)
    ends = {
        name: tuple((x / column, y / row) for x, y in pair) for name, pair in ends_of(in_mm).items()
    }
    (head,) = measure_calipers(ends, (row, column))
    ellipse = diameters_ellipse(head.measures[0].calipers_px, (row, column))
    assert ellipse.perimeter() == pytest.approx(head.measures[0].value, rel=1e-12)
    assert np.abs(in_mm.distances(ellipse.points(50))).max() < 1e-6
    assert 0 <= ellipse.angle_rad < math.pi


def test_of_the_shorter_diameter_an_ellipse_has_the_length_alone() -> None:
    slanted = ((0.0, 0.0), (100.0, 0.0), (40.0, -30.0), (60.0, 30.0))
    ellipse = diameters_ellipse(slanted, None)
    assert (ellipse.center_x, ellipse.center_y, ellipse.angle_rad) == (50, 0, 0)
    assert 2 * ellipse.semi_minor == pytest.approx(math.hypot(20, 60))
    longer_second = diameters_ellipse(slanted[2:] + slanted[2:], None)
    assert longer_second.semi_major == longer_second.semi_minor
