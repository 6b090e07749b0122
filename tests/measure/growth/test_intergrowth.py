"""INTERGROWTH-21st: growth standards against their published tables, to 0.1 mm; ages and weights
against worked values.
"""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.measure.growth.dates import completed_text
from biometry_cli.measure.growth.intergrowth import (
    CHARTS,
    CRL,
    HC,
    HC_FL,
    STANDARDS_MM,
    WEIGHT,
    WEIGHT_CHART,
    crl_weeks,
)


def crl_mean_mm(weeks: float) -> float:
    """Mean CRL at an age, the other side of its dating (Papageorghiou 2014)."""
    return -50.6562 + 0.815118 * 7 * weeks + 0.00535302 * (7 * weeks) ** 2


def crl_sd_mm(weeks: float) -> float:
    """And its standard deviation."""
    return -2.21626 + 0.0984894 * 7 * weeks


@pytest.mark.parametrize(
    ("measure", "at_20", "at_30"),
    [
        ("HC", 172.5, 278.4),
        ("BPD", 48.4, 78.9),
        ("OFD", 60.7, 98.0),
        ("AC", 147.7, 253.8),
        ("FL", 31.3, 55.5),
    ],
)
def test_medians_are_the_published_ones(measure: str, at_20: float, at_30: float) -> None:
    assert CHARTS[measure].median(20) == pytest.approx(at_20, abs=0.1)
    assert CHARTS[measure].median(30) == pytest.approx(at_30, abs=0.1)


@pytest.mark.parametrize(
    ("measure", "weeks", "centile", "mm"),
    [("HC", 20, 3, 158.5), ("HC", 20, 97, 186.5), ("AC", 30, 10, 238.0), ("AC", 30, 90, 269.6)],
)
def test_centiles_are_the_published_ones(
    measure: str, weeks: float, centile: float, mm: float
) -> None:
    assert CHARTS[measure].value_at_centile(centile, weeks) == pytest.approx(mm, abs=0.1)


def test_one_standard_deviation_is_a_z_of_one() -> None:
    for measure, chart in CHARTS.items():
        mean, sd = (
            STANDARDS_MM[measure].mean(26.5),
            STANDARDS_MM[measure].sd(26.5),
        )
        assert chart.z(mean - 2 * sd, 26.5) == pytest.approx(-2)
        assert chart.centile(mean + sd, 26.5) == pytest.approx(84.134, abs=0.001)


def test_the_scatter_of_ages_is_that_of_size_over_its_growth() -> None:
    weeks = 25.0
    growth = 4.32298 - 2 * 0.0380156 * weeks
    expected = STANDARDS_MM["FL"].sd(weeks) / growth
    assert STANDARDS_MM["FL"].sd_weeks(weeks) == pytest.approx(expected, rel=1e-6)


def test_crl_gives_days_and_their_sd() -> None:
    weeks = CRL.value({"CRL": 60})
    assert 7 * weeks == pytest.approx(86.75, abs=0.01)
    assert completed_text(weeks) == "12+2"
    sd_weeks = CRL.sd({"CRL": 60})
    assert 7 * sd_weeks == pytest.approx(2.39102 + 0.0193474 * 60)


@given(st.floats(15, 95))
def test_crl_and_its_mean_by_age_fit_each_other(crl_mm: float) -> None:
    weeks = crl_weeks(crl_mm)
    apart = crl_mean_mm(weeks) - crl_mm
    assert abs(apart) < 0.6 * crl_sd_mm(weeks)


@pytest.mark.parametrize(("crl_mm", "inside"), [(14.9, False), (15, True), (95, True), (96, False)])
def test_crl_is_held_to_its_range(crl_mm: float, inside: bool) -> None:
    reason = CRL.refusal({"CRL": crl_mm})
    assert (reason is None) is inside
    assert inside or "15 to 95 mm" in str(reason)


def test_head_and_femur_give_the_worked_days() -> None:
    assert 7 * HC.value({"HC": 250}) == pytest.approx(189.8, abs=0.05)
    both = HC_FL.value({"HC": 250, "FL": 55})
    assert 7 * both == pytest.approx(200.5, abs=0.05)


@pytest.mark.parametrize("weeks", range(15, 38))
def test_dating_median_sizes_comes_back_near_their_age(weeks: int) -> None:
    sizes = {measure: STANDARDS_MM[measure].mean(weeks) for measure in ("HC", "FL")}
    assert HC.value(sizes) == pytest.approx(weeks, abs=0.8)
    assert HC_FL.value(sizes) == pytest.approx(weeks, abs=0.8)


def test_outside_the_standards_it_says_whose_range_that_is() -> None:
    reason = HC.refusal({"HC": 60})
    assert "outside the 14 to 40 of the growth standards" in str(reason)
    assert "not verified" in str(reason)


def test_the_error_of_two_inputs_is_the_smaller_one() -> None:
    sizes = {"HC": 278.4, "FL": 55.5}
    weeks = HC_FL.value(sizes)
    singles = [STANDARDS_MM[measure].sd_weeks(weeks) for measure in sizes]
    assert HC_FL.sd(sizes) == pytest.approx(min(singles))


def test_the_weight_formula_gives_the_worked_weight() -> None:
    assert math.exp(WEIGHT.value({"HC": 290, "AC": 260})) == pytest.approx(1499, abs=0.5)


@pytest.mark.parametrize(
    ("weeks", "centile", "grams"),
    [(30, 3, 1106), (30, 10, 1190), (30, 50, 1396), (30, 90, 1647), (30, 97, 1783), (40, 50, 3338)],
)
def test_the_weight_chart_is_the_published_one(weeks: float, centile: float, grams: float) -> None:
    assert WEIGHT_CHART.value_at_centile(centile, weeks) == pytest.approx(grams, abs=0.6)


@pytest.mark.parametrize(
    ("hc_mm", "ac_mm", "refused"),
    [(290, 260, None), (150, 260, "HC"), (290, 100, "AC"), (290, 450, "AC")],
)
def test_sizes_of_other_ages_are_refused(hc_mm: float, ac_mm: float, refused: str | None) -> None:
    reason = WEIGHT.refusal({"HC": hc_mm, "AC": ac_mm})
    assert (reason is None) is (refused is None)
    if refused is not None:
        assert str(reason).startswith(f"{refused} ")
        assert "22+0 to 40+0" in str(reason)
