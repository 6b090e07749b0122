"""INTERGROWTH-21st dating against worked values, and its ranges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.measure.growth import intergrowth_dating, intergrowth_growth
from biometry_cli.measure.growth.dates import completed_text


def test_crl_gives_days_and_their_sd() -> None:
    weeks = intergrowth_dating.CRL.weeks({"CRL": 60})
    assert 7 * weeks == pytest.approx(86.75, abs=0.01)
    assert completed_text(weeks) == "12+2"
    sd_weeks = intergrowth_dating.CRL.sd_weeks({"CRL": 60})
    assert 7 * sd_weeks == pytest.approx(2.39102 + 0.0193474 * 60)


def test_crl_by_age() -> None:
    assert intergrowth_dating.crl_mean_mm(12) == pytest.approx(55.6, abs=0.05)
    assert intergrowth_dating.crl_sd_mm(12) == pytest.approx(-2.21626 + 0.0984894 * 84)


@given(st.floats(15, 95))
def test_crl_and_its_mean_by_age_fit_each_other(crl_mm: float) -> None:
    weeks = intergrowth_dating.crl_weeks(crl_mm)
    apart = intergrowth_dating.crl_mean_mm(weeks) - crl_mm
    assert abs(apart) < 0.6 * intergrowth_dating.crl_sd_mm(weeks)


@pytest.mark.parametrize(("crl_mm", "inside"), [(14.9, False), (15, True), (95, True), (96, False)])
def test_crl_is_held_to_its_range(crl_mm: float, inside: bool) -> None:
    reason = intergrowth_dating.CRL.refusal({"CRL": crl_mm})
    assert (reason is None) is inside
    assert inside or "15 to 95 mm" in str(reason)


def test_head_and_femur_give_the_worked_days() -> None:
    assert 7 * intergrowth_dating.HC.weeks({"HC": 250}) == pytest.approx(189.8, abs=0.05)
    both = intergrowth_dating.HC_FL.weeks({"HC": 250, "FL": 55})
    assert 7 * both == pytest.approx(200.5, abs=0.05)


@pytest.mark.parametrize("weeks", range(15, 38))
def test_dating_median_sizes_comes_back_near_their_age(weeks: int) -> None:
    sizes = {measure: intergrowth_growth.mean_mm(measure, weeks) for measure in ("HC", "FL")}
    assert intergrowth_dating.HC.weeks(sizes) == pytest.approx(weeks, abs=0.8)
    assert intergrowth_dating.HC_FL.weeks(sizes) == pytest.approx(weeks, abs=0.8)


def test_outside_the_standards_it_says_whose_range_that_is() -> None:
    reason = intergrowth_dating.HC.refusal({"HC": 60})
    assert "outside the 14 to 40 of the growth standards" in str(reason)
    assert "not verified" in str(reason)


def test_the_error_of_two_inputs_is_the_smaller_one() -> None:
    sizes = {"HC": 278.4, "FL": 55.5}
    weeks = intergrowth_dating.HC_FL.weeks(sizes)
    singles = [intergrowth_growth.sd_weeks(measure, weeks) for measure in sizes]
    assert intergrowth_dating.HC_FL.sd_weeks(sizes) == pytest.approx(min(singles))
