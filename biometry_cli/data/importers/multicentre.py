"""Multicentre-Fetal-Biometry: caliper points of heads, abdomens and femurs from three centres.

Described in github.com/surgical-vision/Multicentre-Fetal-Biometry (data/README-general.md); the
images are at doi.org/10.5522/04/30819911. Shipped as

    annotations/{FP,HC18,UCL,MULTICENTRE}/{Head,Abdomen,Femur}[_Train|_Test].csv
    images/{FP,HC18,UCL,MULTICENTRE}/{Head,Abdomen,Femur}/

or with the centre's folder above ``annotations/`` and ``data/``. MULTICENTRE repeats the other
three, and each CSV without a suffix repeats its two parts, so an image listed twice in the same
words is one image.

The points are pixels of the shipped image, pixel centres at whole numbers. ``px_to_mm_rate`` is
millimetres per pixel: for HC18's images it equals that challenge's own pixel size.
"""

import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

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
    read_pixel_size,
    read_point,
    require_inside,
)
from biometry_cli.data.importers.subjects import (
    split_named,
    subject_in_name,
    subject_named,
    unknown_subjects,
)
from biometry_cli.data.rows import read_rows
from biometry_cli.data.tables import Calibration
from biometry_cli.errors import DataError

_CENTRES = ("fp", "hc18", "ucl")
# Where the centres lie in one folder, the name tells: UCL's heads were renamed to .jpg so that
# none is called like one of HC18's.
_CENTRE_OF_NAME = {
    "fp": re.compile(r"Patient\d+_Plane.*"),
    "hc18": re.compile(r"\d+_\d*HC\.png"),
    "ucl": re.compile(r"\d+_\d*(HC|AC|FL)\..*"),
}
# Two CSVs give the same rate with 9 and with 16 digits.
_SAME_RATE = 1e-6


@dataclass(frozen=True)
class _Row:
    """What one line says of an image; ``None`` or "" is unknown.

    ``place`` names the CSV and the line; ``rate_mm`` is millimetres per pixel; ``subject`` is as
    the line has it; ``split`` and ``centre`` are one of ours.
    """

    image: Path
    place: str
    points: Mapping[str, Point | None]
    rate_mm: float | None
    subject: str
    split: str | None
    algo: str
    centre: str


def read(source: Path) -> Plan:
    """Read the landmark CSVs below a folder.

    Raises:
        DataError: no such folder, no landmark CSV in it, one with half of a caliper's columns, or
            two lines that contradict each other.
    """
    tables, other_tables = _landmark_tables(source)
    index = ImageIndex(source)
    rows: dict[str, _Row] = {}
    left: dict[str, str] = {}
    repeats = 0
    for table, calipers in tables.items():
        for row in _read_table(table, calipers, index, left):
            known = rows.get(row.image.name)
            repeats += known is not None
            rows[row.image.name] = row if known is None else _merge(known, row)
    kept = {name: row for name, row in rows.items() if name not in left}
    used = [caliper for caliper in CALIPERS if any(caliper in each for each in tables.values())]
    items, notes = _items(kept, used, left)
    if repeats:
        notes.append(f"{repeats} lines repeat what another line says of the same image")
    return Plan(
        items=tuple(items),
        declaration=Declaration(task="landmarks"),
        left=(*other_tables, *(Left(name, reason) for name, reason in left.items())),
        notes=tuple(notes),
    )


def recognise(source: Path) -> Evidence | None:
    """Whether a table names images and the points of calipers, each coordinate in a column."""
    for table in glance(source, ".csv"):
        header = header_of(table)
        calipers = _calipers_in(header)
        if "image_name" in header and calipers:
            return Evidence(f"{table.name} with image_name and the points of {', '.join(calipers)}")
    return None


def _calipers_in(header: Collection[str]) -> tuple[str, ...]:
    return tuple(c for c in CALIPERS if any(name.startswith(f"{c}_") for name in header))


def _landmark_tables(source: Path) -> tuple[dict[Path, tuple[str, ...]], list[Left]]:
    """The CSVs that hold caliper points, with their calipers, and the other CSVs."""
    headers, left = tables_below(source)
    tables = {}
    for path, header in headers.items():
        calipers = _calipers_in(header)
        if "image_name" in header and calipers:
            tables[path] = calipers
        else:
            left.append(Left(path.relative_to(source).as_posix(), "is no table of caliper points"))
    if not tables:
        raise DataError(
            "holds no CSV with image_name and the points of a caliper "
            "(ofd_1_x, ofd_1_y, ofd_2_x, ofd_2_y; or bpd, tad, apad or fl)",
            where=source,
            mend="Name the folder of Multicentre-Fetal-Biometry with its annotations and images",
        )
    return tables, left


