import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import ellipe

from biometry_cli.measure.structures import MeasuredStructure, measure_structure
from tests.measure.measure_phantoms import Floats, bar, binary, capsule, coverage, ellipse

steady = settings(derandomize=True, max_examples=60, deadline=None)
angles = st.floats(0, math.pi, exclude_max=True)
centers = st.tuples(st.floats(-1, 1), st.floats(-1, 1))
spacings = st.tuples(st.floats(0.05, 0.5), st.floats(0.7, 1.4)).map(
    lambda drawn: (drawn[0], drawn[0] * drawn[1])
)


def found(name: str, mask: Floats, spacing: tuple[float, float] | None) -> MeasuredStructure:
    structure = measure_structure(name, mask, spacing)
    assert structure is not None
    return structure


def values(structure: MeasuredStructure) -> dict[str, float]:
    return {measured.name: measured.value for measured in structure.measures}


def frame(reach: float, spacing: tuple[float, float]) -> tuple[tuple[int, int], tuple[float, ...]]:
    """An image that holds a shape of this half length, and its middle."""
    height, width = (2 * math.ceil(reach / step) + 8 for step in spacing)
    return (height, width), ((width - 1) / 2, (height - 1) / 2)


def circumference(semi_major: float, semi_minor: float) -> float:
    return 4 * semi_major * float(ellipe(1 - (semi_minor / semi_major) ** 2))


@steady
@given(st.floats(25, 60), st.floats(1.0, 1.5), angles, centers, spacings, st.booleans())
def test_head_and_abdomen_measures_of_phantoms(
    semi_minor_px: float,
    elongation: float,
    angle_rad: float,
    shift: tuple[float, float],
    spacing: tuple[float, float],
    soft: bool,
) -> None:
    pixel = max(spacing)
    semi_minor = semi_minor_px * pixel
    semi_major = semi_minor * elongation
    shape, middle = frame(semi_major, spacing)
    center = (middle[0] + shift[0], middle[1] + shift[1])
    draw = coverage if soft else binary
    mask = draw(ellipse(center, semi_major, semi_minor, angle_rad, spacing), shape)
    truth = {
        "HC": circumference(semi_major, semi_minor),
        "OFD": 2 * semi_major,
        "BPD": 2 * semi_minor,
    }
    head, abdomen = found("head", mask, spacing), found("abdomen", mask, spacing)
    assert head.flags == abdomen.flags == ()
    for name, value in truth.items():
        allowed = 0.003 * value if soft else max(0.003 * value, pixel)
        assert abs(values(head)[name] - value) <= allowed, name
    assert values(head)["CI"] == pytest.approx(100 * values(head)["BPD"] / values(head)["OFD"])
    assert values(abdomen) == {
        "AC": values(head)["HC"],
        "TAD": values(head)["OFD"],
        "APAD": values(head)["BPD"],
    }


@steady
@given(
    st.floats(80, 150),
    st.floats(5, 14),
    angles,
    centers,
    spacings,
    st.booleans(),
    st.sampled_from([bar, capsule]),
)
def test_femur_length_of_phantoms(
    length_px: float,
    width_px: float,
    angle_rad: float,
    shift: tuple[float, float],
    spacing: tuple[float, float],
    soft: bool,
    draw_shape: type,
) -> None:
    # A binary bar along the rows or columns keeps nothing of its length but whole pixels.
    assume(soft or abs(math.sin(2 * angle_rad)) > 0.1)
    pixel = max(spacing)
    length, width = length_px * pixel, width_px * pixel
    shape, middle = frame(length / 2 + width, spacing)
    center = (middle[0] + shift[0], middle[1] + shift[1])
    draw = coverage if soft else binary
    femur = found(
        "femur", draw(draw_shape(center, length, width, angle_rad, spacing), shape), spacing
    )
    allowed = 0.003 * length if soft else max(0.003 * length, pixel)
    assert [(m.name, m.unit) for m in femur.measures] == [("FL", "mm")]
    assert abs(values(femur)["FL"] - length) <= allowed
    ends = np.array(femur.calipers_px["FL"]) * [spacing[1], spacing[0]]
    assert np.linalg.norm(ends[1] - ends[0]) == pytest.approx(values(femur)["FL"])
    assert femur.ellipse_px is None


def test_femur_length_is_not_the_diagonal_of_a_bar() -> None:
    for angle_deg in range(0, 180, 15):
        mask = coverage(bar((79.5, 79.5), 100, 30, math.radians(angle_deg)), (160, 160))
        assert values(found("femur", mask, None))["FL"] == pytest.approx(100, abs=0.3)


def test_femur_length_of_binary_masks_is_not_biased() -> None:
    for shape in (bar, capsule):
        lengths = [
            values(found("femur", binary(shape((69.5, 69.5), 100, 14, angle), (140, 140)), None))[
                "FL"
            ]
            for angle in np.linspace(0.05, math.pi / 2 - 0.05, 40)
        ]
        assert np.mean(lengths) == pytest.approx(100, abs=0.1)


