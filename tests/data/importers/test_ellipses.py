"""Masks and caliper points of ellipses, against the ellipse's own geometry."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.data.importers.hc18 import caliper_points, ellipse_mask
from biometry_cli.measure.ellipse import Ellipse
from tests.data.importers.shipped import excess_px

HEIGHT, WIDTH = 90, 120

ELLIPSES = st.builds(
    lambda x, y, a, ratio, angle: Ellipse(x, y, a, a * ratio, angle),
    st.floats(45, 75),
    st.floats(40, 50),
    st.floats(15, 38),
    st.floats(0.5, 1),
    st.floats(0, math.pi, exclude_max=True),
)


@given(ELLIPSES)
def test_the_mask_holds_the_pixels_whose_centres_lie_inside(ellipse: Ellipse) -> None:
    mask = ellipse_mask(ellipse, HEIGHT, WIDTH)
    assert mask.shape == (HEIGHT, WIDTH)
    assert set(np.unique(mask)) <= {0, 255}
    excess = excess_px(ellipse, (HEIGHT, WIDTH))
    clear = np.abs(excess) > 1e-6
    np.testing.assert_array_equal((mask > 0)[clear], (excess < 0)[clear])


@given(ELLIPSES)
def test_the_calipers_measure_the_axes_from_the_left(ellipse: Ellipse) -> None:
    points = caliper_points("ofd", ellipse.major_axis_ends(), HEIGHT, WIDTH)
    first, second = points["ofd_1"], points["ofd_2"]
    if first is None or second is None:
        assert first is second
        ends = ellipse.major_axis_ends()
        assert not all(-0.5 <= x <= WIDTH - 0.5 and -0.5 <= y <= HEIGHT - 0.5 for x, y in ends)
        return
    assert math.isclose(math.dist(first, second), 2 * ellipse.semi_major, rel_tol=1e-9)
    assert first[0] <= second[0] + 1e-6


def test_of_ends_above_each_other_the_upper_is_first() -> None:
    upright = Ellipse(60, 45, 30, 20, math.pi / 2)
    points = caliper_points("ofd", upright.major_axis_ends(), HEIGHT, WIDTH)
    assert [None if p is None else (round(p[0], 6), round(p[1], 6)) for p in points.values()] == [
        (60, 15),
        (60, 75),
    ]


def test_the_border_lies_half_a_pixel_outside_the_last_centres() -> None:
    ends = ((-0.5, 10.0), (WIDTH - 0.5, 10.0))
    assert caliper_points("ofd", ends, HEIGHT, WIDTH)["ofd_1"] == (-0.5, 10.0)
    beyond = ((-0.51, 10.0), (50.0, 10.0))
    assert caliper_points("ofd", beyond, HEIGHT, WIDTH) == {"ofd_1": None, "ofd_2": None}
