"""The small CSV files of a data folder: ``labels.csv`` and ``spacing.csv``.

``read_rows`` and ``read_lines`` read every CSV file of the package, those of other people too.
"""

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from biometry_cli.errors import DataError

SPACING_FILE = "spacing.csv"
LABELS_FILE = "labels.csv"
_SPACING_COLUMN = "pixel_size_mm"
_ROW_COLUMN, _COLUMN_COLUMN = "pixel_size_row_mm", "pixel_size_column_mm"
_PIXEL_SIZES = (_SPACING_COLUMN, _ROW_COLUMN, _COLUMN_COLUMN)


@dataclass(frozen=True)
class Calibration:
    """One line of ``spacing.csv``.

    ``spacing_mm`` is (row, column); ``reference_mm`` holds reference measures by their upper-case
    name, such as {"HC": 175.3}; ``other`` all further columns as written, such as
    {"device": "A"}, an empty cell as "".
    """

    spacing_mm: tuple[float, float] | None = None
    reference_mm: dict[str, float] = field(default_factory=dict)
    other: Mapping[str, str] = field(default_factory=dict)

    def cells(self) -> dict[str, str]:
        """The line as text by column, ``filename`` left out; an unknown size has no entry."""
        cells = dict(self.other)
        if self.spacing_mm is not None:
            row_mm, column_mm = self.spacing_mm
            if row_mm == column_mm:
                cells[_SPACING_COLUMN] = f"{row_mm}"
            else:
                cells |= {_ROW_COLUMN: f"{row_mm}", _COLUMN_COLUMN: f"{column_mm}"}
        return cells | {f"{name.lower()}_mm": f"{mm}" for name, mm in self.reference_mm.items()}


def read_header(path: Path, delimiter: str = ",") -> list[str]:
    """The column names of a CSV file, stripped; empty for an empty file.

    Raises:
        DataError: unreadable or not UTF-8.
    """
    return next((cells for _, cells in _records(path, delimiter)), [])


