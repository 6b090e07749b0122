"""Tables: a caption, column heads, a head for each row."""

from collections.abc import Sequence
from dataclasses import dataclass

from biometry_cli.report.html.markup import Markup, element, joined


@dataclass(frozen=True)
class Column:
    """A column's head; ``numeric`` columns stand to the right."""

    head: str
    numeric: bool = False


def table(
    caption: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    *,
    stacked: bool = False,
    many: bool = False,
) -> Markup:
    """A table whose first column heads its rows.

    Args:
        caption: what the table holds.
        columns: as many as a row has cells.
        rows: text or markup by cell.
        stacked: on a narrow screen each row becomes a block with the column's head before each
            value; else the table scrolls sideways in a frame of its own.
        many: whether there are so many columns that they stand closer.
    """
    heads = [
        element("th", column.head, scope="col", role="columnheader", class_=_cell_class(column))
        for column in columns
    ]
    head = element("thead", element("tr", joined(heads), role="row"), role="rowgroup")
    lines = [element("tr", joined(_cells(columns, row, stacked)), role="row") for row in rows]
    body = element("tbody", joined(lines), role="rowgroup")
    # Blocks in the place of rows would lose the table's meaning for a screen reader: the roles
    # keep it.
    inner = element(
        "table",
        element("caption", caption),
        head,
        body,
        role="table",
        class_=" ".join(["stacked"] * stacked + ["many"] * many) or None,
    )
    if stacked:
        return element("div", inner, class_="scroll")
    return element(
        "div", inner, class_="scroll wide", tabindex=0, role="region", aria_label=_plain(caption)
    )


def facts(rows: Sequence[tuple[str, str]]) -> Markup:
    """Names and their values, one below the other."""
    pairs = [joined([element("dt", name), element("dd", value)]) for name, value in rows]
    return element("dl", joined(pairs), class_="facts")


def _cells(columns: Sequence[Column], row: Sequence[str], stacked: bool) -> list[Markup]:
    head, *others = zip(columns, row, strict=True)
    cells = [element("th", head[1], scope="row", role="rowheader")]
    for column, content in others:
        inner = element("div", content, class_="cell") if stacked else content
        label = column.head if stacked else None
        class_ = _cell_class(column)
        cells.append(element("td", inner, role="cell", class_=class_, data_label=label))
    return cells


def _cell_class(column: Column) -> str | None:
    return "number" if column.numeric else None


def _plain(caption: str) -> str:
    return "table" if isinstance(caption, Markup) else caption
