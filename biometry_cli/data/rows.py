"""CSV files as people, spreadsheets and other programs write them: rows under a header.

Every CSV file of the package is read here, those of other people too. What can be read in one way
is read so; what might be meant in two is refused with its line and the likely cause.
"""

import codecs
import csv
import io
import math
import re
from collections.abc import Iterator, Sized
from difflib import get_close_matches
from pathlib import Path

from biometry_cli.errors import DataError

POINT_NOT_COMMA = "Write decimals with a point (1.5, not 1,5)"
_AS_UTF8 = 'Save it anew as "CSV UTF-8", with commas between the cells'
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins with the mark of UTF-16, so it is asked first
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What a first line of data holds, and a header hardly: a file's suffix, or a number.
_DATUM = re.compile(r".*\.(png|jpe?g|tiff?|bmp|gif|npy|mha|mhd)|[-+]?\d+([.,]\d+)?", re.IGNORECASE)


def read_header(path: Path, delimiter: str = ",") -> list[str]:
    """The column names of a CSV file, stripped; empty for an empty file.

    Raises:
        DataError: unreadable or no text.
    """
    return next((cells for _, cells in _records(path, delimiter)), [])


def read_rows(
    path: Path, columns: tuple[str, ...], delimiter: str = ","
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a CSV file with a header: the line on which each ends, its cells stripped.

    UTF-8, or UTF-16 and UTF-32 with their marks; any line ends and empty lines are fine, and so
    are line breaks in quoted cells. Empty cells may stand, or lack, under columns without a name.

    Raises:
        DataError: unreadable, no text, a header without one of ``columns`` or with one twice, or a
            row with more or fewer cells than the header.
    """
    records = _records(path, delimiter)
    _, header = next(records, (0, []))
    _require_columns(header, columns, path)
    named = max((place for place, name in enumerate(header, start=1) if name), default=0)
    for number, cells in records:
        if any(cells[len(header) :]):
            raise DataError(
                f"line {number} has {len(cells)} cells, and the header {len(header)}",
                where=path,
                mend=f'{POINT_NOT_COMMA}, and "quote" text with commas',
            )
        if not any(cells):
            continue
        if len(cells) < named:
            other = _other_separator("".join(cells)) if len(cells) == 1 else None
            raise DataError(
                f"line {number} has {len(cells)} cell{'s' * (len(cells) > 1)}, and the header "
                f"{len(header)}",
                where=path,
                mend=f"Separate the cells by commas, not by {other}"
                if other
                else "Put in the cell that is lost: one that is not known is empty, between commas",
            )
        cells += [""] * (len(header) - len(cells))
        yield number, dict(zip(header, cells, strict=False))


def read_lines(path: Path, *columns: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield what a table of a data folder says of each file: its name, its place, its row.

    The place reads "line 7".

    Raises:
        DataError: as ``read_rows``, or a row that names no file or one that was named before.
    """
    seen: dict[str, int] = {}
    for number, row in read_rows(path, ("filename", *columns)):
        name = row["filename"]
        if not name:
            raise DataError(f"line {number} names no file", where=path, mend="Fill it in")
        if name in seen:
            raise DataError(
                f"names {name} twice, in line {seen[name]} and in line {number}",
                where=path,
                mend="Keep one of the lines",
            )
        seen[name] = number
        yield name, f"line {number}", row


def require_lines(table: Sized, path: Path) -> None:
    """Raise DataError for a table without a line."""
    if not table:
        raise DataError(
            "has no lines below its header",
            where=path,
            mend="Add a line an image, or take the file away",
        )


def _require_columns(header: list[str], columns: tuple[str, ...], path: Path) -> None:
    twice = sorted({name for name in header if name and header.count(name) > 1})
    missing = [name for name in columns if name not in header]
    if missing:
        raise DataError(
            f"has no column {', '.join(missing)} (found: {', '.join(header) or 'nothing'})",
            where=path,
            mend=_header_remedy(header, missing),
        )
    if twice:
        raise DataError(
            f"has the column {twice[0]} twice", where=path, mend="Keep one of the columns"
        )


def _header_remedy(header: list[str], missing: list[str]) -> str:
    joined = "".join(header)
    other = _other_separator(joined)
    if len(header) < 2 and (other or any(name in joined for name in missing)):
        return f"Separate the cells by commas{f', not by {other}' if other else ''}"
    if any(_DATUM.fullmatch(cell) for cell in header):
        return "Put a line with the names of the columns above the first line"
    close = get_close_matches(missing[0], [name for name in header if name], n=1, cutoff=0.5)
    by_case = [name for name in header if name.casefold() == missing[0].casefold()]
    if by_case or close:
        return f"Call the column {(by_case or close)[0]} {missing[0]}"
    return "Mend the header line"


def _other_separator(text: str) -> str | None:
    """What else parts the cells of a line that has no comma outside its numbers."""
    words = {";": ";", "\t": "tabs", "|": "|"}
    return next((word for sign, word in words.items() if sign in text), None)


def as_number(cell: str) -> float | None:
    """A cell as a finite number; None for any other text, such as 0,2 or 1_000."""
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in cell else None


def _records(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The lines of a CSV file that are not blank, with their numbers; the first is its header."""
    text = _text(path)
    # Not by str.splitlines, which also parts lines inside quotes and at U+2028 or vertical tabs.
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True
    )
    first = 1
    try:
        for cells in reader:
            first = reader.line_num + 1
            if cells:
                yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise DataError(
            f"line {first} cannot be read ({error})",
            where=path,
            mend='Mend the line: a "quoted" cell needs both quotes, and a quote inside it stands '
            "twice",
        ) from None


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise DataError("no such file", where=path, mend="Check the path") from None
    except OSError as error:
        raise DataError(f"cannot be read ({error})", where=path) from None
    coding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(coding).lstrip("\ufeff")
    except UnicodeDecodeError as error:
        line = 1 + content.count(b"\n", 0, error.start)
        raise DataError(
            f"line {line} cannot be read as {coding.upper()} text ({error.reason})",
            where=path,
            mend=_AS_UTF8,
        ) from None
    if "\0" in text:
        line = 1 + text.count("\n", 0, text.index("\0"))
        raise DataError(
            f"line {line} holds a NUL byte, as UTF-16 without its mark does, or a damaged file",
            where=path,
            mend=_AS_UTF8,
        )
    return text
