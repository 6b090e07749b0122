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

import math
from collections.abc import Mapping
from pathlib import Path

from biometry_cli.data.declaration import Declaration
from biometry_cli.data.importers.finding import ImageIndex, tables_below, unique_name
from biometry_cli.data.importers.fu_biometry_rows import Row, read_table
from biometry_cli.data.importers.plan import Item, Left, Plan, Point
from biometry_cli.data.importers.points import complete_pairs
from biometry_cli.data.importers.subjects import subject_in_name
from biometry_cli.errors import DataError


def read(source: Path) -> Plan:
    """Read the landmark CSVs below a folder.

    Raises:
        DataError: no such folder, no landmark CSV in it, a point's column is missing, or two lines
            put one point of an image at two places.
    """
    tables, other_tables = _point_tables(source)
    index = ImageIndex(source)
    rows: dict[Path, list[Row]] = {}
    left: dict[str, str] = {}
    for table, header in tables.items():
        for row in read_table(table, header, index, left):
            rows.setdefault(row.image, []).append(row)
    items, notes = _items(rows, left)
    return Plan(
        items=tuple(items),
        declaration=Declaration(task="landmarks"),
        left=(*other_tables, *(Left(name, reason) for name, reason in left.items())),
        notes=tuple(notes),
    )


def _point_tables(source: Path) -> tuple[dict[Path, list[str]], list[Left]]:
    """The CSVs that hold points, with their column names, and the other CSVs."""
    headers, left = tables_below(source)
    tables = {}
    for path, header in headers.items():
        newer = path.with_stem(f"{path.stem}_new")
        if not {"image_path", "file_path"} & set(header) or not {"task_id", "task_name"} & set(
            header
        ):
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


def _items(rows: Mapping[Path, list[Row]], left: dict[str, str]) -> tuple[list[Item], list[str]]:
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
    if unnamed:
        notes.append(f"subject: unknown for {unnamed} images, each counted as one of its own")
    if swapped:
        notes.append(f"BPD is longer than OFD in {swapped} images: check the order of HC's points")
    if lone:
        notes.append(f"{lone} calipers with one end alone were taken out")
    return items, notes


def _joined(rows: list[Row]) -> dict[str, Point | None]:
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
