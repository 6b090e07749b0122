"""The small CSV files of a data folder: ``labels.csv`` and ``spacing.csv``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from biometry_cli.data.rows import (
    POINT_NOT_COMMA,
    as_number,
    read_header,
    read_lines,
    require_lines,
)
from biometry_cli.errors import DataError
from biometry_cli.measure.growth.dates import WEEKS_POSSIBLE
from biometry_cli.measure.growth.plausible import SIZE_RANGES_MM, size_reason
from biometry_cli.settings import PIXEL_SIZE_LIMITS, is_pixel_size

SPACING_FILE = "spacing.csv"
LABELS_FILE = "labels.csv"
_SPACING_COLUMN = "pixel_size_mm"
_ROW_COLUMN, _COLUMN_COLUMN = "pixel_size_row_mm", "pixel_size_column_mm"
_PIXEL_SIZES = (_SPACING_COLUMN, _ROW_COLUMN, _COLUMN_COLUMN)
_MOST_UNEQUAL = 10.0  # the larger side of a pixel over the smaller one
_LARGEST_MM = 1000.0  # of any measure of a fetus
_FEW = 4  # lines that may be rare fetuses
_LEEWAY = 2.0  # beyond the plausible range; what lies between is doubtful, and may be rare
_LIKE_PIXEL_SIZE = "(spacing|resolution|pitch)(mm)?|(size|scale)mm|mm|(mm|cm|um)(per)?(pixel|px)"
_AGE = re.compile("(?:(?:ga|age|gestational_?age)_?)?(weeks|days)", re.IGNORECASE)


@dataclass(frozen=True)
class Calibration:
    """One line of ``spacing.csv``.

    ``spacing_mm`` is (row, column); ``reference_mm`` holds reference measures by their upper-case
    name, such as {"HC": 175.3}; ``other`` all further columns as written, such as
    {"device": "A"}, an empty cell as "". ``place`` and ``table`` say where it stands: "line 7" of
    which file.
    """

    spacing_mm: tuple[float, float] | None = None
    reference_mm: dict[str, float] = field(default_factory=dict)
    other: Mapping[str, str] = field(default_factory=dict)
    place: str = field(default="", compare=False)
    table: Path | None = field(default=None, compare=False)

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
        DataError: as ``read_lines``, no lines, a column that can only be a misspelt pixel size,
            half a pixel size, a value that is not a number above 0, a pixel size outside the
            limits of ``--spacing``, or a reference that no fetus has, by far or in most lines.
    """
    header = tuple(read_header(path))
    if "filename" in header:
        _refuse_misspelt(header, path)
    table: dict[str, Calibration] = {}
    for name, place, row in read_lines(path):
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
            place=place,
            table=path,
        )
        _refuse_impossible(table[name], path)
    require_lines(table, path)
    _refuse_other_unit(table, path)
    return table


def doubts_of(table: Mapping[str, Calibration], path: Path) -> list[str]:
    """Values of a ``spacing.csv`` that few fetuses can have, a sentence a column."""
    doubts: dict[str, list[str]] = {}
    for line in table.values():
        for name, value in line.reference_mm.items():
            reason = size_reason(name, value)
            if reason is not None:
                doubts.setdefault(f"{name.lower()}_mm", []).append(f"{line.place}: {reason}")
        for column, cell in line.other.items():
            reason = _age_reason(column, cell)
            if reason is not None:
                doubts.setdefault(column, []).append(f"{line.place}: {reason}")
    return [
        f"{path}: {column} is doubtful in {len(lines)} line{'s' * (len(lines) > 1)}, such as "
        f"{lines[0]}."
        for column, lines in doubts.items()
    ]


def spacing_beside(image: Path) -> dict[str, tuple[Calibration, Path]]:
    """The lines that serve an image's folder, each with the table that it stands in.

    The table lies in the folder itself or, for an ``images/`` folder and for the folder of a class
    in one, beside ``images/``. Any other parent holds other pictures, which may have the same
    names. Where both have a line, the nearer one counts.
    """
    lines: dict[str, tuple[Calibration, Path]] = {}
    for path in reversed(spacing_tables(image)):
        lines |= {name: (calibration, path) for name, calibration in read_spacing(path).items()}
    return lines


def spacing_tables(image: Path) -> list[Path]:
    """The tables that serve an image's folder, the nearer one first."""
    places = (folder / SPACING_FILE for folder in table_folders(image))
    return [path for path in places if path.is_file()]


