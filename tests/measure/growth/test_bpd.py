"""The two conventions of BPD."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.measure.growth.bpd import cephalic_index, outer_inner_mm, outer_outer_mm
from biometry_cli.measure.growth.charts import find_chart


def test_outer_outer_is_the_published_line() -> None:
    assert outer_outer_mm(75) == pytest.approx(0.555934 + 1.027318 * 75)
    assert outer_inner_mm(77.604784) == pytest.approx(75, abs=1e-6)


@given(st.floats(10, 120))
def test_the_conventions_are_inverse(bpd_mm: float) -> None:
    assert outer_inner_mm(outer_outer_mm(bpd_mm)) == pytest.approx(bpd_mm)
    assert outer_outer_mm(bpd_mm) > bpd_mm


def test_who_medians_are_intergrowth_medians_outer_inner() -> None:
    intergrowth, who = find_chart("BPD"), find_chart("BPD", "who")
    assert outer_inner_mm(intergrowth.median(20)) == pytest.approx(who.median(20), abs=0.3)


def test_the_cephalic_index_is_a_percentage() -> None:
    assert cephalic_index(78.3, 100) == pytest.approx(78.3)
