"""The lines of FU_Biometry's CSVs: which image, which task, and its points under our names."""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from biometry_cli.data.importers.finding import ImageIndex
from biometry_cli.data.importers.plan import Point
from biometry_cli.data.importers.points import (
    CALIPERS,
    LeaveOut,
    image_size,
    is_empty,
    read_number,
    require_inside,
)
from biometry_cli.data.tables import read_rows
from biometry_cli.errors import DataError

_KNOWN_POINTS = {
    "hc": ("bpd_1", "bpd_2", "ofd_1", "ofd_2"),
    "fetal_femur": ("fl_1", "fl_2"),
} | {caliper: (f"{caliper}_1", f"{caliper}_2") for caliper in CALIPERS}
_NUMBERED = re.compile(r"point_(\d+)_xy")


@dataclass(frozen=True)
class Row:
    """One line: ``place`` names the CSV and the line, ``task`` is in small letters."""

    image: Path
    place: str
    task: str
    points: Mapping[str, Point | None]


def read_table(
    table: Path, header: Sequence[str], index: ImageIndex, left: dict[str, str]
) -> Iterator[Row]:
    """The lines of one CSV whose images can be used; ``left`` gains the others with the reason.

    Raises:
        DataError: the points are numbered with a gap.
    """
    columns = _point_columns(table, header)
    path_column = "image_path" if "image_path" in header else "file_path"
    for number, cells in read_rows(table, (path_column, *columns)):
        place = f"{table.relative_to(index.root).as_posix()}, line {number}"
        name = cells[path_column]
        try:
            if not name:
                raise LeaveOut("names no image")
            task = _task(cells)
            image = index.find(name, table=table, hints=f"{task} {cells.get('task_id', '')}")
            size = image_size(image)
            _require_size(cells, size)
            points = {
                column.removesuffix("_xy"): _point(cells[column], f"{place}, {column}")
                for column in columns
            }
            require_inside(points, size, f"{place}, ")
            yield Row(image, place, task, _named(points, task, cells.get("num_classes", "")))
        except LeaveOut as reason:
            left[f"{name} ({place})" if name else place] = str(reason)


def _point_columns(table: Path, header: Sequence[str]) -> list[str]:
    """``point_1_xy``, ``point_2_xy``, ... or, without any, all that end in ``_xy``, in order."""
    numbers = {int(found.group(1)) for name in header if (found := _NUMBERED.fullmatch(name))}
    if not numbers:
        return [name for name in header if name.endswith("_xy")]
    missing = sorted(set(range(1, max(numbers) + 1)) - numbers)
    if missing:
        raise DataError(
            f"has no column point_{missing[0]}_xy", where=table, mend="Mend the header line"
        )
    return [f"point_{number}_xy" for number in sorted(numbers)]


def _task(cells: Mapping[str, str]) -> str:
    """The task's name, made safe for a column: ``task_id`` unless that is a mere number."""
    for column in ("task_id", "task_name"):
        safe = re.sub(r"[^a-z0-9]+", "_", cells.get(column, "").casefold()).strip("_")
        if re.search(r"[a-z]", safe):
            return safe
    raise LeaveOut("names no task")


def _require_size(cells: Mapping[str, str], size: tuple[int, int]) -> None:
    """Refuse points of an image of another size, where the table tells."""
    for column, length_px in zip(("width", "height"), size, strict=True):
        cell = cells.get(column, "")
        if not is_empty(cell) and read_number(cell, column) != length_px:
            raise LeaveOut(f"its {column} is {length_px} pixels, but the table says {cell}")


def _point(cell: str, place: str) -> Point | None:
    if is_empty(cell):
        return None
    try:
        values = json.loads(cell)
    except json.JSONDecodeError:
        values = None
    if not isinstance(values, list) or len(values) not in (0, 2):
        raise LeaveOut(f"{place} is {cell!r}, not a pair [x, y]")
    unknown = [value is None or value != value for value in values]
    if all(unknown):
        return None
    if any(unknown):
        raise LeaveOut(f"{place} is {cell!r}, half a point")
    x_px, y_px = values
    for value in (x_px, y_px):
        if isinstance(value, bool) or not isinstance(value, int | float) or math.isinf(value):
            raise LeaveOut(f"{place} is {cell!r}, not a pair of numbers")
    return float(x_px), float(y_px)


def _named(
    points: Mapping[str, Point | None], task: str, count_cell: str
) -> dict[str, Point | None]:
    """The points of this line's task under our names, columns of longer tasks left off."""
    count = len(points) if is_empty(count_cell) else int(read_number(count_cell, "num_classes"))
    values = list(points.values())
    if count > len(values) or any(value is not None for value in values[max(count, 0) :]):
        raise LeaveOut(f"num_classes is {count_cell}, which its points do not fit")
    names = _KNOWN_POINTS.get(task, ())
    if len(names) != count:
        stem = f"{task}_point" if task in CALIPERS else task
        names = tuple(f"{stem}_{number}" for number in range(1, count + 1))
    return dict(zip(names, values[:count], strict=True))
