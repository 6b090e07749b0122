"""The lines of Multicentre-Fetal-Biometry's CSVs, and what two lines say of one image together."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from biometry_cli.data.importers.finding import ImageIndex
from biometry_cli.data.importers.plan import Point
from biometry_cli.data.importers.points import (
    LeaveOut,
    image_size,
    is_empty,
    read_number,
    read_point,
    require_inside,
)
from biometry_cli.data.importers.subjects import split_named
from biometry_cli.data.tables import read_rows
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
class Row:
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


def read_table(
    table: Path, calipers: tuple[str, ...], index: ImageIndex, left: dict[str, str]
) -> Iterator[Row]:
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
            yield Row(
                image=image,
                place=place,
                points=points,
                rate_mm=_rate(cells.get("px_to_mm_rate", ""), place),
                subject=_subject(cells),
                split=split_named(cells.get("Split", "")),
                algo=cells.get("Algo", ""),
                centre=_centre(table, image, index.root),
            )
        except LeaveOut as reason:
            name = PurePosixPath(cells["image_name"].replace("\\", "/")).name
            left.setdefault(name, str(reason))


def merge(one: Row, other: Row) -> Row:
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
    return Row(
        image=one.image,
        place=one.place,
        points={**one.points, **other.points},
        rate_mm=rates[0] if rates else None,
        subject=one.subject or other.subject,
        split=one.split or other.split,
        algo=one.algo or other.algo,
        centre=one.centre or other.centre,
    )


def _rate(cell: str, place: str) -> float | None:
    if is_empty(cell):
        return None
    rate_mm = read_number(cell, f"{place}, px_to_mm_rate")
    if rate_mm <= 0:
        raise LeaveOut(f"{place}, px_to_mm_rate is {cell}, not above 0")
    return rate_mm


def _subject(cells: Mapping[str, str]) -> str:
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