def test_femur_length_of_a_bowed_shaft_is_its_straight_length() -> None:
    def bowed(x: Floats, y: Floats) -> np.ndarray:
        """10 px wide along an arc with a chord of 100 px, which it leaves by 5 px at most."""
        dx, dy = x - 69.5, y - 280.0
        turn = np.arctan2(dx, -dy)
        return (np.abs(np.hypot(dx, dy) - 252.5) <= 5) & (np.abs(turn) <= math.asin(50 / 252.5))

    femur = found("femur", coverage(bowed, (90, 140)), None)
    assert values(femur)["FL"] == pytest.approx(100, rel=5e-3)
    ends = sorted(femur.calipers_px["FL"])
    expected_y = 280 - math.sqrt(252.5**2 - 50**2)
    np.testing.assert_allclose(ends, [(19.5, expected_y), (119.5, expected_y)], atol=1)


@steady
@given(st.floats(25, 60), st.floats(1.0, 1.5), angles, spacings)
def test_other_structures_get_area_perimeter_and_axes(
    semi_minor_px: float, elongation: float, angle_rad: float, spacing: tuple[float, float]
) -> None:
    semi_minor = semi_minor_px * max(spacing)
    semi_major = semi_minor * elongation
    shape, middle = frame(semi_major, spacing)
    mask = coverage(ellipse(middle, semi_major, semi_minor, angle_rad, spacing), shape)
    symphysis = found("symphysis", mask, spacing)
    truth = {
        "symphysis_area": math.pi * semi_major * semi_minor,
        "symphysis_perimeter": circumference(semi_major, semi_minor),
        "symphysis_major_axis": 2 * semi_major,
        "symphysis_minor_axis": 2 * semi_minor,
    }
    assert values(symphysis) == pytest.approx(truth, rel=3e-3)
    assert [m.unit for m in symphysis.measures] == ["mm²", "mm", "mm", "mm"]


def test_without_spacing_the_units_are_pixels() -> None:
    mask = coverage(ellipse((60, 50), 40, 30, 0.3), (100, 120))
    assert [m.unit for m in found("head", mask, None).measures] == ["px", "px", "px", "%"]
    assert [m.unit for m in found("bladder", mask, None).measures] == ["px²", "px", "px", "px"]
    in_mm = values(found("head", mask, (0.5, 0.5)))
    assert in_mm["HC"] == pytest.approx(0.5 * values(found("head", mask, None))["HC"], rel=1e-6)


def test_calipers_and_ellipse_are_in_pixels_and_agree_with_the_measures() -> None:
    spacing = (0.3, 0.2)
    shape, middle = frame(20, spacing)
    head = found("head", coverage(ellipse(middle, 20, 15, 0.6, spacing), shape), spacing)
    for name in ("BPD", "OFD"):
        first, second = np.array(head.calipers_px[name]) * [0.2, 0.3]
        assert np.linalg.norm(second - first) == pytest.approx(values(head)[name])
    along = np.subtract(*head.calipers_px["OFD"][::-1]) * [0.2, 0.3]
    assert math.atan2(along[1], along[0]) == pytest.approx(0.6, abs=0.01)
    assert head.ellipse_px is not None
    np.testing.assert_allclose(head.ellipse_px.distances(head.contour_px), 0, atol=0.2)
    ends = np.array([*head.calipers_px["BPD"], *head.calipers_px["OFD"]])
    np.testing.assert_allclose(head.ellipse_px.distances(ends), 0, atol=1e-6)
    assert head.area_px == pytest.approx(head.ellipse_px.area(), rel=2e-3)


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


def test_nothing_to_measure_gives_none() -> None:
    assert measure_structure("head", np.full((40, 40), 0.5), None) is None
    handful = np.zeros((40, 40))
    handful[10:13, 10:13] = 1
    assert measure_structure("head", handful, None) is None


def test_the_smallest_structures_are_measured_without_an_error() -> None:
    for name in ("head", "abdomen", "femur", "bladder"):
        small = np.zeros((40, 40))
        small[10:14, 10:14] = 1
        assert found(name, small, None).area_px > 10
        thin = np.zeros((40, 40))
        thin[20, 5:30] = 1
        assert found(name, thin, (0.2, 0.2)).area_px > 10


@pytest.mark.parametrize("spacing", [(0.0, 1.0), (1.0, -1.0), (math.nan, 1.0), (math.inf, 1.0)])
def test_a_spacing_that_is_not_positive_is_refused(spacing: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="spacing"):
        measure_structure("head", np.ones((20, 20)), spacing)


def test_the_mask_is_left_as_it_was() -> None:
    mask = coverage(ellipse((60, 60), 40, 30, 0.3), (120, 120))[30:]
    before = mask.copy()
    measure_structure("head", mask, None)
    np.testing.assert_array_equal(mask, before)
