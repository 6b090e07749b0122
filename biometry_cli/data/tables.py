"""The small CSV files of a data folder: ``labels.csv`` and ``spacing.csv``."""

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from biometry_cli.errors import DataError

SPACING_FILE = "spacing.csv"
LABELS_FILE = "labels.csv"
_SPACING_COLUMN = "pixel_size_mm"
_ROW_COLUMN, _COLUMN_COLUMN = "pixel_size_row_mm", "pixel_size_column_mm"


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
    return [name.strip() for name in _open_table(path, delimiter).fieldnames or []]


def read_rows(
    path: Path, columns: tuple[str, ...], delimiter: str = ","
) -> Iterator[dict[str, str]]:
    """Yield the rows of a CSV file with a header, cells stripped; a BOM and CRLF are fine.

    Raises:
        DataError: unreadable, not UTF-8, or a header without one of ``columns`` or with one twice.
    """
    reader = _open_table(path, delimiter)
    header = [name.strip() for name in reader.fieldnames or []]
    missing = [name for name in columns if name not in header]
    if missing:
        raise DataError(
            f"has no column {', '.join(missing)} (found: {', '.join(header) or 'nothing'})",
            where=path,
            mend="Mend the header line",
        )
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise DataError(
            f"has the column {twice[0]} twice", where=path, mend="Keep one of the columns"
        )
    for row in reader:
        yield {
            key.strip(): (value or "").strip()
            for key, value in row.items()
            if isinstance(key, str) and not isinstance(value, list)
        }


def _open_table(path: Path, delimiter: str) -> "csv.DictReader[str]":
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise DataError("no such file", where=path, mend="Check the path") from None
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot be read as UTF-8 text ({error})", where=path) from None
    return csv.DictReader(text.splitlines(), delimiter=delimiter)


def read_labels(path: Path) -> dict[str, str]:
    """``labels.csv`` (``filename,label``) as label by file name.

    Raises:
        DataError: missing columns, an empty cell, or a file named twice.
    """
    labels: dict[str, str] = {}
    for number, row in enumerate(read_rows(path, ("filename", "label")), start=2):
        name, label = row["filename"], row["label"]
        if not name or not label:
            raise DataError(f"line {number} has an empty cell", where=path, mend="Fill it in")
        if name in labels:
            raise DataError(f"names {name} twice", where=path, mend="Keep one of the lines")
        labels[name] = label
    return labels


def read_spacing(path: Path) -> dict[str, Calibration]:
    """``spacing.csv`` as calibration by file name.

    Columns: ``filename``; ``pixel_size_mm``, or ``pixel_size_row_mm`` and
    ``pixel_size_column_mm``; any ``<measure>_mm`` as a reference; and any others, which are kept
    as text. An empty cell is unknown.

    Raises:
        DataError: missing columns, a file named twice, half a pixel size, or a value that is
            not a number above 0.
    """
    table: dict[str, Calibration] = {}
    for number, row in enumerate(read_rows(path, ("filename",)), start=2):
        if row["filename"] in table:
            raise DataError(
                f"names {row['filename']} twice", where=path, mend="Keep one of the lines"
            )
        values: dict[str, float] = {}
        for column, cell in row.items():
            if column.endswith("_mm") and cell:
                values[column] = _positive(cell, f"line {number}, {column}", path)
        spacing: tuple[float, float] | None = None
        if _SPACING_COLUMN in values:
            spacing = (values[_SPACING_COLUMN], values[_SPACING_COLUMN])
        elif _ROW_COLUMN in values and _COLUMN_COLUMN in values:
            spacing = (values[_ROW_COLUMN], values[_COLUMN_COLUMN])
        elif _ROW_COLUMN in values or _COLUMN_COLUMN in values:
            raise DataError(
                f"line {number} has a pixel size for one direction alone",
                where=path,
                mend=f"Fill in both {_ROW_COLUMN} and {_COLUMN_COLUMN}, or {_SPACING_COLUMN}",
            )
        references = {
            column.removesuffix("_mm").upper(): value
            for column, value in values.items()
            if not column.startswith("pixel_size")
        }
        other = {
            column: cell
            for column, cell in row.items()
            if column and column != "filename" and not column.endswith("_mm")
        }
        table[row["filename"]] = Calibration(spacing, references, other)
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
