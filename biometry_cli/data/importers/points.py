"""The tables and points of a public data set: read, checked against their image, pair by pair."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from biometry_cli.data.images import displayed_size
from biometry_cli.data.importers.plan import Point
from biometry_cli.data.rows import as_number, read_header, read_rows
from biometry_cli.data.tables import reference_reason
from biometry_cli.errors import DataError
from biometry_cli.measure.catalog import calipers
from biometry_cli.settings import PIXEL_SIZE_LIMITS, is_pixel_size

# A caliper measures between its points _1 and _2.
CALIPERS = calipers()

_NOTHING = frozenset({"", "nan", "none", "null"})


class LeaveOut(Exception):
    """Why one image of a source is not taken; its text is the reason to print."""


def is_empty(cell: str) -> bool:
    """Whether a table says by this cell that it knows nothing."""
    return cell.strip().casefold() in _NOTHING


def read_number(cell: str, place: str) -> float:
    """A finite number. Raises LeaveOut, naming ``place``, for anything else."""
    value = as_number(cell)
    if value is None:
        raise LeaveOut(f"{place} is {cell!r}, not a number")
    return value


def read_length(cell: str, place: str) -> float | None:
    """A number above 0, or None for an empty cell. Raises LeaveOut for anything else."""
    if is_empty(cell):
        return None
    value = read_number(cell, place)
    if value <= 0:
        raise LeaveOut(f"{place} is {cell}, not above 0")
    return value


def read_pixel_size(cell: str, place: str) -> float | None:
    """Millimetres a pixel, or None for an empty cell. Raises LeaveOut beyond all limits."""
    value = read_length(cell, place)
    if value is not None and not is_pixel_size(value):
        raise LeaveOut(f"{place} is {cell}, and must be {PIXEL_SIZE_LIMITS}")
    return value


def read_reference(cell: str, measure: str, place: str) -> float | None:
    """A measure in mm, or None for an empty cell. Raises LeaveOut for what no fetus has."""
    value = read_length(cell, place)
    reason = None if value is None else reference_reason(measure, value)
    if reason is not None:
        raise LeaveOut(f"{place}: {reason}")
    return value


def read_point(row: Mapping[str, str], name: str, place: str) -> Point | None:
    """The point in the columns ``NAME_x`` and ``NAME_y``, or None where both are empty.

    Raises:
        LeaveOut: text in a cell, or half a point.
    """
    cells = {axis: row[f"{name}_{axis}"] for axis in "xy"}
    empty = [axis for axis, cell in cells.items() if is_empty(cell)]
    if len(empty) == 2:
        return None
    if empty:
        raise LeaveOut(f"{place}, {name}_{empty[0]} is empty beside half a point")
    x_px, y_px = (read_number(cell, f"{place}, {name}_{axis}") for axis, cell in cells.items())
    return x_px, y_px


def complete_pairs(points: Mapping[str, Point | None]) -> tuple[dict[str, Point | None], int]:
    """Drop the lone end of a caliper: it measures nothing.

    Returns:
        The points, and how many calipers lost an end so.
    """
    kept = dict(points)
    lone = 0
    for caliper in CALIPERS:
        ends = (f"{caliper}_1", f"{caliper}_2")
        if sum(points.get(end) is not None for end in ends) == 1:
            lone += 1
            kept |= {end: None for end in ends if end in points}
    return kept, lone


def lone_ends(count: int) -> list[str]:
    """The note on what ``complete_pairs`` dropped; none for 0."""
    return [f"{count} calipers with one end alone were taken out"] if count else []


def image_size(path: Path) -> tuple[int, int]:
    """Width and height in pixels as shown, from the file's header. Raises LeaveOut without one."""
    try:
        with Image.open(path) as image:
            return displayed_size(image)
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, ValueError) as error:
        raise LeaveOut(f"cannot be opened as an image ({error})") from None


def require_inside(points: Mapping[str, Point | None], size: tuple[int, int], place: str) -> None:
    """Raise LeaveOut for a point beyond the image's border.

    Pixel centres lie at whole numbers, so the border runs half a pixel outside the outermost
    centres: from -0.5 to width - 0.5.
    """
    for name, point in points.items():
        if point is None:
            continue
        for axis, value_px, length_px in zip("xy", point, size, strict=True):
            if not -0.5 <= value_px <= length_px - 0.5:
                raise LeaveOut(
                    f"{place}{name}_{axis} is {value_px:g}, outside the image of "
                    f"{size[0]} x {size[1]} pixels"
                )


def read_table(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """Read a table whose header may vary in case and white space.

    Yields each row: its place ("line 7"), and its cells by the given names of the columns.

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
