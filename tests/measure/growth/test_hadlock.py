"""Hadlock 1984 against the values of an ultrasound system's manual, and its size by age; Hadlock
1985 weights and the Hadlock 1991 chart against their published values.
"""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.measure.growth.hadlock import (
    DATING,
    LN_SD,
    SIZES_CM,
    WEEKS_RANGE,
    WEIGHT,
    WEIGHT_CHART,
)

SIZES_MM = {"BPD": 75.0, "HC": 275.0, "AC": 250.0, "FL": 56.0}
PRINTED_WEEKS = {
    "bpd": 30.082,
    "hc": 30.049,
    "ac": 29.215,
    "fl": 29.457,
    "bpd_ac": 29.533,
    "bpd_hc": 29.522,
    "bpd_fl": 29.569,
    "hc_ac": 29.010,
    "hc_fl": 29.203,
    "ac_fl": 29.242,
    "bpd_ac_fl": 29.361,
    "bpd_hc_fl": 29.510,
    "hc_ac_fl": 29.204,
    "bpd_hc_ac": 28.819,
    "bpd_hc_ac_fl": 29.315,
}
BY_NAME = {formula.name: formula for formula in DATING.values()}


@pytest.mark.parametrize(("inputs", "weeks"), PRINTED_WEEKS.items())
def test_each_formula_gives_the_printed_weeks(inputs: str, weeks: float) -> None:
    formula = BY_NAME[f"hadlock_1984_{inputs}"]
    assert formula.value(SIZES_MM) == pytest.approx(weeks, abs=0.0006)
    assert formula.refusal(SIZES_MM) is None


def test_there_are_fifteen_formulas_most_measures_first() -> None:
    assert set(BY_NAME) == {f"hadlock_1984_{inputs}" for inputs in PRINTED_WEEKS}
    counts = [len(inputs) for inputs in DATING]
    assert counts == sorted(counts, reverse=True)


@pytest.mark.parametrize(("weeks", "hc_mm"), [(20, 176.8), (40, 346.1)])
def test_size_by_age_gives_the_published_head(weeks: float, hc_mm: float) -> None:
    assert 10 * SIZES_CM["HC"].mean(weeks) == pytest.approx(hc_mm, abs=0.05)


@pytest.mark.parametrize(
    ("measure", "sd_mm"), [("HC", 10.0), ("AC", 13.4), ("BPD", 3.0), ("FL", 3.0)]
)
def test_size_by_age_has_the_published_scatter(measure: str, sd_mm: float) -> None:
    assert 10 * SIZES_CM[measure].sd(30) == pytest.approx(sd_mm)


@pytest.mark.parametrize("measure", sorted(SIZES_CM))
def test_dating_a_mean_size_comes_back_near_its_age(measure: str) -> None:
    # Age from size and size from age are two regressions of the paper, not inverses: for HC they
    # are up to 1.42 weeks apart, at 33 weeks.
    formula = DATING[(measure,)]
    for weeks in range(15, 38):
        size_mm = 10 * SIZES_CM[measure].mean(weeks)
        assert formula.value({measure: size_mm}) == pytest.approx(weeks, abs=1.45)


@given(st.sampled_from(sorted(SIZES_CM)), st.floats(14, 41.5), st.floats(0.05, 0.5))
def test_a_larger_mean_belongs_to_a_greater_age(measure: str, weeks: float, more: float) -> None:
    later = min(weeks + more, 42.0)
    assert 10 * SIZES_CM[measure].mean(later) > 10 * SIZES_CM[measure].mean(weeks)


@given(st.sampled_from(sorted(DATING)), st.floats(0.7, 1.2))
def test_growth_of_all_sizes_makes_the_fetus_older(inputs: tuple[str, ...], factor: float) -> None:
    formula = DATING[inputs]
    smaller = {name: factor * size for name, size in SIZES_MM.items()}
    larger = {name: 1.01 * size for name, size in smaller.items()}
    assert formula.value(larger) > formula.value(smaller)


@pytest.mark.parametrize(("hc_mm", "inside"), [(85, False), (95, True), (345, True), (380, False)])
def test_ages_outside_14_to_42_weeks_are_refused(hc_mm: float, inside: bool) -> None:
    formula = DATING[("HC",)]
    weeks = formula.value({"HC": hc_mm})
    assert (WEEKS_RANGE[0] <= weeks <= WEEKS_RANGE[1]) is inside
    reason = formula.refusal({"HC": hc_mm})
    assert (reason is None) is inside
    assert inside or f"{weeks:.1f} weeks" in str(reason)


def test_the_error_is_the_scatter_of_size_over_its_growth() -> None:
    # HC at 20 weeks: SD 1 cm; growth 1.56 - 3 * 0.0002548 * 20**2 cm a week.
    assert SIZES_CM["HC"].sd_weeks(20) == pytest.approx(1 / 1.25424, rel=1e-6)
    # FL at 30 weeks: SD 0.3 cm; growth 0.427 - 2 * 0.0034 * 30.
    assert SIZES_CM["FL"].sd_weeks(30) == pytest.approx(0.3 / 0.223, rel=1e-6)


def test_a_combination_has_the_error_of_its_best_input() -> None:
    both = DATING[("HC", "AC")]
    weeks = both.value(SIZES_MM)
    singles = [SIZES_CM[measure].sd_weeks(weeks) for measure in ("HC", "AC")]
    assert both.sd(SIZES_MM) == pytest.approx(min(singles))
    assert singles[0] < singles[1]


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
    assert math.exp(WEIGHT[inputs].value(SIZES_MM)) == pytest.approx(grams, abs=0.06)


def test_two_standard_deviations_are_fifteen_per_cent() -> None:
    assert math.exp(2 * LN_SD) == pytest.approx(1.15)
    assert {formula.ln_sd for formula in WEIGHT.values()} == {LN_SD}


@pytest.mark.parametrize(
    ("centile", "grams"), [(3, 248), (10, 275), (50, 331), (90, 387), (97, 414)]
)
def test_the_chart_gives_the_printed_table_at_20_weeks(centile: float, grams: float) -> None:
    assert round(WEIGHT_CHART.value_at_centile(centile, 20)) == grams
    assert WEIGHT_CHART.centile(grams, 20) == pytest.approx(centile, abs=0.5)


@pytest.mark.parametrize(("weeks", "grams"), [(10, 35), (40, 3619)])
def test_the_chart_gives_the_printed_medians(weeks: float, grams: float) -> None:
    assert WEIGHT_CHART.median(weeks) == pytest.approx(grams, abs=0.5)
