"""How errors of inputs add up."""

import math

import pytest

from biometry_cli.measure.growth.formula import slope, spread


def test_the_slope_of_known_functions() -> None:
    assert slope(lambda x: 3 * x**2, 5) == pytest.approx(30)
    assert slope(math.log, 200) == pytest.approx(1 / 200)


def test_the_slope_at_an_end_is_taken_from_one_side() -> None:
    assert slope(lambda x: 2 * x if x <= 1 else math.inf, 1) == pytest.approx(2)
    assert slope(lambda x: x if x == 1 else math.inf, 1) == 0


def test_independent_errors_add_up_as_squares() -> None:
    below, above = spread(
        lambda v: 2 * v["a"] - v["b"],
        {"a": 10, "b": 4, "exact": 1},
        {"a": (8.5, 12), "b": (1, 8), "exact": None},
        own_half_width=12,
    )
    # a moves the sum by 2 a millimetre, b against it.
    assert below == pytest.approx(math.sqrt(3**2 + 4**2 + 12**2))
    assert above == pytest.approx(math.sqrt(4**2 + 3**2 + 12**2))


def test_nothing_uncertain_has_no_spread() -> None:
    assert spread(lambda v: v["a"], {"a": 1}, {}) == (0, 0)


def test_a_value_outside_its_own_interval_gives_no_negative_length() -> None:
    assert spread(lambda v: v["a"], {"a": 1}, {"a": (2, 3)}) == pytest.approx((0, 2))
