"""What each reader gets of a sheet, and how tables hand over intervals and notes."""

from biometry_cli.report.sheet.blocks import (
    PAGE,
    PICTURE,
    TERMINAL,
    Alert,
    Cell,
    Column,
    Heading,
    Note,
    Row,
    Rows,
    facts,
    for_reader,
    with_intervals,
)


def table(**more: object) -> Rows:
    columns = (Column("name"), Column("value", numeric=True), Column("method", rank=PAGE))
    rows = (
        Row((Cell("HC"), Cell("1 mm", interval="0 to 2", note="holds"), Cell("fit"))),
        Row((Cell("CI"), Cell("2 %", note="none"), Cell("ratio")), rank=TERMINAL),
    )
    return Rows("Measures", columns, rows, **more)  # type: ignore[arg-type]


def test_a_briefer_reader_gets_fewer_rows_and_columns() -> None:
    shape = {}
    for reader in (PICTURE, TERMINAL, PAGE):
        (shown,) = for_reader([table()], reader)
        assert isinstance(shown, Rows)
        assert {len(row.cells) for row in shown.rows} == {len(shown.columns)}
        shape[reader] = (len(shown.rows), len(shown.columns))
    assert shape == {PICTURE: (1, 2), TERMINAL: (2, 2), PAGE: (2, 3)}


def test_a_rank_and_its_end_decide_who_shows_a_block() -> None:
    blocks = [
        Heading("all"),
        Heading("page", rank=PAGE),
        Heading("brief", until=TERMINAL),
        Heading("middle", rank=TERMINAL, until=TERMINAL),
    ]

    def shown(reader: int) -> list[str]:
        return [block.text for block in for_reader(blocks, reader) if isinstance(block, Heading)]

    assert shown(PICTURE) == ["all", "brief"]
    assert shown(TERMINAL) == ["all", "brief", "middle"]
    assert shown(PAGE) == ["all", "page"]


def test_what_holds_nothing_is_left_out() -> None:
    empty = [Note(()), Alert(()), Rows("x"), facts([("a", "")])]
    assert list(for_reader(empty, PAGE)) == []
    only_for_pages = Rows("x", (Column("a"),), (Row((Cell("b"),), rank=PAGE),))
    assert list(for_reader([only_for_pages], TERMINAL)) == []


def test_intervals_get_a_column_with_the_notes_on_them() -> None:
    shown = with_intervals(table())
    assert [column.head for column in shown.columns] == ["name", "value", "95 % interval", "method"]
    first, second = (row.cells for row in shown.rows)
    assert (first[1].text, first[1].note) == ("1 mm", "")
    assert (first[2].text, first[2].note) == ("0 to 2", "holds")
    assert (second[2].text, second[2].note) == ("–", "none")
    assert shown.notes == table().notes == {"holds": ["HC"], "none": ["CI"]}


def test_a_reason_stands_where_the_interval_would() -> None:
    rows = (Row((Cell("EFW"), Cell("–", reason="no femur"))),)
    shown = with_intervals(Rows("x", (Column("a"), Column("b")), rows))
    assert shown.rows[0].cells[2].text == "no femur"


def test_intervals_of_two_columns_stay_with_their_figures() -> None:
    cell = Cell("1", interval="0 to 2")
    both = Rows("x", (Column("a"), Column("b"), Column("c")), (Row((Cell("HC"), cell, cell)),))
    assert with_intervals(both) == both
