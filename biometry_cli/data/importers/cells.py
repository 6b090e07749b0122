"""Reading other people's CSV tables, whose headers vary in case and white space."""

from collections.abc import Iterator
from pathlib import Path

from biometry_cli.data.tables import read_header, read_rows
from biometry_cli.errors import DataError


def read_table(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each row: its place ("line 7"), and its cells by the given names of the columns.

    Raises:
        DataError: unreadable, or one of ``columns`` is missing.
    """
    header = read_header(path)
    written = {_plain(name): name for name in header}
    missing = [name for name in columns if _plain(name) not in written]
    if missing:
        raise DataError(
            f"has no column {', '.join(missing)} (found: {', '.join(header) or 'nothing'})",
            where=path,
            mend="Take the table as it was published",
        )
    for number, row in read_rows(path, ()):
        yield f"line {number}", {name: row[written[_plain(name)]] for name in columns}


def _plain(header: str) -> str:
    return "".join(header.split()).lower()
