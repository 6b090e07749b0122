"""A CSV that grows line by line and appears under its name when it is complete."""

import csv
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from biometry_cli.files import replacing
from biometry_cli.names import shown_lines

_FORMULA = tuple("=+-@\t＝＋－＠")


class GrowingCsv:
    """Base of the tables that ``predict`` writes; use it as a context.

    Args:
        path: the file.
        columns: its header line.

    Raises:
        UsageError: the file cannot be written.
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self._path, self._columns = path, columns
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            temporary = stack.enter_context(replacing(self._path))
            stream = stack.enter_context(temporary.open("w", encoding="utf-8", newline=""))
            self._writer = csv.writer(stream, lineterminator="\n")
            self.write(self._columns)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: Any) -> bool | None:
        return self._stack.__exit__(*error)

    def write(self, row: Sequence[str]) -> None:
        """Add one line."""
        self._writer.writerow(map(safe_cell, row))


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: other text than a number gets a ' before."""
    text = shown_lines(text)
    if not text.startswith(_FORMULA):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text


def csv_header(path: Path) -> list[str]:
    """The first line of a CSV file; empty where it is none. Raises OSError or UnicodeError."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        try:
            return next(csv.reader(stream), [])
        except csv.Error:
            return []
