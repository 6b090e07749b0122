"""Gestational ages as people write them."""

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.errors import UsageError
from biometry_cli.measure.growth.dates import (
    completed_text,
    nearest_text,
    parse_date,
    parse_weeks,
    weeks_between,
)
from biometry_cli.measure.growth.formula import outside_text


@pytest.mark.parametrize(
    ("text", "weeks"),
    [
        ("24+3", 24 + 3 / 7),
        (" 24 + 3 ", 24 + 3 / 7),
        ("24w3d", 24 + 3 / 7),
        ("24W3", 24 + 3 / 7),
        ("24w", 24),
        ("24", 24),
        ("24.5", 24.5),
        ("45+0", 45),
    ],
)
def test_an_age_can_be_written_in_several_ways(text: str, weeks: float) -> None:
    assert parse_weeks(text) == pytest.approx(weeks)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("24+9", "days are 0 to 6"),
        ("24+7", "days are 0 to 6"),
        ("24,5", "no gestational age"),
        ("-24", "no gestational age"),
        ("", "no gestational age"),
        ("nan", "no gestational age"),
        ("24+3+1", "no gestational age"),
        ("45+1", "4 to 45 weeks"),
        ("99", "4 to 45 weeks"),
        ("2+0", "4 to 45 weeks"),
    ],
)
def test_what_is_no_age_is_refused_with_a_way_to_write_it(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said.replace("+", r"\+")):
        parse_weeks(text)


@pytest.mark.parametrize(
    ("weeks", "text"), [(30.0, "30+0"), (30.2, "30+1"), (29.99, "29+6"), (12 + 2.75 / 7, "12+2")]
)
def test_weeks_are_completed_weeks_and_days(weeks: float, text: str) -> None:
    assert completed_text(weeks) == text


@given(st.integers(28, 320))
def test_weeks_to_two_decimals_are_the_day_that_they_were_rounded_from(days: int) -> None:
    assert completed_text(float(f"{days / 7:.2f}")) == f"{days // 7}+{days % 7}"


@given(st.integers(28, 320), st.floats(-0.45, 0.45))
def test_the_nearest_day_is_no_further_than_half_a_day(days: int, off: float) -> None:
    assert nearest_text((days + off) / 7) == f"{days // 7}+{days % 7}"


@given(
    st.floats(0, 500).map(lambda low: round(low, 1)),
    st.floats(1, 500).map(lambda span: round(span, 1)),
    st.floats(1e-6, 1),
    st.booleans(),
)
def test_a_value_outside_a_range_is_never_written_as_if_inside(
    low: float, span: float, beyond: float, above: bool
) -> None:
    high = round(low + span, 1)
    value = high + beyond if above else low - beyond
    assert not low <= float(outside_text(value, low, high)) <= high


@given(st.integers(0, 320))
def test_every_whole_day_comes_back_as_itself(days: int) -> None:
    text = f"{days // 7}+{days % 7}"
    assert completed_text(days / 7) == text
    assert completed_text(days // 7 + days % 7 / 7) == text
    assert completed_text(math.nextafter(days / 7, 0)) == text


@given(st.integers(28, 315))
def test_what_is_written_is_read_again(days: int) -> None:
    assert parse_weeks(completed_text(days / 7)) == pytest.approx(days / 7)


def test_two_dates_make_an_age() -> None:
    assert weeks_between(date(2026, 1, 5), date(2026, 6, 20)) == pytest.approx(166 / 7)
    # Over the end of a February with 29 days.
    assert weeks_between(date(2024, 2, 1), date(2024, 6, 1)) == pytest.approx(121 / 7)


@pytest.mark.parametrize(
    ("scan", "said"),
    [
        (date(2025, 12, 31), "before the last menstrual period"),
        (date(2026, 1, 5), "impossible"),
        (date(2027, 1, 5), r"is 52\+1"),
    ],
)
def test_impossible_dates_are_refused(scan: date, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        weeks_between(date(2026, 1, 5), scan)


@pytest.mark.parametrize("text", ["5.1.2026", "2026-02-30", "yesterday", ""])
def test_a_date_is_written_year_month_day(text: str) -> None:
    with pytest.raises(UsageError, match=r"no date of a scan.*2026-06-20"):
        parse_date(text, "date of a scan")
    assert parse_date("2026-02-28", "date of a scan") == date(2026, 2, 28)
