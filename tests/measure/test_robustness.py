"""What a mask may suffer without its measures moving, and what it is flagged with."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biometry_cli.measure.structures import MeasuredStructure
from tests.measure.measure_answers import found, values
from tests.measure.measure_phantoms import Floats, bar, binary, circumference, coverage, ellipse


@pytest.mark.parametrize("draw", [coverage, binary])
@pytest.mark.parametrize("where", range(0, 360, 45))
class TestDisturbedHead:
    """HC of a head of 75 × 58 px semi-axes stays within 0.3 % under each disturbance."""

    hc_px = circumference(75, 58)

    def mask(self, draw: type) -> Floats:
        return np.array(draw(ellipse((99.7, 95.2), 75, 58, 0.4), (190, 200)))

    def rim(self, where: int) -> tuple[tuple[float, float], float]:
        angle = math.radians(where)
        return (99.7 + 66 * math.cos(angle), 95.2 + 66 * math.sin(angle)), angle

    def assert_hc(self, mask: Floats) -> MeasuredStructure:
        head = found("head", mask, None)
        assert values(head)["HC"] == pytest.approx(self.hc_px, rel=3e-3)
        return head

    def test_hole(self, draw: type, where: int) -> None:
        angle = math.radians(where)
        hole = draw(
            ellipse((100 + 30 * math.cos(angle), 95 + 30 * math.sin(angle)), 15, 9, angle),
            (190, 200),
        )
        assert self.assert_hc(self.mask(draw) * (1 - hole)).flags == ()

    @pytest.mark.parametrize("size", [(50, 4), (40, 25)])
    def test_spur(self, draw: type, where: int, size: tuple[int, int]) -> None:
        center, angle = self.rim(where)
        self.assert_hc(np.maximum(self.mask(draw), draw(bar(center, *size, angle), (190, 200))))

    @pytest.mark.parametrize("size", [(50, 4), (40, 25)])
    def test_notch(self, draw: type, where: int, size: tuple[int, int]) -> None:
        center, angle = self.rim(where)
        self.assert_hc(self.mask(draw) * (1 - draw(bar(center, *size, angle), (190, 200))))

    @pytest.mark.parametrize("share", [0.05, 0.15, 0.25])
    def test_cut_by_the_border(self, draw: type, where: int, share: float) -> None:
        whole = draw(ellipse((119.7, 120.2), 75, 58, math.radians(where) / 2), (240, 240))
        columns = np.flatnonzero(whole.max(axis=0) > 0.5)
        head = self.assert_hc(whole[:, columns[0] + round(share * len(columns)) :])
        assert head.flags == ("touches_border",)

    def test_cut_by_a_straight_line_inside_the_image(self, draw: type, where: int) -> None:
        whole = draw(ellipse((119.7, 120.2), 75, 58, math.radians(where) / 2), (240, 240))
        rows = np.flatnonzero(whole.max(axis=1) > 0.5)
        whole[: rows[0] + round(0.15 * len(rows))] = 0
        assert self.assert_hc(whole).flags == ("poor_ellipse_fit",)

    @pytest.mark.parametrize("share", [0.15, 0.3, 0.4])
    def test_cut_by_the_field_of_view(self, draw: type, where: int, share: float) -> None:
        whole = draw(ellipse((119.7, 120.2), 75, 58, 0.4), (240, 240))
        seen = beyond_line(whole, math.radians(where), share)
        head = found("head", whole * seen, None, seen)
        assert values(head)["HC"] == pytest.approx(self.hc_px, rel=4e-3)
        assert "touches_field_of_view" in head.flags


def beyond_line(mask: Floats, direction_rad: float, share: float) -> np.ndarray:
    """A field of view whose straight edge leaves out that share of the structure's extent."""
    y, x = np.indices(mask.shape)
    along = x * math.cos(direction_rad) + y * math.sin(direction_rad)
    inside = along[mask > 0.5]
    return np.asarray(along <= inside.max() - share * np.ptp(inside))


@settings(max_examples=60)
@given(
    st.floats(35, 75),
    st.floats(0, 2 * math.pi),
    st.floats(0.05, 0.5),
    st.floats(0, 2 * math.pi),
    st.floats(4, 30),
    st.booleans(),
)
def test_hole_spur_and_second_component_at_once(
    semi_minor: float,
    at_hole: float,
    hole: float,
    at_spur: float,
    spur_width: float,
    soft: bool,
) -> None:
    draw = coverage if soft else binary
    shape, middle, semi_major = (220, 320), (110.3, 109.6), semi_minor * 1.25
    mask = draw(ellipse(middle, semi_major, semi_minor, 0.4), shape)
    center = (
        middle[0] + semi_minor / 2 * math.cos(at_hole),
        middle[1] + semi_minor / 2 * math.sin(at_hole),
    )
    mask *= 1 - draw(ellipse(center, hole * semi_minor * 0.9, hole * semi_minor * 0.6, 0), shape)
    reach = semi_minor * 0.9
    root = (middle[0] + reach * math.cos(at_spur), middle[1] + reach * math.sin(at_spur))
    mask = np.maximum(mask, draw(bar(root, 50, min(spur_width, semi_minor / 2), at_spur), shape))
    mask = np.maximum(mask, draw(ellipse((275, 110), 20, 25, 0), shape))
    head = found("head", mask)
    assert values(head)["HC"] == pytest.approx(circumference(semi_major, semi_minor), rel=5e-3)
    assert "two_components" in head.flags
    assert "touches_border" not in head.flags


def test_a_second_component_is_flagged_and_changes_nothing() -> None:
    mask = coverage(ellipse((60, 60), 40, 30, 0.3), (120, 200))
    alone = found("head", mask, None)
    mask[20:24, 180:184] = 1
    assert found("head", mask, None).flags == ()
    mask = np.maximum(mask, coverage(ellipse((150, 60), 20, 12, 0), (120, 200)))
    both = found("head", mask, None)
    assert both.flags == ("two_components",)
    assert both.measures == alone.measures


def test_a_head_that_is_no_ellipse_is_flagged() -> None:
    square = np.zeros((100, 100))
    square[20:80, 20:80] = 1
    assert "poor_ellipse_fit" in found("head", square, None).flags
    assert "poor_ellipse_fit" not in found("bladder", square, None).flags


def test_outline_along_the_border_has_no_vote() -> None:
    whole = coverage(ellipse((119.7, 120.2), 75, 58, 0.4), (240, 240))
    columns, rows = (np.flatnonzero(whole.max(axis=axis) > 0.5) for axis in (0, 1))
    left, right = columns[0] + len(columns) // 6, columns[-1] - len(columns) // 6
    top = rows[0] + len(rows) // 10
    head = found("head", whole[top:, left:right], None)
    assert values(head)["HC"] == pytest.approx(circumference(75, 58), rel=3e-3)


def test_a_head_of_which_less_than_half_is_seen_is_flagged() -> None:
    whole = coverage(ellipse((99.5, 99.5), 75, 70, 0), (200, 200))
    assert found("head", whole[:, 80:], None).flags == ("touches_border",)
    assert found("head", whole[:, 120:], None).flags == ("touches_border", "poor_ellipse_fit")


def test_a_mask_that_fills_the_image_has_no_ellipse() -> None:
    head = found("head", np.ones((50, 60)), None)
    assert head.flags == ("touches_border", "poor_ellipse_fit")
    assert head.ellipse_px is None
    assert head.measures == ()
    assert head.calipers_px == {}
