"""WHO fetal growth charts against the paper's printed tables."""

import math

import pytest

from biometry_cli.measure.growth.who import CHARTS, WEEKS_RANGE

# Kiserud 2017: estimated fetal weight in g, both sexes; 2.5th to 97.5th centile.
EFW_CENTILES = (2.5, 5, 10, 25, 50, 75, 90, 95, 97.5)
PRINTED_EFW_G = {
    14: (70, 73, 78, 83, 90, 98, 104, 109, 113),
    20: (260, 271, 286, 307, 330, 355, 380, 399, 413),
    30: (1185, 1247, 1313, 1410, 1523, 1640, 1753, 1828, 1897),
    40: (2775, 2849, 3084, 3333, 3617, 3892, 4135, 4312, 4515),
}


@pytest.mark.parametrize("weeks", PRINTED_EFW_G)
def test_weights_are_the_printed_ones(weeks: int) -> None:
    found = [round(CHARTS["EFW"].value_at_centile(c, weeks)) for c in EFW_CENTILES]
    assert found == list(PRINTED_EFW_G[weeks])


@pytest.mark.parametrize(("weeks", "grams"), [(20, 330.2), (30, 1523.3), (40, 3616.7)])
def test_median_weights_to_a_tenth(weeks: int, grams: float) -> None:
    assert CHARTS["EFW"].median(weeks) == pytest.approx(grams, abs=0.06)


@pytest.mark.parametrize(
    ("measure", "mm"), [("HC", 173.4), ("AC", 149.6), ("BPD", 46.6), ("FL", 32.2)]
)
def test_median_sizes_at_20_weeks(measure: str, mm: float) -> None:
    assert CHARTS[measure].median(20) == pytest.approx(mm, abs=0.06)


@pytest.mark.parametrize("measure", sorted(CHARTS))
def test_centiles_never_cross(measure: str) -> None:
    chart = CHARTS[measure]
    centiles = (1, 2.5, 5, 10, 25, 50, 75, 90, 95, 97.5, 99)
    for step in range(261):
        weeks = WEEKS_RANGE[0] + step / 10
        sizes = [chart.value_at_centile(centile, weeks) for centile in centiles]
        assert sizes == sorted(set(sizes))


def test_between_two_centiles_z_runs_with_the_logarithm() -> None:
    chart = CHARTS["HC"]
    low, high = chart.value_at_centile(25, 30), chart.value_at_centile(50, 30)
    assert chart.z(math.sqrt(low * high), 30) == pytest.approx(chart.z(low, 30) / 2)


def test_beyond_the_outermost_centiles_nothing_is_invented() -> None:
    chart = CHARTS["AC"]
    first, last = chart.value_at_centile(1, 30), chart.value_at_centile(99, 30)
    assert chart.centile(first, 30) == pytest.approx(1)
    assert chart.centile(last, 30) == pytest.approx(99)
    assert chart.z(first - 0.1, 30) == -math.inf
    assert chart.z(last + 0.1, 30) == math.inf
    with pytest.raises(ValueError, match="1 to 99"):
        chart.value_at_centile(0.5, 30)
