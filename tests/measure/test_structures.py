import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.measure.catalog import measure_names
from biometry_cli.measure.structures import measure_structure
from tests.measure.measure_answers import found, values
from tests.measure.measure_phantoms import capsule, circumference, coverage, ellipse, frame

angles = st.floats(0, math.pi, exclude_max=True)
spacings = st.tuples(st.floats(0.05, 0.5), st.floats(0.7, 1.4)).map(
    lambda drawn: (drawn[0], drawn[0] * drawn[1])
)


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


@given(spacings)
def test_calipers_are_as_far_apart_as_the_measure_says(spacing: tuple[float, float]) -> None:
    to_mm = np.array(spacing[::-1])
    shape, middle = frame(70 * max(spacing), spacing)
    lengths = (60 * max(spacing), 45 * max(spacing))
    mask = coverage(ellipse(middle, *lengths, 0.6, spacing), shape)
    for structure in ("head", "abdomen", "femur", "cervix"):
        for each in found(structure, mask, spacing).measures:
            if each.calipers_px is None:
                continue
            ends = np.array(each.calipers_px) * to_mm
            along = np.linalg.norm(ends[1::2] - ends[::2], axis=1)
            if each.name in ("HC", "AC"):
                # The long, then the short diameter: the ellipse that they span has that perimeter.
                assert len(ends) == 4
                assert circumference(*along / 2) == pytest.approx(each.value)
            else:
                assert along == pytest.approx([each.value])


def test_every_measure_says_how_it_was_taken_and_where_its_calipers_stand() -> None:
    mask = coverage(ellipse((60, 50), 40, 30, 0.3), (100, 120))
    conventions = {}
    without_calipers = set()
    for structure in ("head", "abdomen", "femur", "cervix"):
        measures = found(structure, mask, (0.2, 0.2)).measures
        assert tuple(each.name for each in measures) == measure_names(structure)
        assert all(each.method for each in measures)
        conventions |= {each.name: each.convention for each in measures}
        without_calipers |= {each.name for each in measures if each.calipers_px is None}
    outer = {name for name, convention in conventions.items() if convention == "outer-outer"}
    assert outer == {"HC", "BPD", "OFD", "AC", "TAD", "APAD"}
    assert all(conventions[name] is None for name in conventions.keys() - outer)
    assert without_calipers == {"CI", "cervix_area", "cervix_perimeter"}


def test_certainty_is_the_mean_probability_inside() -> None:
    mask = coverage(ellipse((60, 50), 40, 30, 0.3), (100, 120))
    assert found("head", mask >= 0.5).certainty == 1
    level = np.where(mask >= 0.5, 0.6, 0.1)
    level[40:60, 50:70] = 0.9
    inside = np.count_nonzero(mask >= 0.5)
    expected = (0.6 * (inside - 400) + 0.9 * 400) / inside
    assert found("head", level).certainty == pytest.approx(expected)
    # Neither a hole nor another component has a say.
    level[40:60, 50:70] = 0.2
    level[0:4, 0:4] = 1
    assert found("head", level).certainty == pytest.approx(0.6)


def test_a_femur_has_one_pair_of_calipers_on_its_axis() -> None:
    femur = found("femur", coverage(capsule((59.5, 49.5), 80, 8, 0), (100, 120)))
    assert femur.ellipse_px is None
    ends = sorted(femur.calipers_px["FL"])
    np.testing.assert_allclose(ends, [(19.5, 49.5), (99.5, 49.5)], atol=0.1)


def test_a_field_of_view_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="field of view"):
        measure_structure("head", np.ones((20, 20)), None, np.ones((20, 21), bool))
