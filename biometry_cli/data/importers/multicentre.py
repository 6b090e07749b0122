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

from collections.abc import Mapping, Sequence
from pathlib import Path

from biometry_cli.data.declaration import Declaration
from biometry_cli.data.importers.finding import ImageIndex, tables_below, unique_name
from biometry_cli.data.importers.multicentre_rows import Row, merge, read_table
from biometry_cli.data.importers.plan import Item, Left, Plan
from biometry_cli.data.importers.points import CALIPERS, complete_pairs
from biometry_cli.data.importers.subjects import subject_in_name, subject_named
from biometry_cli.data.tables import Calibration
from biometry_cli.errors import DataError


def read(source: Path) -> Plan:
    """Read the landmark CSVs below a folder.

    Raises:
        DataError: no such folder, no landmark CSV in it, one with half of a caliper's columns, or
            two lines that contradict each other.
    """
    tables, other_tables = _landmark_tables(source)
    index = ImageIndex(source)
    rows: dict[str, Row] = {}
    left: dict[str, str] = {}
    repeats = 0
    for table, calipers in tables.items():
        for row in read_table(table, calipers, index, left):
            known = rows.get(row.image.name)
            repeats += known is not None
            rows[row.image.name] = row if known is None else merge(known, row)
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


def _landmark_tables(source: Path) -> tuple[dict[Path, tuple[str, ...]], list[Left]]:
    """The CSVs that hold caliper points, with their calipers, and the other CSVs."""
    headers, left = tables_below(source)
    tables = {}
    for path, header in headers.items():
        calipers = tuple(c for c in CALIPERS if any(name.startswith(f"{c}_") for name in header))
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
    rows: Mapping[str, Row], calipers: list[str], left: dict[str, str]
) -> tuple[list[Item], list[str]]:
    every = [f"{caliper}_{end}" for caliper in calipers for end in (1, 2)]
    centres = {row.centre for row in rows.values() if _by_name(row).isdecimal()}
    stems: set[str] = set()
    used: list[Row] = []
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


def _subject(row: Row, *, apart: bool) -> str:
    """``apart``: two centres number their subjects, so one number may be two fetuses."""
    if row.subject:
        return subject_named(row.image.stem, row.subject)
    name = _by_name(row)
    return f"{row.centre}-{name}" if apart and name.isdecimal() else name or row.image.stem


def _by_name(row: Row) -> str:
    return "" if row.subject else subject_in_name(row.image.stem)


def _notes(rows: Sequence[Row], lone: int) -> list[str]:
    notes = []
    unnamed = sum(not row.subject for row in rows)
    named = sum(bool(_by_name(row)) for row in rows)
    if named:
        notes.append(f"subject: as the image is called, for {named} images without SubjectID")
    if named < unnamed:
        alone = unnamed - named
        notes.append(f"subject: unknown for {alone} images, each counted as one of its own")
    if lone:
        notes.append(f"{lone} calipers with one end alone were taken out")
    unsized = sum(row.rate_mm is None for row in rows)
    if unsized:
        notes.append(f"pixel size: unknown for {unsized} of {len(rows)} images")
    return notes
