"""Blocks as a reader of a terminal sees them."""

import io

import pytest
from rich.console import Console

from biometry_cli.report.sheet.blocks import (
    TERMINAL,
    Alert,
    Block,
    Card,
    Cell,
    Column,
    Fold,
    Heading,
    Note,
    Row,
    Rows,
    Sides,
    facts,
)
from biometry_cli.report.terminal import render


def printed(*blocks: Block, width: int = 80) -> str:
    stream = io.StringIO()
    Console(file=stream, width=width, highlight=False).print(render(blocks))
    return stream.getvalue()


def words(*blocks: Block, width: int = 80) -> str:
    """The text with one space between words."""
    return " ".join(printed(*blocks, width=width).split())


def measures(*, brief: bool) -> Rows:
    rows = (
        Row(
            (
                Cell("HC", below=(Cell("head circumference"),)),
                Cell("172.4 mm", "168.9 to 175.9"),
            )
        ),
        Row((Cell("[red]_area"), Cell("12,346 mm²"))),
    )
    return Rows("Measures", (Column("measure"), Column("value", numeric=True)), rows, brief=brief)


def test_a_brief_table_is_a_line_a_row_with_meanings_at_the_end() -> None:
    lines = printed(measures(brief=True)).splitlines()
    assert lines[0].split() == [
        "HC",
        "172.4",
        "mm",
        "(168.9",
        "to",
        "175.9)",
        "head",
        "circumference",
    ]
    assert lines[1].split() == ["[red]_area", "12,346", "mm²"]
    assert lines[0].index(" mm") + 3 == lines[1].index(" mm²") + 4, "figures end below each other"


def test_a_full_table_has_its_caption_heads_and_an_interval_column() -> None:
    lines = [line.split() for line in printed(measures(brief=False)).splitlines()]
    assert lines[0] == ["Measures"]
    assert ["measure", "value", "95", "%", "interval"] in lines
    assert ["HC", "172.4", "mm", "168.9", "to", "175.9"] in lines
    assert ["head", "circumference"] not in lines, "a page has room for what a name means"
    assert ["[red]_area", "12,346", "mm²", "–"] in lines


@pytest.mark.parametrize("width", [32, 40, 80])
@pytest.mark.parametrize("brief", [True, False])
def test_nothing_is_cut_off_where_it_is_narrow(width: int, brief: bool) -> None:
    text = printed(measures(brief=brief), width=width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    joined = "".join(text.split())
    for word in ("172.4", "168.9", "175.9", "12,346", *(["head"] if brief else [])):
        assert word in joined


def test_the_chosen_row_is_marked_for_those_who_see_no_colours() -> None:
    rows = (Row((Cell("a"), Cell("1"))), Row((Cell("b"), Cell("2")), tone="chosen"))
    lines = printed(Rows("", (Column("x"), Column("y")), rows)).splitlines()
    assert [line.split() for line in lines if "→" in line] == [["→", "b", "2"]]


def test_notes_of_a_table_are_said_once_and_name_their_rows_where_they_differ() -> None:
    def noted(*notes: str) -> Rows:
        rows = tuple(
            Row((Cell(f"m{place}"), Cell("1", note=note))) for place, note in enumerate(notes)
        )
        return Rows("", (Column("x"), Column("y")), rows, note_rank=TERMINAL)

    text = words(noted("holds", "holds", "none"))
    assert "m0, m1: holds" in text
    assert "m2: none" in text
    assert words(noted("holds", "holds")).endswith("m1 1 holds")


def test_a_card_is_a_line_with_its_note_where_the_sheet_wants_it_here() -> None:
    value = Cell("30+1", "27+0 to 31+3", note="holds")
    card = Card("Gestational age", value, "weeks", ("by Hadlock 1984", "30.14 weeks"))
    assert words(card) == (
        "Gestational age 30+1 weeks (95 %: 27+0 to 31+3) by Hadlock 1984, 30.14 weeks"
    )
    told = Card("Gestational age", value, note_rank=TERMINAL)
    assert words(told).endswith("holds")


def test_names_with_brackets_are_not_markup() -> None:
    left, right = (Note((side,)) for side in ("left", "right"))
    text = words(
        Heading("[b].png", (Cell("[i]"),)),
        Note(("[u] a note",), listed=True),
        Alert(("[x]",)),
        Fold("more", (facts([("[a]", "[c]")], "[d]"),)),
        Sides(((left,), (right,))),
    )
    assert text == "[b].png [i] • [u] a note ! [x] [d] [a] [c] left right"
