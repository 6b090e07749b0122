"""FU_Biometry: the landmark tables of the MICCAI 2026 challenge, one CSV a task.

Columns: ``image_path`` (``file_path`` in A4C's), ``task_name`` (always "Regression"), ``task_id``,
``num_classes`` (how many points), often ``height`` and ``width``, and the points as
``point_1_xy``, ``point_2_xy``, ... or, in the heart's tables, under names of their own that end in
``_xy``. A cell is "[x, y]" in pixels of the image; an empty one is a point that was not annotated.
The labelled images are all for training: there is no split.

The organisers describe the heart's points alone (lijiake2408/Foundation-Model-for-Ultrasound-
Biometry). Of the others, entrants report that in all images of

    HC           points 1-2 are the short, 3-4 the long axis of the head's ellipse
    FA           points 1-2 are exactly above each other, 3-4 exactly beside each other
    fetal_femur  points 1 and 2 are the ends of the femur

so HC's points become ``bpd_1``, ``bpd_2``, ``ofd_1``, ``ofd_2``, and the femur's ``fl_1`` and
``fl_2``. FA's pairs follow the picture rather than the fetus, so they are no TAD and APAD; they
and all others are called by task and number, such as ``fa_1``.
"""

import json
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from biometry_cli.data.declaration import Declaration
from biometry_cli.data.importers.finding import (
    ImageIndex,
    glance,
    header_of,
    tables_below,
    unique_name,
)
from biometry_cli.data.importers.plan import Evidence, Item, Left, Plan, Point
from biometry_cli.data.importers.points import (
    CALIPERS,
    LeaveOut,
    complete_pairs,
    image_size,
    is_empty,
    lone_ends,
    read_number,
    require_inside,
)
from biometry_cli.data.importers.subjects import subject_in_name, unknown_subjects
from biometry_cli.data.rows import read_rows
from biometry_cli.errors import DataError

_KNOWN_POINTS = {
    "hc": ("bpd_1", "bpd_2", "ofd_1", "ofd_2"),
    "fetal_femur": ("fl_1", "fl_2"),
} | {caliper: (f"{caliper}_1", f"{caliper}_2") for caliper in CALIPERS}
_NUMBERED = re.compile(r"point_(\d+)_xy")


@dataclass(frozen=True)
class _Row:
    """One line: ``place`` names the CSV and the line, ``task`` is in small letters."""

    image: Path
    place: str
    task: str
    points: Mapping[str, Point | None]


def read(source: Path) -> Plan:
    """Read the landmark CSVs below a folder.

    Raises:
        DataError: no such folder, no landmark CSV in it, a point's column is missing, or two lines
            put one point of an image at two places.
    """
    tables, other_tables = _point_tables(source)
    index = ImageIndex(source)
    rows: dict[Path, list[_Row]] = {}
    left: dict[str, str] = {}
    for table, header in tables.items():
        for row in _read_table(table, header, index, left):
            rows.setdefault(row.image, []).append(row)
    items, notes = _items(rows, left)
    return Plan(
        items=tuple(items),
        declaration=Declaration(task="landmarks"),
        left=(*other_tables, *(Left(name, reason) for name, reason in left.items())),
        notes=tuple(notes),
    )


def recognise(source: Path) -> Evidence | None:
    """Whether a table names images, tasks and points, each point in one cell."""
    for table in glance(source, ".csv"):
        header = header_of(table)
        points = [name for name in header if name.endswith("_xy")]
        if _names_images_and_tasks(header) and points:
            return Evidence(f"{table.name} with {len(points)} columns of points (point_1_xy)")
    return None


def _names_images_and_tasks(header: Collection[str]) -> bool:
    return any(name in header for name in ("image_path", "file_path")) and any(
        name in header for name in ("task_id", "task_name")
    )


def _point_tables(source: Path) -> tuple[dict[Path, list[str]], list[Left]]:
    """The CSVs that hold points, with their column names, and the other CSVs."""
    headers, left = tables_below(source)
    tables = {}
    for path, header in headers.items():
        newer = path.with_stem(f"{path.stem}_new")
        if not _names_images_and_tasks(header):
            reason = "is no table of points"
        elif not any(name.endswith("_xy") for name in header):
            reason = "holds no points"
        elif newer in headers:
            # The organisers replaced FA_train.csv, whose points 3 and 4 had changed places.
            reason = f"is replaced by {newer.name}"
        else:
            tables[path] = header
            continue
        left.append(Left(path.relative_to(source).as_posix(), reason))
    if not tables:
        raise DataError(
            "holds no CSV with the columns image_path, task_id and point_1_xy",
            where=source,
            mend="Name the folder with the challenge's CSV files and images",
        )
    return tables, left


def _items(rows: Mapping[Path, list[_Row]], left: dict[str, str]) -> tuple[list[Item], list[str]]:
    names_of: dict[str, dict[str, None]] = {}
    for row in (row for same in rows.values() for row in same):
        names_of.setdefault(row.task, {}).update(dict.fromkeys(row.points))
    every = dict.fromkeys(name for names in names_of.values() for name in names)
    stems: set[str] = set()
    items: list[Item] = []
    lone = unnamed = swapped = 0
    for image, same in rows.items():
        points, dropped = complete_pairs({**every, **_joined(same)})
        lone += dropped
        if not any(points.values()):
            left[f"{image.name} ({same[0].place})"] = "no point of it is annotated"
            continue
        subject = _subject(image.stem)
        unnamed += not subject
        swapped += _length(points, "bpd") > _length(points, "ofd") > 0
        items.append(
            Item(
                name=unique_name(image, stems, same[0].task),
                subject=subject or image.stem,
                image=image,
                points=points,
            )
        )
    notes = [f"points of {task}: {', '.join(names)}" for task, names in names_of.items()]
    notes += unknown_subjects(unnamed)
    if swapped:
        notes.append(f"BPD is longer than OFD in {swapped} images: check the order of HC's points")
    notes += lone_ends(lone)
    return items, notes


def _joined(rows: list[_Row]) -> dict[str, Point | None]:
    """The points of one image by all its lines. Raises DataError where two lines disagree."""
    points: dict[str, Point | None] = {}
    places: dict[str, str] = {}
    for row in rows:
        for name, point in row.points.items():
            if point is None:
                continue
            if points.setdefault(name, point) != point:
                raise DataError(
                    f"{places[name]} and {row.place} put {name} of {row.image.name} at two places",
                    mend="Mend or remove one of the lines",
                )
            places[name] = row.place
    return points


def _subject(stem: str) -> str:
    """The fetus, or the clip that a frame is from, where the name tells; else ""."""
    clip, frame, _ = stem.rpartition("_frame")
    return clip if frame else subject_in_name(stem)


def _length(points: Mapping[str, Point | None], caliper: str) -> float:
    """Between the ends of a caliper, in pixels; 0 where one is not known."""
    one, other = points.get(f"{caliper}_1"), points.get(f"{caliper}_2")
    return 0.0 if one is None or other is None else math.dist(one, other)


def _read_table(
    table: Path, header: Sequence[str], index: ImageIndex, left: dict[str, str]
) -> Iterator[_Row]:
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
            yield _Row(image, place, task, _named(points, task, cells.get("num_classes", "")))
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