def table_folders(image: Path) -> list[Path]:
    """The folders whose table serves an image, the nearer one first."""
    folder = image.absolute().parent
    if folder.name == "images":
        return [folder, folder.parent]
    if folder.parent.name == "images":
        return [folder, folder.parent.parent]
    return [folder]


def _refuse_misspelt(columns: tuple[str, ...], path: Path) -> None:
    """Refuse columns that would hide a pixel size as a reference measure or as a remark."""
    plain_names = {_letters(name): name for name in _PIXEL_SIZES}
    sized = not set(_PIXEL_SIZES).isdisjoint(columns)
    for column in columns:
        plain = _letters(column)
        close = get_close_matches(plain, plain_names, n=1, cutoff=0.8)
        alike = close or ("mm" in plain and re.search("pixel|px|spacing", plain))
        # Where no column holds a pixel size, such a one is likelier to be it than a remark.
        alike = alike or (not sized and re.fullmatch(_LIKE_PIXEL_SIZE, plain))
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
    for column in _PIXEL_SIZES:
        if column in values and not is_pixel_size(values[column]):
            raise DataError(
                f"{place}, {column}: {values[column]:g} must be {PIXEL_SIZE_LIMITS}",
                where=path,
                mend=POINT_NOT_COMMA,
            )
    if _SPACING_COLUMN in values:
        return values[_SPACING_COLUMN], values[_SPACING_COLUMN]
    if _ROW_COLUMN in values and _COLUMN_COLUMN in values:
        sides = values[_ROW_COLUMN], values[_COLUMN_COLUMN]
        if max(sides) > _MOST_UNEQUAL * min(sides):
            raise DataError(
                f"{place} has a pixel of {sides[0]:g} x {sides[1]:g} mm",
                where=path,
                mend=f"Mend the line. {POINT_NOT_COMMA}",
            )
        return sides
    if _ROW_COLUMN in values or _COLUMN_COLUMN in values:
        raise DataError(
            f"{place} has a pixel size for one direction alone",
            where=path,
            mend=f"Fill in both {_ROW_COLUMN} and {_COLUMN_COLUMN}, or {_SPACING_COLUMN}",
        )
    return None


def _positive(cell: str, place: str, path: Path) -> float:
    value = as_number(cell)
    if value is None or value <= 0:
        raise DataError(
            f"{place}: {cell!r} is not a number above 0",
            where=path,
            mend=POINT_NOT_COMMA if "," in cell or value == 0 else "Mend the cell",
        )
    return value


def reference_reason(name: str, value_mm: float) -> str | None:
    """Why a reference is far beyond what any fetus has; None where it may be one."""
    low, high = SIZE_RANGES_MM.get(name, (0.0, _LARGEST_MM / _LEEWAY))
    if low / _LEEWAY <= value_mm <= high * _LEEWAY or name.endswith("_AREA"):
        return None
    return size_reason(name, value_mm) or f"{value_mm:g} mm is larger than a fetus"


def _refuse_impossible(line: Calibration, path: Path) -> None:
    for name, value in line.reference_mm.items():
        reason = reference_reason(name, value)
        if reason is not None:
            raise DataError(
                f"{line.place}, {name.lower()}_mm: {reason}",
                where=path,
                mend=f"Give mm. {POINT_NOT_COMMA}",
            )


def _refuse_other_unit(table: Mapping[str, Calibration], path: Path) -> None:
    """Refuse a reference of which most lines are outside what fetuses have."""
    for name in SIZE_RANGES_MM:
        lines = [each for each in table.values() if name in each.reference_mm]
        odd = [each for each in lines if size_reason(name, each.reference_mm[name])]
        if len(odd) > max(len(lines) / 2, _FEW):
            reason = size_reason(name, odd[0].reference_mm[name])
            raise DataError(
                f"{name.lower()}_mm is in {len(odd)} of {len(lines)} lines outside what fetuses "
                f"have; {odd[0].place}: {reason}",
                where=path,
                mend="Give mm",
            )


def _age_reason(column: str, cell: str) -> str | None:
    """Why a cell of a column in weeks or days is no gestational age; None where it may be."""
    named, value = _AGE.fullmatch(column), as_number(cell)
    if named is None or value is None:
        return None
    youngest, oldest = WEEKS_POSSIBLE
    weeks = value / 7 if named[1].casefold() == "days" else value
    if youngest <= weeks <= oldest:
        return None
    days = " (are these days?)" if weeks == value and youngest <= value / 7 <= oldest else ""
    return f"{cell} {named[1]} is no gestational age{days}"
