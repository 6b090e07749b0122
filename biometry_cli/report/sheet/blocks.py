"""What a report says, as plain values that know nothing of terminals, pages or pictures.

A sheet is a sequence of blocks, in the order in which they are read. Three readers show it: the
panel of a picture, the terminal, the page. A rank says how brief a reader may be to show a block,
a column or a row, so that the same sheet serves all three.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from biometry_cli.report.charts.style import Chart

if TYPE_CHECKING:
    from PIL import Image

PICTURE, TERMINAL, PAGE = 1, 2, 3
"""Readers by what they have room for; a rank names the briefest one that shows a thing."""

Tone = Literal["", "name", "chosen", "quiet", "good", "doubt", "bad", "again"]
"""How a text is meant: the name of a row, what was chosen of several, what stands back, what is
well, what to doubt, what is wrong, a second reading of the same thing."""

NONE = "–"
"""Stands where there is no value, never a blank."""


class Bar(NamedTuple):
    """A bar from 0 to 1 beside a figure; ``chosen`` where it belongs to the answer."""

    share: float
    chosen: bool = False


class CentileBar(NamedTuple):
    """Where a centile, 0 to 100, stands between the 3rd and the 97th."""

    centile: float
    interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class Cell:
    """One entry of a table or card.

    Attributes:
        text: what is read first.
        interval: the 95 % interval of a number, in words and without its unit.
        reason: why there is no number.
        below: what belongs to it, in smaller letters, a line each; a briefer reader than a page
            shows only what is below the first cell of a brief table.
        tone: how it is meant.
        note: a sentence that many cells may share; it is said once.
        drawn: a small bar in the place of the text, where the reader can draw.
        files: images that the text names; a page links to them.
    """

    text: str
    interval: str = ""
    reason: str = ""
    below: "tuple[Cell, ...]" = ()
    tone: Tone = ""
    note: str = ""
    drawn: Bar | CentileBar | None = None
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """A column's head; numbers stand to the right.

    ``short`` is what a panel, which has a line for each value, calls one of a further column.
    """

    head: str
    numeric: bool = False
    rank: int = PICTURE
    short: str = ""


@dataclass(frozen=True)
class Row:
    """Cells, the first of which heads the row.

    Attributes:
        cells: as many as there are columns.
        rank: readers that show it.
        tone: of every cell that has none.
        mark: the sign of the thing on the scan, such as ``+`` for the first caliper.
        group: what the row belongs to, such as a structure; a panel sets a heading for it.
    """

    cells: tuple[Cell, ...]
    rank: int = PICTURE
    tone: Tone = ""
    mark: str = ""
    group: str = ""


@dataclass(frozen=True, kw_only=True)
class Block:
    """One thing that a sheet says.

    Attributes:
        rank: readers that show it.
        until: the last reader that shows it; a more thorough one has it in longer form.
    """

    rank: int = PICTURE
    until: int = PAGE


@dataclass(frozen=True)
class Rows(Block):
    """A table; without columns, names and their values.

    Attributes:
        caption: what it holds.
        columns, rows: its content.
        brief: in a terminal without caption and heads, one line a row.
        note_rank: readers that say the notes of its cells.
        wide: many narrow columns: it keeps its shape on a narrow page, and is scrolled.
    """

    caption: str
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    brief: bool = False
    note_rank: int = PAGE
    wide: bool = False

    @property
    def notes(self) -> dict[str, list[str]]:
        """Each different note with the names of the rows that it is of."""
        named: dict[str, list[str]] = {}
        for row in self.rows:
            for note in dict.fromkeys(cell.note for cell in row.cells if cell.note):
                named.setdefault(note, []).append(row.cells[0].text)
        return {note: list(dict.fromkeys(names)) for note, names in named.items()}


@dataclass(frozen=True)
class Card(Block):
    """One figure that a reader looks for first.

    Attributes:
        label: its name in words; ``short`` the abbreviation for where room is scarce.
        value: the figure with its interval, without its unit.
        unit: of the value.
        below: where it comes from, a line each.
        size: "large" for a few, "small" for many of them.
        note_rank: readers that say the note of its value.
    """

    label: str
    value: Cell
    unit: str = ""
    below: tuple[str, ...] = ()
    short: str = ""
    size: Literal["large", "small"] = "large"
    note_rank: int = PAGE


@dataclass(frozen=True)
class Heading(Block):
    """A title with what is said in the same breath.

    ``level`` 1 is the sheet's own, which a page has as the heading of a section.
    """

    text: str
    details: tuple[Cell, ...] = ()
    level: int = 1


@dataclass(frozen=True)
class Note(Block):
    """Sentences that a reader needs beside the numbers; ``listed`` ones are set apart."""

    lines: tuple[str, ...]
    listed: bool = False
    tone: Tone = "quiet"


@dataclass(frozen=True)
class Alert(Block):
    """What speaks against the values, a line each."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Drawn(Block):
    """A chart; a wide one keeps its size and is scrolled. ``caption`` replaces its title."""

    chart: Chart
    caption: str = ""
    wide: bool = False
    rank: int = field(default=PAGE, kw_only=True)