def read_rows(
    path: Path, columns: tuple[str, ...], delimiter: str = ","
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a CSV file with a header: the line on which each ends, its cells stripped.

    A BOM, any line ends and empty lines are fine, and so are line breaks in quoted cells. Cells
    that a short row lacks are "".

    Raises:
        DataError: unreadable, not UTF-8, a header without one of ``columns`` or with one twice,
            or a row with more cells than the header.
    """
    records = _records(path, delimiter)
    _, header = next(records, (0, []))
    missing = [name for name in columns if name not in header]
    if missing:
        joined = any(name and name in "".join(header) for name in missing)
        raise DataError(
            f"has no column {', '.join(missing)} (found: {', '.join(header) or 'nothing'})",
            where=path,
            mend="Separate the cells by commas" if joined else "Mend the header line",
        )
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise DataError(
            f"has the column {twice[0]} twice", where=path, mend="Keep one of the columns"
        )
    for number, cells in records:
        if any(cells[len(header) :]):
            raise DataError(
                f"line {number} has {len(cells)} cells, and the header {len(header)}",
                where=path,
                mend='Write decimals with a point (1.5, not 1,5), and "quote" text with commas',
            )
        cells += [""] * (len(header) - len(cells))
        if any(cells):
            yield number, dict(zip(header, cells, strict=False))


def read_lines(path: Path, *columns: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield what a table of a data folder says of each file: its name, its place, its row.

    The place reads "line 7".

    Raises:
        DataError: as ``read_rows``, or a row that names no file or one that was named before.
    """
    seen: set[str] = set()
    for number, row in read_rows(path, ("filename", *columns)):
        name = row["filename"]
        if not name:
            raise DataError(f"line {number} names no file", where=path, mend="Fill it in")
        if name in seen:
            raise DataError(f"names {name} twice", where=path, mend="Keep one of the lines")
        seen.add(name)
        yield name, f"line {number}", row


def _records(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The lines of a CSV file that are not blank, with their numbers; the first is its header."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise DataError("no such file", where=path, mend="Check the path") from None
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot be read as UTF-8 text ({error})", where=path) from None
    # Not by str.splitlines, which also parts lines inside quotes and at U+2028 or vertical tabs.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            if cells:
                yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise DataError(
            f"line {reader.line_num} cannot be read ({error})", where=path, mend="Mend the line"
        ) from None


def read_labels(path: Path) -> dict[str, str]:
    """``labels.csv`` (``filename,label``) as label by file name.

    Raises:
        DataError: as ``read_lines``, or no label.
    """
    labels: dict[str, str] = {}
    for name, place, row in read_lines(path, "label"):
        if not row["label"]:
            raise DataError(f"{place} has an empty cell", where=path, mend="Fill it in")
        labels[name] = row["label"]
    return labels


def read_spacing(path: Path) -> dict[str, Calibration]:
    """``spacing.csv`` as calibration by file name.

    Columns: ``filename``; ``pixel_size_mm``, or ``pixel_size_row_mm`` and
    ``pixel_size_column_mm``; any other ``<measure>_mm`` as a reference; and any others, which are
    kept as text. An empty cell is unknown.

    Raises:
        DataError: as ``read_lines``, a column that can only be a misspelt pixel size, half a
            pixel size, or a value that is not a number above 0.
    """
    table: dict[str, Calibration] = {}
    for name, place, row in read_lines(path):
        if not table:
            _refuse_misspelt(tuple(row), path)
        values = {
            column: _positive(cell, f"{place}, {column}", path)
            for column, cell in row.items()
            if column.endswith("_mm") and cell
        }
        table[name] = Calibration(
            spacing_mm=_pixel_size(values, place, path),
            reference_mm={
                column.removesuffix("_mm").upper(): value
                for column, value in values.items()
                if column not in _PIXEL_SIZES
            },
            other={
                column: cell
                for column, cell in row.items()
                if column and column != "filename" and not column.endswith("_mm")
            },
        )
    return table


def spacing_beside(image: Path) -> dict[str, tuple[Calibration, Path]]:
    """The lines that serve an image's folder, each with the table that it stands in.

    The table lies in the folder itself or, for an ``images/`` folder and for the folder of a class
    in one, beside ``images/``. Any other parent holds other pictures, which may have the same
    names. Where both have a line, the nearer one counts.
    """
    folder = image.absolute().parent
    folders = [folder]
    if folder.name == "images":
        folders.append(folder.parent)
    elif folder.parent.name == "images":
        folders.append(folder.parent.parent)
    lines: dict[str, tuple[Calibration, Path]] = {}
    for each in reversed(folders):
        path = each / SPACING_FILE
        if path.is_file():
            lines |= {name: (calibration, path) for name, calibration in read_spacing(path).items()}
    return lines


def _refuse_misspelt(columns: tuple[str, ...], path: Path) -> None:
    """Refuse columns that would hide a pixel size as a reference measure or as a remark."""
    plain_names = {_letters(name): name for name in _PIXEL_SIZES}
    sized = not set(_PIXEL_SIZES).isdisjoint(columns)
    for column in columns:
        plain = _letters(column)
        close = get_close_matches(plain, plain_names, n=1, cutoff=0.8)
        alike = close or ("mm" in plain and re.search("pixel|px|spacing", plain))
        if column in _PIXEL_SIZES or not alike or (sized and not column.endswith("_mm")):
            continue
        raise DataError(
            f"has a column {column}, which is no pixel size and no measure",
            where=path,
            mend=f"Call it {plain_names[close[0]] if close else _SPACING_COLUMN}",
        )


def _letters(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.casefold())


def _pixel_size(values: Mapping[str, float], place: str, path: Path) -> tuple[float, float] | None:
    if _SPACING_COLUMN in values:
        return values[_SPACING_COLUMN], values[_SPACING_COLUMN]
    if _ROW_COLUMN in values and _COLUMN_COLUMN in values:
        return values[_ROW_COLUMN], values[_COLUMN_COLUMN]
    if _ROW_COLUMN in values or _COLUMN_COLUMN in values:
        raise DataError(
            f"{place} has a pixel size for one direction alone",
            where=path,
            mend=f"Fill in both {_ROW_COLUMN} and {_COLUMN_COLUMN}, or {_SPACING_COLUMN}",
        )
    return None


def _positive(cell: str, place: str, path: Path) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise DataError(
            f"{place}: {cell!r} is not a number above 0", where=path, mend="Mend the cell"
        )
    return value
