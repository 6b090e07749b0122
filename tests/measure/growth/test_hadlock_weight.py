"""Hadlock 1985 weights and the Hadlock 1991 chart against their published values."""

import math

import pytest

from biometry_cli.measure.growth.hadlock_weight import CHART, FORMULAS, LN_SD

SIZES_MM = {"BPD": 75.0, "HC": 275.0, "AC": 250.0, "FL": 56.0}


@pytest.mark.parametrize(
    ("inputs", "grams"),
    [
        (("AC", "FL"), 1411.0),
        (("BPD", "AC", "FL"), 1404.0),
        (("HC", "AC", "FL"), 1392.0),
        (("BPD", "HC", "AC", "FL"), 1393.1),
    ],
)
def test_each_formula_gives_the_printed_weight(inputs: tuple[str, ...], grams: float) -> None:
    assert math.exp(FORMULAS[inputs].ln_grams(SIZES_MM)) == pytest.approx(grams, abs=0.06)


def test_two_standard_deviations_are_fifteen_per_cent() -> None:
    assert math.exp(2 * LN_SD) == pytest.approx(1.15)
    assert {formula.ln_sd for formula in FORMULAS.values()} == {LN_SD}


@pytest.mark.parametrize(
    ("centile", "grams"), [(3, 248), (10, 275), (50, 331), (90, 387), (97, 414)]
)
def test_the_chart_gives_the_printed_table_at_20_weeks(centile: float, grams: float) -> None:
    assert round(CHART.value_at_centile(centile, 20)) == grams
    assert CHART.centile(grams, 20) == pytest.approx(centile, abs=0.5)


@pytest.mark.parametrize(("weeks", "grams"), [(10, 35), (40, 3619)])
def test_the_chart_gives_the_printed_medians(weeks: float, grams: float) -> None:
    assert CHART.median(weeks) == pytest.approx(grams, abs=0.5)
