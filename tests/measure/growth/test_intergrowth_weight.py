"""INTERGROWTH-21st fetal weight and its chart against the published values."""

import math

import pytest

from biometry_cli.measure.growth.intergrowth_weight import CHART, FORMULA


def test_the_formula_gives_the_worked_weight() -> None:
    assert math.exp(FORMULA.ln_grams({"HC": 290, "AC": 260})) == pytest.approx(1499, abs=0.5)


@pytest.mark.parametrize(
    ("weeks", "centile", "grams"),
    [(30, 3, 1106), (30, 10, 1190), (30, 50, 1396), (30, 90, 1647), (30, 97, 1783), (40, 50, 3338)],
)
def test_the_chart_gives_the_published_centiles(weeks: float, centile: float, grams: float) -> None:
    assert CHART.value_at_centile(centile, weeks) == pytest.approx(grams, abs=0.6)


@pytest.mark.parametrize(
    ("hc_mm", "ac_mm", "refused"),
    [(290, 260, None), (150, 260, "HC"), (290, 100, "AC"), (290, 450, "AC")],
)
def test_sizes_of_other_ages_are_refused(hc_mm: float, ac_mm: float, refused: str | None) -> None:
    reason = FORMULA.refusal({"HC": hc_mm, "AC": ac_mm})
    assert (reason is None) is (refused is None)
    if refused is not None:
        assert str(reason).startswith(f"{refused} ")
        assert "22+0 to 40+0" in str(reason)