def _items(
    rows: Mapping[str, _Row], calipers: list[str], left: dict[str, str]
) -> tuple[list[Item], list[str]]:
    every = [f"{caliper}_{end}" for caliper in calipers for end in (1, 2)]
    centres = {row.centre for row in rows.values() if _by_name(row).isdecimal()}
    stems: set[str] = set()
    used: list[_Row] = []
    items: list[Item] = []
    lone = 0
    for name, row in rows.items():
        points, dropped = complete_pairs({point: row.points.get(point) for point in every})
        lone += dropped
        if not any(points.values()):
            left[name] = "has no caliper with both ends"
            continue
        item = Item(
            name=unique_name(row.image, stems, row.centre or "other"),
            subject=_subject(row, apart=len(centres) > 1),
            image=row.image,
            split=row.split,
            points=points,
            calibration=Calibration(
                spacing_mm=None if row.rate_mm is None else (row.rate_mm, row.rate_mm),
                other={"centre": row.centre, "algo": row.algo},
            ),
        )
        used.append(row)
        items.append(item)
    return items, _notes(used, lone)


def _subject(row: _Row, *, apart: bool) -> str:
    """``apart``: two centres number their subjects, so one number may be two fetuses."""
    if row.subject:
        return subject_named(row.image.stem, row.subject)
    name = _by_name(row)
    return f"{row.centre}-{name}" if apart and name.isdecimal() else name or row.image.stem


def _by_name(row: _Row) -> str:
    return "" if row.subject else subject_in_name(row.image.stem)


def _notes(rows: Sequence[_Row], lone: int) -> list[str]:
    notes = []
    unnamed = sum(not row.subject for row in rows)
    named = sum(bool(_by_name(row)) for row in rows)
    if named:
        notes.append(f"subject: as the image is called, for {named} images without SubjectID")
    if named < unnamed:
        alone = unnamed - named
        notes += unknown_subjects(alone)
    notes += lone_ends(lone)
    unsized = sum(row.rate_mm is None for row in rows)
    if unsized:
        notes.append(f"pixel size: unknown for {unsized} of {len(rows)} images")
    return notes


def _read_table(
    table: Path, calipers: tuple[str, ...], index: ImageIndex, left: dict[str, str]
) -> Iterator[_Row]:
    """The lines of one CSV whose images can be used; ``left`` gains the others with the reason.

    Raises:
        DataError: a column of one of the ``calipers`` is missing.
    """
    names = [f"{caliper}_{end}" for caliper in calipers for end in (1, 2)]
    columns = ("image_name", *(f"{name}_{axis}" for name in names for axis in "xy"))
    for number, cells in read_rows(table, columns):
        place = f"{table.relative_to(index.root).as_posix()}, line {number}"
        if not cells["image_name"]:
            left[place] = "names no image"
            continue
        try:
            image = index.find(cells["image_name"], table=table)
            points = {point: read_point(cells, point, place) for point in names}
            require_inside(points, image_size(image), f"{place}, ")
            yield _Row(
                image=image,
                place=place,
                points=points,
                rate_mm=read_pixel_size(cells.get("px_to_mm_rate", ""), f"{place}, px_to_mm_rate"),
                subject=_listed_subject(cells),
                split=split_named(cells.get("Split", "")),
                algo=cells.get("Algo", ""),
                centre=_centre(table, image, index.root),
            )
        except LeaveOut as reason:
            name = PurePosixPath(cells["image_name"].replace("\\", "/")).name
            left.setdefault(name, str(reason))


def _merge(one: _Row, other: _Row) -> _Row:
    """One row of two about the same image. Raises DataError where they contradict each other."""
    shared = one.points.keys() & other.points.keys()
    rates = [rate for rate in (one.rate_mm, other.rate_mm) if rate is not None]
    agree = (
        all(one.points[point] == other.points[point] for point in shared)
        and (len(rates) < 2 or math.isclose(*rates, rel_tol=_SAME_RATE))
        and (not one.subject or not other.subject or one.subject == other.subject)
        and (not one.split or not other.split or one.split == other.split)
    )
    if not agree:
        raise DataError(
            f"{one.place} and {other.place} contradict each other about {one.image.name}",
            mend="Mend or remove one of the lines, or import the centres one by one",
        )
    return _Row(
        image=one.image,
        place=one.place,
        points={**one.points, **other.points},
        rate_mm=rates[0] if rates else None,
        subject=one.subject or other.subject,
        split=one.split or other.split,
        algo=one.algo or other.algo,
        centre=one.centre or other.centre,
    )


def _listed_subject(cells: Mapping[str, str]) -> str:
    """``SubjectID``, else ``Patient``; 683.0, as some of the CSVs write it, is 683."""
    for column in ("SubjectID", "Patient"):
        if not is_empty(cells.get(column, "")):
            return cells[column].removesuffix(".0")
    return ""


def _centre(table: Path, image: Path, root: Path) -> str:
    places = [path.relative_to(root) for path in (table, image) if path.is_relative_to(root)]
    folders = [part.casefold() for place in places for part in place.parts[:-1]]
    for centre in _CENTRES:
        if centre in (*folders, root.name.casefold()):
            return centre
    found = (key for key, name in _CENTRE_OF_NAME.items() if name.fullmatch(image.name))
    return next(found, "")
