"""Numbers as a reader expects them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.report.html.wording import (
    centile_text,
    file_name,
    interval_text,
    number,
    weeks_interval_text,
    weeks_text,
)
from biometry_cli.report.words import formula_text


def test_a_missing_number_is_a_dash_and_a_minus_is_a_minus() -> None:
    assert [number(value, 1) for value in (None, math.nan, math.inf)] == ["–", "–", "–"]
    assert number(-0.26, 1, sign=True) == "−0.3"
    assert number(1234.5, 0) == "1,234"
    assert interval_text(None, 1) == "–"
    assert interval_text((-1.04, 2.0), 1, sign=True) == "−1.0 to +2.0"


@pytest.mark.parametrize("value", [0.004, -0.004, 0.0, -0.0])
def test_what_rounds_to_nothing_has_no_sign(value: float) -> None:
    assert number(value, 2, sign=True) == "0.00"


@pytest.mark.parametrize(
    ("weeks", "text"),
    [(30.0, "30+0"), (30 + 1 / 7, "30+1"), (30 + 6.99 / 7, "30+6"), (29.42, "29+2"), (9.5, "9+3")],
)
def test_weeks_are_completed_weeks_and_days(weeks: float, text: str) -> None:
    assert weeks_text(weeks) == text


@given(st.integers(0, 320))
def test_whole_days_stay_whole_days(days: int) -> None:
    assert weeks_text(days / 7) == f"{days // 7}+{days % 7}"


def test_an_interval_of_weeks() -> None:
    assert weeks_interval_text((27 + 1 / 7, 31 + 4 / 7)) == "27+1 to 31+4"
    assert weeks_interval_text(None) == "–"


@pytest.mark.parametrize(
    ("centile", "text"),
    [(None, "–"), (0.0, "< 0.1"), (0.1, "0.1"), (50.04, "50.0"), (99.9, "99.9"), (100, "> 99.9")],
)
def test_no_centile_is_0_or_100(centile: float | None, text: str) -> None:
    assert centile_text(centile) == text


def test_formulas_and_files_in_words() -> None:
    assert formula_text("hadlock_1984_hc_ac_fl") == "Hadlock 1984 (HC, AC, FL)"
    assert formula_text("intergrowth_2017_hc_ac") == "INTERGROWTH-21st 2017 (HC, AC)"
    assert file_name("a/b/c.png") == "c.png"
    assert file_name("") == ""
