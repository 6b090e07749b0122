"""The two conventions of BPD."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.measure.growth.catalog import find_chart
from biometry_cli.measure.growth.size import outer_inner_mm


@given(st.floats(10, 120))
def test_outer_outer_is_the_published_line(bpd_mm: float) -> None:
    outer_outer_mm = 0.555934 + 1.027318 * bpd_mm
    assert outer_inner_mm(outer_outer_mm) == pytest.approx(bpd_mm)
    assert outer_outer_mm > bpd_mm


def test_who_medians_are_intergrowth_medians_outer_inner() -> None:
    intergrowth, who = find_chart("BPD"), find_chart("BPD", "who")
    assert outer_inner_mm(intergrowth.median(20)) == pytest.approx(who.median(20), abs=0.3)