@dataclass(frozen=True)
class Picture(Block):
    """An image, ``alt`` in words for who cannot see it."""

    image: "Image.Image"
    alt: str
    caption: str = ""
    rank: int = field(default=PAGE, kw_only=True)


@dataclass(frozen=True)
class Fold(Block):
    """Blocks behind a line that opens them, where the reader can open anything."""

    summary: str
    blocks: tuple[Block, ...]
    rank: int = field(default=TERMINAL, kw_only=True)


@dataclass(frozen=True)
class Sides(Block):
    """Groups of blocks side by side, where there is room."""

    groups: tuple[tuple[Block, ...], ...]


@dataclass(frozen=True)
class Section:
    """A part of a page with a heading of its own; ``key`` is its id there."""

    key: str
    heading: str
    blocks: tuple[Block, ...]


def for_reader(blocks: Iterable[Block], reader: int) -> Iterator[Block]:
    """The blocks that a reader shows; tables with its rows and columns, and none that is empty."""
    for block in blocks:
        if not block.rank <= reader <= block.until:
            continue
        if isinstance(block, Rows):
            block = _rows_for(block, reader)
            if not block.rows:
                continue
        if isinstance(block, Note | Alert) and not block.lines:
            continue
        yield block


def _rows_for(table: Rows, reader: int) -> Rows:
    rows = tuple(row for row in table.rows if row.rank <= reader)
    places = [place for place, column in enumerate(table.columns) if column.rank <= reader]
    if len(places) < len(table.columns):
        rows = tuple(
            replace(row, cells=tuple(row.cells[place] for place in places)) for row in rows
        )
    return replace(table, columns=tuple(table.columns[place] for place in places), rows=rows)


def with_intervals(table: Rows) -> Rows:
    """The same with intervals and reasons in a column of their own, beside their figures.

    Where more than one column has any, they stay below the figures: they would not fit.
    """
    places = [
        place
        for place in range(len(table.columns))
        if any(row.cells[place].interval or row.cells[place].reason for row in table.rows)
    ]
    if len(places) != 1:
        return table
    after = places[0] + 1

    def parted(row: Row) -> Row:
        cell = row.cells[after - 1]
        figure = replace(cell, interval="", reason="", note="")
        beside = Cell(cell.interval or cell.reason or NONE, note=cell.note)
        if cell.reason and not cell.interval:
            beside = replace(beside, tone="quiet")
        return replace(row, cells=(*row.cells[: after - 1], figure, beside, *row.cells[after:]))

    columns = (*table.columns[:after], Column("95 % interval"), *table.columns[after:])
    return replace(table, columns=columns, rows=tuple(map(parted, table.rows)))


def facts(
    pairs: Iterable[tuple[str, str]], caption: str = "", rank: int = PICTURE, until: int = PAGE
) -> Rows:
    """Names and their values; those without a value are left out."""
    rows = tuple(Row((Cell(name, tone="name"), Cell(value))) for name, value in pairs if value)
    return Rows(caption, rows=rows, rank=rank, until=until)
