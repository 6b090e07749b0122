"""Measures of geometric phantoms over the sizes, spacings and directions of real scans."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from biometry_cli.measure.structures import MeasuredStructure, measure_structure
from tests.measure.measure_phantoms import (
    bar,
    binary,
    bowed,
    capsule,
    circumference,
    coverage,
    ellipse,
    frame,
)

many = settings(max_examples=100)
WITHIN = 0.003
LARGEST_IMAGE_PX = 800

angles = st.floats(0, math.pi, exclude_max=True)
shifts = st.tuples(st.floats(-1, 1), st.floats(-1, 1))


@st.composite
def spacings(draw: st.DrawFn) -> tuple[float, float]:
    """Row and column, 0.05 to 0.6 mm each, up to twice as far apart in one direction."""
    row = math.exp(draw(st.floats(math.log(0.05), math.log(0.6))))
    ratio = math.exp(draw(st.floats(math.log(0.5), math.log(2))))
    return row, min(max(row * ratio, 0.05), 0.6)


def within(value: float, truth: float, soft: bool, spacing: tuple[float, float]) -> bool:
    allowed = WITHIN * truth if soft else max(WITHIN * truth, *spacing)
    return abs(value - truth) <= allowed


def measured(
    structure: MeasuredStructure | None,
) -> dict[str, float]:
    assert structure is not None
    assert structure.flags == ()
    return {each.name: each.value for each in structure.measures}


@many
@given(st.floats(60, 380), st.floats(1, 1.6), angles, shifts, spacings(), st.booleans())
def test_ellipses(
    perimeter_mm: float,
    elongation: float,
    angle_rad: float,
    shift: tuple[float, float],
    spacing: tuple[float, float],
    soft: bool,
) -> None:
    semi_minor = perimeter_mm / circumference(elongation, 1)
    semi_major = semi_minor * elongation
    shape, middle = frame(semi_major, spacing)
    assume(max(shape) <= LARGEST_IMAGE_PX)
    center = (middle[0] + shift[0], middle[1] + shift[1])
    draw = coverage if soft else binary
    mask = draw(ellipse(center, semi_major, semi_minor, angle_rad, spacing), shape)
    head = measured(measure_structure("head", mask, spacing))
    abdomen = measured(measure_structure("abdomen", mask, spacing))
    truth = {"HC": perimeter_mm, "BPD": 2 * semi_minor, "OFD": 2 * semi_major}
    for name, value in truth.items():
        assert within(head[name], value, soft, spacing), name
    assert head["CI"] == pytest.approx(100 * head["BPD"] / head["OFD"])
    assert abdomen == {"AC": head["HC"], "TAD": head["OFD"], "APAD": head["BPD"]}


@many
@given(
    st.floats(8, 80),
    st.floats(0.06, 0.25),
    angles,
    shifts,
    spacings(),
    st.booleans(),
    st.sampled_from([bar, capsule]),
)
def test_straight_femurs(
    length_mm: float,
    slenderness: float,
    angle_rad: float,
    shift: tuple[float, float],
    spacing: tuple[float, float],
    soft: bool,
    draw_shape: type,
) -> None:
    # 0.3 % of fewer pixels is finer than what a pixel's area tells of a line through it.
    assume(length_mm >= 70 * max(spacing))
    width_mm = length_mm * slenderness
    assume(width_mm >= 4 * max(spacing))
    # A binary bar along the rows or columns keeps nothing of its length but whole pixels.
    assume(soft or draw_shape is capsule or abs(math.sin(2 * angle_rad)) > 0.1)
    shape, middle = frame(length_mm / 2 + width_mm, spacing)
    assume(max(shape) <= LARGEST_IMAGE_PX)
    center = (middle[0] + shift[0], middle[1] + shift[1])
    draw = coverage if soft else binary
    mask = draw(draw_shape(center, length_mm, width_mm, angle_rad, spacing), shape)
    femur = measured(measure_structure("femur", mask, spacing))
    assert list(femur) == ["FL"]
    assert within(femur["FL"], length_mm, soft, spacing)


@given(st.floats(0.01, 0.1), angles, shifts, st.floats(0.7, 1.4))
def test_bowed_femurs_are_as_long_as_their_chord(
    bow: float, angle_rad: float, shift: tuple[float, float], ratio: float
) -> None:
    spacing = (0.3, 0.3 * ratio)
    shape, middle = frame(24, spacing)
    center = (middle[0] + shift[0], middle[1] + shift[1])
    mask = coverage(bowed(center, 40, 40 * bow, 4, angle_rad, spacing), shape)
    assert measured(measure_structure("femur", mask, spacing))["FL"] == pytest.approx(40, rel=0.01)


def test_femur_length_is_not_the_diagonal_of_a_bar() -> None:
    for angle_deg in range(0, 180, 15):
        mask = coverage(bar((79.5, 79.5), 100, 30, math.radians(angle_deg)), (160, 160))
        femur = measured(measure_structure("femur", mask, None))
        assert femur["FL"] == pytest.approx(100, abs=0.3)


@pytest.mark.parametrize("draw_shape", [bar, capsule])
def test_femur_length_of_binary_masks_is_not_biased(draw_shape: type) -> None:
    lengths = [
        measured(
            measure_structure(
                "femur", binary(draw_shape((69.5, 69.5), 100, 14, angle), (140, 140)), None
            )
        )["FL"]
        for angle in np.linspace(0.05, math.pi / 2 - 0.05, 40)
    ]
    assert np.mean(lengths) == pytest.approx(100, abs=0.1)


@pytest.mark.parametrize("width_px", [4.5, 6, 9])
def test_narrow_round_ends_are_not_shortened_by_the_pixels(width_px: float) -> None:
    rng = np.random.default_rng(0)
    lengths = [
        measured(
            measure_structure(
                "femur",
                coverage(
                    capsule(tuple(rng.uniform(38, 40, 2)), 60, width_px, rng.uniform(0, math.pi)),
                    (80, 80),
                ),
                None,
            )
        )["FL"]
        for _ in range(40)
    ]
    assert np.mean(lengths) == pytest.approx(60, abs=0.06)
