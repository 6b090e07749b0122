"""What holds for every growth chart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.measure.growth.catalog import CHARTS, USUAL_CENTILES, curve, find_chart
from biometry_cli.measure.growth.chart import GrowthChart, centile_of_z, z_of_centile

IDS = [f"{chart.measure} {chart.name}" for chart in CHARTS]
charts = pytest.mark.parametrize("chart", CHARTS, ids=IDS)


@charts
def test_medians_rise_with_age_and_have_a_z_of_zero(chart: GrowthChart) -> None:
    low, high = chart.weeks_range
    ages = [low + (high - low) * step / 100 for step in range(101)]
    medians = [chart.median(weeks) for weeks in ages]
    assert medians == sorted(set(medians))
    for weeks, median in zip(ages, medians, strict=True):
        assert chart.z(median, weeks) == pytest.approx(0, abs=1e-9)


@charts
@given(share=st.floats(0, 1), centile=st.floats(1, 99))
def test_the_centile_of_the_value_at_a_centile_is_that_centile(
    chart: GrowthChart, share: float, centile: float
) -> None:
    low, high = chart.weeks_range
    weeks = min(low + share * (high - low), high)
    value = chart.value_at_centile(centile, weeks)
    assert chart.centile(value, weeks) == pytest.approx(centile, abs=1e-6)


@charts
def test_outside_its_ages_a_chart_says_nothing(chart: GrowthChart) -> None:
    low, high = chart.weeks_range
    assert chart.refusal(low) is None
    assert chart.refusal(high) is None
    for weeks in (low - 1 / 7, high + 1 / 7):
        assert "outside the chart's" in str(chart.refusal(weeks))
        with pytest.raises(ValueError, match="outside the chart's"):
            chart.z(100, weeks)
        with pytest.raises(ValueError, match="outside the chart's"):
            chart.median(weeks)


@charts
def test_curves_are_the_charts_own_values(chart: GrowthChart) -> None:
    curves = curve(chart.measure, chart=chart.key)
    assert (curves.chart, curves.source, curves.unit) == (chart.name, chart.source, chart.unit)
    assert (curves.weeks[0], curves.weeks[-1]) == chart.weeks_range
    assert tuple(curves.values) == USUAL_CENTILES
    for place in (0, 7, -1):
        expected = chart.value_at_centile(90, curves.weeks[place])
        assert curves.values[90][place] == expected
    at_one_age = [values[5] for values in curves.values.values()]
    assert at_one_age == sorted(at_one_age)
    assert {len(values) for values in curves.values.values()} == {len(curves.weeks)}


def test_an_unknown_chart_is_named() -> None:
    with pytest.raises(ValueError, match="no hadlock chart of HC"):
        find_chart("HC", "hadlock")
    assert find_chart("EFW").source.startswith("Stirnemann")


@given(st.floats(0.001, 99.999))
def test_z_and_centile_are_inverse(centile: float) -> None:
    assert centile_of_z(z_of_centile(centile)) == pytest.approx(centile, rel=1e-6)


@pytest.mark.parametrize("centile", [0, 100, -3, float("nan")])
def test_no_z_belongs_to_a_centile_outside_0_to_100(centile: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 100"):
        z_of_centile(centile)


@pytest.mark.parametrize(
    ("weeks", "written"), [(40.01, "40.01"), (40.0004, "40.0004"), (13.999, "13.999")]
)
def test_an_age_just_outside_a_chart_is_written_outside_it(weeks: float, written: str) -> None:
    reason = find_chart("HC").refusal(weeks)
    assert reason == f"{written} weeks is outside the chart's 14+0 to 40+0"


@pytest.mark.parametrize("z", [-5.0, -8.5, -18.0, -30.0])
def test_no_size_is_at_centile_0(z: float) -> None:
    assert 0 < centile_of_z(z) < 1e-4
    assert centile_of_z(-z) == pytest.approx(100)
