"""INTERGROWTH-21st fetal growth standards against their published tables, to 0.1 mm."""

import pytest

from biometry_cli.measure.growth import intergrowth_growth
from biometry_cli.measure.growth.intergrowth_growth import CHARTS


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
            intergrowth_growth.mean_mm(measure, 26.5),
            intergrowth_growth.sd_mm(measure, 26.5),
        )
        assert chart.z(mean - 2 * sd, 26.5) == pytest.approx(-2)
        assert chart.centile(mean + sd, 26.5) == pytest.approx(84.134, abs=0.001)


def test_the_scatter_of_ages_is_that_of_size_over_its_growth() -> None:
    weeks = 25.0
    growth = 4.32298 - 2 * 0.0380156 * weeks
    expected = intergrowth_growth.sd_mm("FL", weeks) / growth
    assert intergrowth_growth.sd_weeks("FL", weeks) == pytest.approx(expected, rel=1e-6)
