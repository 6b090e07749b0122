"""Names of files as text that can be shown."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.names import shown, shown_lines, valid, valid_values
from biometry_cli.report.growing_csv import safe_cell

NAMES = st.binary().map(os.fsdecode)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (os.fsdecode(b"k\xf6pf.png"), r"k\xf6pf.png"),
        ("köpf.png", "köpf.png"),
        ("\ud83d.png", r"\ud83d.png"),
        ("a\x1b[2Jb\x07\x9b\x7f", r"a\x1b[2Jb\x07\x9b\x7f"),
        ("a\nb\tc\rd", r"a\nb\tc\x0dd"),
        ("\u202egnp.exe\u2066\u200f\u2028", r"\u202egnp.exe\u2066\u200f\u2028"),
        ("שלום 日本 😀 é", "שלום 日本 😀 é"),
    ],
)
def test_a_name_is_shown_on_one_line(name: str, text: str) -> None:
    assert shown(name) == text


@given(NAMES)
def test_any_name_can_be_written_and_acts_on_nothing(name: str) -> None:
    valid(name).encode("utf-8")
    line = shown(name)
    line.encode("utf-8")
    assert len(line.splitlines()) <= 1
    assert line.isprintable() or not {"\x1b", "\x07", "\x9b", "\u202e"} & set(line)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"])))
def test_ordinary_text_stays(text: str) -> None:
    assert shown(text) == shown_lines(text) == valid(text) == text


def test_all_texts_of_a_value_are_made_valid() -> None:
    name = os.fsdecode(b"\xf6")
    assert valid_values({name: [name, (name, 1), None]}) == {r"\xf6": [r"\xf6", (r"\xf6", 1), None]}


@pytest.mark.parametrize("text", ["-12.5", "+3", "1e-07", "-inf", "a=b", "", "HC", "172.4"])
def test_numbers_and_plain_text_stay_in_a_table(text: str) -> None:
    assert safe_cell(text) == text


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "＝1+1", "-a.png"]
)
def test_a_formula_becomes_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
