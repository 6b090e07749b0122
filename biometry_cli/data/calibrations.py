"""Whether a ``spacing.csv`` fits the images that it lies beside: in a data folder, and in predict.

A table that serves no image leaves every measure in pixels, or a reference unused, and looks like
one that does.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from biometry_cli.data.landmarks import LANDMARKS_FILE
from biometry_cli.data.names import misfit, some
from biometry_cli.data.rows import as_number, read_header
from biometry_cli.data.tables import (
    LABELS_FILE,
    SPACING_FILE,
    Calibration,
    doubts_of,
    read_spacing,
    spacing_beside,
    spacing_tables,
    table_folders,
)
from biometry_cli.errors import DataError
from biometry_cli.measure.catalog import MEASURES, is_named

_MEANINGS = {
    SPACING_FILE: ("pixel sizes", ("spacing", "pixelsize", "pixelspacing", "calibration")),
    LABELS_FILE: ("labels", ("labels",)),
    LANDMARKS_FILE: ("landmarks", ("landmarks",)),
}
"""What each table holds, and what else it might be called, by letters alone."""
_ALIKE = 0.85


def misnamed_tables(folder: Path, names: Sequence[str] = tuple(_MEANINGS)) -> list[str]:
    """Files whose name nearly is that of a table that the folder lacks, a sentence each."""
    if not folder.is_dir():
        return []
    there = sorted(path.name for path in folder.iterdir() if path.is_file())
    told = []
    for name in names:
        meaning, words = _MEANINGS[name]
        if name in there:
            continue
        endings = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", "")
        for other in there:
            stem, _, ending = other.casefold().partition(".")
            fits = ending.split(".")[0] in [each[1:] for each in endings]
            if fits and get_close_matches(_letters(stem), words, n=1, cutoff=_ALIKE):
                told.append(
                    f"{folder / other}: is not read; a table of {meaning} is called {name}."
                )
    return told


def remarks_on_spacing(files: Iterable[Path]) -> list[str]:
    """Why the tables beside images to be predicted give some of them no pixel size.

    Raises:
        DataError: a ``spacing.csv`` that cannot be used.
    """
    by_folder: dict[Path, list[str]] = {}
    for file in files:
        if file.is_file():
            by_folder.setdefault(file.parent, []).append(file.name)
    remarks: list[str] = []
    for folder, names in by_folder.items():
        tables = spacing_tables(folder / names[0])
        lines = spacing_beside(folder / names[0])
        if not lines:
            for place in table_folders(folder / names[0]):
                remarks += misnamed_tables(place, (SPACING_FILE,))
            continue
        where = " and ".join(str(table) for table in tables)
        found = misfit(lines, names)
        # That an image has no line is told with its answer; that its line misses it is not.
        if len(found.images) == len(names) or found.near:
            many = f"{len(found.images)} of {len(names)} images"
            remarks.append(
                f"{where}: has no line for {many}, such as {found.images[0]}{found.hint()}."
            )
        elif not any(line.spacing_mm for line, _ in lines.values()):
            columns = ", ".join(read_header(tables[0]))
            remarks.append(f"{where}: gives no pixel size (its columns are {columns}).")
    return list(dict.fromkeys(remarks))


class Calibrations:
    """The lines of the ``spacing.csv`` of a split's folder and, nearer, of its images' folders."""

    def __init__(self, folder: Path, images: list[Path], problems: list[DataError]) -> None:
        self.notes: list[str] = []
        self.warnings: list[str] = []
        self._lines: dict[Path, dict[str, Calibration]] = {}
        places = dict.fromkeys([folder, *(image.parent for image in images)])
        for place in places:
            table = place / SPACING_FILE
            every = tuple(_MEANINGS) if place == folder else (SPACING_FILE,)
            self.warnings += misnamed_tables(place, every)
            if not table.is_file():
                continue
            served = [image for image in images if place in (folder, image.parent)]
            lines = _read(table, problems)
            self._lines[place] = lines
            if lines:
                self.warnings += doubts_of(lines, table)
                self._compare(table, lines, served, problems)
                self.notes += _unknown_references(folder, table, lines)
        self._folder = folder

    def of(self, image: Path) -> Calibration:
        """The line of an image; an empty one where none is there."""
        near = self._lines.get(image.parent, {}).get(image.name)
        return near or self._lines.get(self._folder, {}).get(image.name, Calibration())

    def _compare(
        self,
        table: Path,
        lines: Mapping[str, Calibration],
        images: list[Path],
        problems: list[DataError],
    ) -> None:
        """Say which lines name no image; a table that fits none cannot be meant so."""
        found = misfit(lines, [image.name for image in images])
        if not (found.lines and images):
            return
        told = f"names {some(found.lines)}, which {images[0].parent.name}/ does not hold"
        if len(found.lines) == len(lines):
            problems.append(
                DataError(
                    f"{told}, and none of its {len(images)} images{found.hint()}",
                    where=table,
                    mend="Name each image as its file is named",
                )
            )
        elif found.images:
            lacking = f"{len(found.images)} images have no line, such as {found.images[0]}"
            self.warnings.append(f"{table}: {told}, and {lacking}{found.hint()}.")
        else:
            self.notes.append(f"{table}: {told}")


def _unknown_references(folder: Path, path: Path, spacing: Mapping[str, Calibration]) -> list[str]:
    """Reference measures that no known structure has and no caliper of the folder's landmarks.

    They are kept, since a model may know a structure of its own; a misspelt one shows here.
    """
    table = folder / LANDMARKS_FILE
    try:
        columns = read_header(table) if table.is_file() else []
    except DataError:
        columns = []  # told with the landmarks
    calipers = {name.removesuffix("_1_x").upper() for name in columns if name.endswith("_1_x")}
    references = {name for each in spacing.values() for name in each.reference_mm}
    notes = []
    for name in sorted(name for name in references - calipers if not is_named(name)):
        close = get_close_matches(name, [*MEASURES, *calipers], n=1)
        meant = f" (or is {close[0].lower()}_mm meant?)" if close else ""
        notes.append(
            f"{path}: {name.lower()}_mm counts only for a model that measures {name}{meant}"
        )
    for column in next(iter(spacing.values())).other:
        known = _measure_meant(column, (*MEASURES, *calipers))
        if known and any(as_number(each.other[column]) is not None for each in spacing.values()):
            notes.append(
                f"{path}: {column} is kept as text; a reference measure in mm is called "
                f"{known.lower()}_mm"
            )
    return notes


def _measure_meant(column: str, measures: tuple[str, ...]) -> str | None:
    """The measure that a column without ``_mm`` seems to hold: ``hc``, ``HC (mm)``, ``hc_cm``."""
    plain = _letters(column)
    words = {plain, *(plain.removesuffix(unit) for unit in ("mm", "cm"))}
    named = {_letters(each.term): name for name, each in MEASURES.items()}
    named |= {_letters(name): name for name in measures}
    return next((named[word] for word in words if word in named), None)


def _read(table: Path, problems: list[DataError]) -> dict[str, Calibration]:
    try:
        return read_spacing(table)
    except DataError as error:
        problems.append(error)
        return {}


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.casefold())
