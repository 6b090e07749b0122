"""Blocks as rows of a panel."""

from collections.abc import Iterable, Mapping
from itertools import chain

from biometry_cli.report.picture.panel import Panel
from biometry_cli.report.picture.pen import (
    GREEN,
    PINK,
    SKY_BLUE,
    VERMILION,
    WHITE,
    YELLOW,
    Color,
    Pattern,
)
from biometry_cli.report.sheet.blocks import (
    NONE,
    PICTURE,
    Alert,
    Bar,
    Block,
    Card,
    Cell,
    Fold,
    Heading,
    Note,
    Row,
    Rows,
    Sides,
    Tone,
    for_reader,
)
from biometry_cli.report.sheet.prediction import RING

Styles = Mapping[str, tuple[Color, Pattern]]
"""Color and dashes of the outlines on the scan, by structure."""

_COLORS: dict[Tone, Color] = {
    "chosen": SKY_BLUE,
    "good": GREEN,
    "doubt": YELLOW,
    "bad": VERMILION,
    "again": PINK,
}


def list_blocks(panel: Panel, blocks: Iterable[Block], styles: Styles | None = None) -> None:
    """Set what a picture has room for.

    Args:
        panel: takes the rows.
        blocks: of a sheet.
        styles: the structures that are outlined on the scan; rows then stand under their
            structure, with a sample of its line where it has one. None says nothing of structures.
    """
    for block in for_reader(blocks, PICTURE):
        match block:
            case Heading():
                panel.title(block.text)
                for detail in block.details:
                    panel.small(detail.text)
            case Card():
                _list_card(panel, block)
            case Rows():
                _list_rows(panel, block, styles)
            case Alert():
                panel.gap()
                for line in block.lines:
                    panel.warning(line)
            case Note():
                panel.gap()
                for line in block.lines:
                    panel.small(line)
            case Fold():
                list_blocks(panel, block.blocks, styles)
            case Sides():
                list_blocks(panel, chain.from_iterable(block.groups), styles)
            case _:
                pass


def _list_card(panel: Panel, card: Card) -> None:
    panel.gap()
    value = f"{card.value.text} {card.unit}".strip()
    panel.row(card.short or card.label, value, interval=_bracketed(card.value))
    for line in card.below:
        panel.small(line)


def _list_rows(panel: Panel, table: Rows, styles: Styles | None) -> None:
    grouped = styles is not None and any(row.group for row in table.rows)
    if not any(row.group for row in table.rows):
        panel.gap()
        panel.title(table.caption)
    marked = any(row.mark for row in table.rows)
    group = ""
    for row in table.rows:
        if grouped and row.group != group:
            group = row.group
            panel.gap()
            if styles and group in styles:
                panel.heading(group, *styles[group])
            else:
                panel.title(group)
        _list_row(panel, table, row, marked=marked, grouped=grouped)
    if any(cell.interval for row in table.rows for cell in row.cells):
        panel.small("in brackets: 95 % interval")


def _list_row(panel: Panel, table: Rows, row: Row, *, marked: bool, grouped: bool) -> None:
    name = row.cells[0].text
    if grouped:  # its heading has named the structure
        name = name.removeprefix(f"{row.group.replace('_', ' ')} ")
    mark = row.mark if marked else None
    mark_color = _COLORS.get(row.cells[0].tone, YELLOW)
    alone = row.cells[1].text == NONE and any(
        column.short and cell.text != NONE
        for column, cell in zip(table.columns[2:], row.cells[2:], strict=True)
    )
    for column, cell in zip(table.columns[1:], row.cells[1:], strict=True):
        color = _COLORS.get(cell.tone or row.tone, WHITE)
        interval = _bracketed(cell)
        if isinstance(cell.drawn, Bar):
            panel.bar(cell.drawn.share, color)
        elif not column.short and not alone:
            panel.row(name, cell.text, color, interval=interval, mark=mark, mark_color=mark_color)
        elif column.short and cell.text != NONE:  # a second reading, or the only one
            ring = RING if mark else mark
            told = name if alone else column.short
            panel.row(told, cell.text, color, interval=interval, mark=ring, mark_color=PINK)


def _bracketed(cell: Cell) -> str:
    return f"({cell.interval})" if cell.interval else ""
