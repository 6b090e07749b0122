"""FETAL_PLANES_DB: scans by standard plane, of 1,792 patients (zenodo.org/records/3904280).

Shipped as ``FETAL_PLANES_DB_data.csv``, with ``;`` between its cells and a space after the last
column's name, beside ``Images/``, whose files carry the table's names with ``.png``. ``Train`` is 1
for the training and 0 for the test images of the publication (Burgos-Artizzu et al., Scientific
Reports 2020), whose patients are different ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from biometry_cli.data.declaration import Declaration
from biometry_cli.data.images import IMAGE_SUFFIXES
from biometry_cli.data.importers.finding import (
    ImageIndex,
    files_below,
    glance,
    header_of,
    unique_name,
)
from biometry_cli.data.importers.plan import Evidence, Item, Left, Plan
from biometry_cli.data.importers.points import LeaveOut, is_empty
from biometry_cli.data.importers.subjects import subject_named, unknown_subjects
from biometry_cli.data.phantom.planes import PLANES
from biometry_cli.data.rows import read_header, read_rows
from biometry_cli.data.tables import Calibration
from biometry_cli.errors import DataError

_COLUMNS = ("Image_name", "Patient_num", "Plane", "Brain_plane", "Operator", "US_Machine", "Train")
_TELLING = {"Image_name", "Plane"}
_CLASS_OF_PLANE = {
    "fetal abdomen": "abdomen",
    "fetal femur": "femur",
    "fetal thorax": "thorax",
    "maternal cervix": "cervix",
    "other": "other",
}
_CLASS_OF_BRAIN_PLANE = {
    "trans-thalamic": "trans-thalamic",
    "trans-ventricular": "trans-ventricular",
    "trans-cerebellum": "trans-cerebellar",
}
_SPLIT_OF_TRAIN = {"1": "train", "0": "test"}


def read(source: Path) -> Plan:
    """Read the table of planes below a folder.

    Raises:
        DataError: no such folder, not one table of planes in it, a column is missing, or an image
            is named twice.
    """
    table, delimiter = _table(source)
    index = ImageIndex(source)
    items: list[Item] = []
    left: list[Left] = []
    seen: set[str] = set()
    stems: set[str] = set()
    unnamed = 0
    for number, cells in read_rows(table, _COLUMNS, delimiter):
        name = cells["Image_name"]
        if name in seen:
            raise DataError(
                f"line {number} names {name} again", where=table, mend="Keep one of the lines"
            )
        seen.add(name)
        try:
            label = _label(cells)
            file_name = name if Path(name).suffix.lower() in IMAGE_SUFFIXES else f"{name}.png"
            image = index.find(file_name, table=table)
        except LeaveOut as reason:
            left.append(Left(name or f"line {number}", str(reason)))
            continue
        patient = cells["Patient_num"]
        unnamed += is_empty(patient)
        item = Item(
            name=unique_name(image, stems, "other"),
            subject=image.stem if is_empty(patient) else subject_named(image.stem, patient),
            image=image,
            split=_SPLIT_OF_TRAIN.get(cells["Train"]),
            label=label,
            calibration=Calibration(
                other={"machine": cells["US_Machine"], "operator": cells["Operator"]}
            ),
        )
        items.append(item)
    notes = unknown_subjects(unnamed)
    return Plan(
        items=_without_parted_split(items, notes),
        declaration=Declaration(task="classify", classes=PLANES),
        left=tuple(left),
        notes=tuple(notes),
    )


def recognise(source: Path) -> Evidence | None:
    """Whether a table names images and their planes."""
    for table in glance(source, ".csv"):
        if header_of(table) >= _TELLING:
            return Evidence(f"{table.name} with {', '.join(sorted(_TELLING))}")
    return None


def _table(source: Path) -> tuple[Path, str]:
    """The table of planes and what stands between its cells: ``;``, or ``,`` once saved anew."""
    found = [
        (path, delimiter)
        for path in files_below(source, "*.csv")
        for delimiter in ";,"
        if set(read_header(path, delimiter)) >= _TELLING
    ]
    if not found:
        raise DataError(
            f"holds no CSV with the columns {', '.join(_COLUMNS)}",
            where=source,
            mend="Name the folder that holds FETAL_PLANES_DB_data.csv and Images/",
        )
    if len(found) > 1:
        raise DataError(
            f"holds {len(found)} tables of planes: {', '.join(path.name for path, _ in found)}",
            where=source,
            mend="Keep one of them",
        )
    return found[0]


def _label(cells: Mapping[str, str]) -> str:
    plane, brain_plane = cells["Plane"], cells["Brain_plane"]
    both = f"Plane is {plane!r} and Brain_plane {brain_plane!r}"
    if plane.casefold() == "fetal brain":
        if brain_plane.casefold() == "other":
            raise LeaveOut("is a brain plane other than the three standard ones")
        if brain_plane.casefold() not in _CLASS_OF_BRAIN_PLANE:
            raise LeaveOut(f"{both}, which is no plane of a brain")
        return _CLASS_OF_BRAIN_PLANE[brain_plane.casefold()]
    if plane.casefold() not in _CLASS_OF_PLANE:
        raise LeaveOut(f"Plane is {plane!r}, which is none of the data set's planes")
    if brain_plane.casefold() not in ("not a brain", ""):
        raise LeaveOut(f"{both}, which contradict each other")
    return _CLASS_OF_PLANE[plane.casefold()]


def _without_parted_split(items: Sequence[Item], notes: list[str]) -> tuple[Item, ...]:
    """The items as they are, or without a split if it puts one patient on both sides."""
    sides: dict[str, set[str | None]] = {}
    for item in items:
        sides.setdefault(item.subject, set()).add(item.split)
    parted = [subject for subject, splits in sides.items() if len(splits) > 1]
    if not parted:
        return tuple(items)
    notes.append(
        f"splits: Train puts {len(parted)} patients on both sides (such as {parted[0]}), "
        "so it is not used"
    )
    return tuple(replace(item, split=None) for item in items)
