"""Blocks in a terminal."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from biometry_cli.report.sheet.blocks import (
    TERMINAL,
    Alert,
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
    with_intervals,
)

_STYLES: dict[Tone, str] = {
    "": "",
    "name": "cyan",
    "chosen": "bold cyan",
    "quiet": "dim",
    "good": "green",
    "doubt": "yellow",
    "bad": "red",
    "again": "magenta",
}
_CHOSEN = "→ "  # before the row that was taken; where no row is, nothing makes room for it


def render(blocks: Iterable[Block]) -> Group:
    """Everything that a terminal shows of a sheet. Where it is narrow, cells wrap."""
    return Group(*_rendered(blocks))


def _rendered(blocks: Iterable[Block]) -> Iterator[RenderableType]:
    after_table = True
    for block in for_reader(blocks, TERMINAL):
        titled = isinstance(block, Rows) and block.caption and not block.brief
        if titled and not after_table:
            yield ""
        after_table = isinstance(block, Rows) and not block.brief
        match block:
            case Heading():
                yield _heading(block)
            case Card():
                yield from _card(block)
            case Rows():
                yield from _table(block)
            case Alert():
                yield from (Text(f"! {line}", style="yellow") for line in block.lines)
            case Note():
                yield from (_sentence(line, block) for line in block.lines)
            case Fold():
                yield from _rendered(block.blocks)
            case Sides():
                yield from _rendered(chain.from_iterable(block.groups))
            case _:
                pass  # charts and pictures


def _heading(block: Heading) -> Text:
    text = Text(block.text, style="bold", overflow="fold")
    for detail in block.details:
        text.append("  ")
        text.append(detail.text, style=f"not bold {_STYLES[detail.tone]}")
    return text


def _card(card: Card) -> Iterator[RenderableType]:
    text = Text(card.label, style="bold")
    text.append(f"  {f'{card.value.text} {card.unit}'.strip()}", style="cyan")
    if card.value.interval:
        text.append(f"  (95 %: {card.value.interval})", style="not bold")
    if card.below:
        text.append(f"  {', '.join(card.below)}", style="not bold dim")
    yield text
    if card.value.note and card.note_rank <= TERMINAL:
        yield Text(card.value.note, style="dim")


def _sentence(line: str, block: Note) -> RenderableType:
    if not block.listed:
        return Text(line, style=_STYLES[block.tone])
    bullet = Table.grid(padding=(0, 1, 0, 0))
    bullet.add_row(Text("•", style="yellow"), Text(line))
    return bullet


def _table(block: Rows) -> Iterator[RenderableType]:
    if block.brief:
        yield _Fitting(_brief(block), block)
    elif block.columns:
        block = with_intervals(block)
        yield _Fitting(_full(block), block)
    else:
        yield _facts(block)
    if block.note_rank <= TERMINAL:
        yield from _notes(block)


class _Fitting:
    """A table where no word has to be broken for it; else its rows below each other."""

    def __init__(self, table: Table, block: Rows) -> None:
        self._table, self._block = table, block

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        least = self._table.__rich_measure__(console, options).minimum
        if least <= options.max_width:
            yield self._table
            return
        if self._block.caption and not self._block.brief:
            yield Text(self._block.caption, style="bold")
        for row in self._block.rows:
            yield from _stacked(self._block, row)


def _stacked(block: Rows, row: Row) -> Iterator[RenderableType]:
    first, *others = _cells(row)
    if block.brief:  # its meaning has no column here
        first.append("".join(f"\n{part.text}" for part in row.cells[0].below), style="not bold dim")
    yield first
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for column, cell in zip(block.columns[1:], others, strict=True):
        if cell.plain.strip():
            table.add_row(Text(f"  {column.head}"), cell)
    yield table


def _notes(block: Rows) -> Iterator[Text]:
    every = {row.cells[0].text for row in block.rows}
    for note, names in block.notes.items():
        of = f"{', '.join(names)}: " if len(names) < len(every) else ""
        yield Text(f"{of}{note}", style="dim")


def _brief(block: Rows) -> Table:
    """A line a row: name, figures with their intervals, and what the name means at the end."""
    heads = len(block.columns) > 2
    table = Table(
        box=None, show_header=heads, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim"
    )
    for place, column in enumerate(block.columns):
        table.add_column(
            Text(column.head if place else ""), overflow="fold", min_width=None if place else 4
        )
    meant = any(row.cells[0].below for row in block.rows)
    if meant:
        table.add_column(style="dim", overflow="fold")
    widest = [max(len(row.cells[p].text) for row in block.rows) for p in range(len(block.columns))]
    for row in block.rows:
        cells = [
            _in_line(cell, row, width if column.numeric else 0)
            for cell, column, width in zip(row.cells, block.columns, widest, strict=True)
        ]
        words = Text(", ".join(line.text for line in row.cells[0].below))
        table.add_row(*cells, *([words] if meant else []))
    return table


def _in_line(cell: Cell, row: Row, width: int) -> Text:
    """A figure, set to the right of ``width`` letters, with its interval in brackets."""
    text = Text(cell.text.rjust(width), style=_STYLES[cell.tone or row.tone])
    if cell.interval:
        text.append(f"  ({cell.interval})")
    if cell.reason:
        text.append(f"  {cell.reason}", style="dim")
    return text


def _full(block: Rows) -> Table:
    # Padding on one side alone: columns of intervals stand side by side in 80 characters.
    table = Table(
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        title=Text(block.caption, style="bold") if block.caption else None,
        title_justify="left",
    )
    for place, column in enumerate(block.columns):
        table.add_column(
            Text(column.head),
            justify="right" if column.numeric else "left",
            overflow="fold",
            min_width=None if place else 7,
        )
    for row in block.rows:
        table.add_row(*_cells(row))
    return table


def _cells(row: Row) -> Sequence[Text]:
    first, *others = (_cell(cell, row) for cell in row.cells)
    return [Text(_CHOSEN) + first if row.tone == "chosen" else first, *others]


def _facts(block: Rows) -> Table:
    table = Table(
        box=box.SIMPLE_HEAD,
        show_header=False,
        title=Text(block.caption, style="bold") if block.caption else None,
        title_justify="left",
    )
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for row in block.rows:
        table.add_row(*(_cell(cell, row) for cell in row.cells))
    return table


def _cell(cell: Cell, row: Row) -> Text:
    """The text, with its interval or why there is none on a further line."""
    text = Text(cell.text, style=_STYLES[cell.tone or row.tone])
    for line in (cell.interval, cell.reason):
        if line:
            text.append(f"\n{line}", style="not bold dim")
    return text
