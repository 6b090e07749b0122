"""Numbers as a reader expects them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.report.sheet.words import (
    centile_text,
    centiles_text,
    file_name,
    formula_text,
    interval_text,
    measure_name,
    measure_term,
    number,
    percent,
    quantity,
    spacing_pair,
    spacing_text,
    weeks_text,
)


def test_a_missing_number_is_a_dash_and_a_minus_is_a_minus() -> None:
    assert [number(value, 1) for value in (None, math.nan, math.inf)] == ["–", "–", "–"]
    assert number(-0.26, 1, sign=True) == "−0.3"
    assert number(1234.5, 0) == "1,234"
    assert interval_text(None, 1) == ""
    assert interval_text((-1.04, 2.0), 1, sign=True) == "−1.0 to +2.0"
    assert (percent(0.9337), percent(None)) == ("93.4 %", "–")


@pytest.mark.parametrize("value", [0.004, -0.004, 0.0, -0.0])
def test_what_rounds_to_nothing_has_no_sign(value: float) -> None:
    assert number(value, 2, sign=True) == "0.00"


@pytest.mark.parametrize(
    ("value", "unit", "interval", "text", "ends"),
    [
        (172.36, "mm", (168.92, 175.91), "172.4 mm", "168.9 to 175.9"),
        (98.36, "mm", (95.5, 101.2), "98.4 mm", "95.5 to 101.2"),
        (99.6, "mm²", (98.4, 101.2), "99.6 mm²", "98.4 to 101.2"),
        (12345.6, "px²", (12000.4, 13000.4), "12,346 px²", "12,000 to 13,000"),
        (1392.4, "g", (1190.2, 1604.0), "1,392 g", "1,190 to 1,604"),
        (None, "g", None, "–", ""),
    ],
)
def test_an_interval_has_the_digits_of_its_value(
    value: float | None, unit: str, interval: tuple[float, float] | None, text: str, ends: str
) -> None:
    cell = quantity(value, unit, interval, note="holds")
    assert (cell.text, cell.interval, cell.note) == (text, ends, "holds")


@pytest.mark.parametrize(
    ("weeks", "text"),
    [((27 + 1 / 7, 31 + 4 / 7), "27+1 to 31+4"), ((29.42, 9.5), "29+2 to 9+3"), (None, "")],
)
def test_an_interval_of_ages_is_in_completed_weeks_and_days(
    weeks: tuple[float, float] | None, text: str
) -> None:
    assert weeks_text(weeks) == text


@given(st.integers(0, 320))
def test_whole_days_stay_whole_days(days: int) -> None:
    assert weeks_text((days / 7, 0)) == f"{days // 7}+{days % 7} to 0+0"


@pytest.mark.parametrize(
    ("centile", "text"),
    [
        (None, "–"), (math.nan, "–"), (0.0, "< 0.1"), (0.04, "< 0.1"), (0.1, "0.1"),
        (0.43, "0.4"), (2.94, "2.9"), (2.96, "3"), (3.0, "3"), (50.4, "50"), (97.0, "97"),
        (97.62, "97.6"), (99.9, "99.9"), (99.96, "> 99.9"), (100.0, "> 99.9"),
    ],
)  # fmt: skip
def test_centiles_are_exact_where_it_matters_and_never_0_or_100(
    centile: float | None, text: str
) -> None:
    assert centile_text(centile) == text


@given(st.floats(0, 100), st.floats(0, 100))
def test_centiles_in_words_keep_their_order(first: float, second: float) -> None:
    def value(centile: float) -> float:
        text = centile_text(centile)
        return {"< 0.1": 0.0, "> 99.9": 100.0}.get(text) or float(text.lstrip("<> "))

    low, high = sorted((first, second))
    assert value(low) <= value(high)
    assert abs(value(low) - low) <= 0.5
    assert centiles_text((low, high)) == f"{centile_text(low)} to {centile_text(high)}"


def test_formulas_measures_and_files_in_words() -> None:
    assert formula_text("hadlock_1984_hc_ac_fl") == "Hadlock 1984 (HC, AC, FL)"
    assert formula_text("intergrowth_2017_hc_ac") == "INTERGROWTH-21st 2017 (HC, AC)"
    assert (measure_name("HC_POINTS"), measure_term("HC_POINTS")) == (
        "HC (points)", "head circumference"
    )  # fmt: skip
    assert (measure_name("cervix_area"), measure_term("cervix_area")) == ("cervix area", "")
    assert (file_name("a/b/c.png"), file_name("")) == ("c.png", "")


def test_a_pixel_size_is_one_number_or_two() -> None:
    square, oblong = spacing_pair(0.17934), spacing_pair((0.1793, 0.2001))
    assert square is not None
    assert oblong is not None
    assert spacing_text(square) == "0.1793 mm/px"
    assert spacing_text(oblong) == "0.1793 × 0.2001 mm/px"
    assert spacing_pair(None) is None
