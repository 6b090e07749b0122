"""Finding the tables of a public data set, and its images by the names that the tables give."""

import filecmp
import os
import re
from pathlib import Path, PurePosixPath

from biometry_cli.data.images import IMAGE_SUFFIXES
from biometry_cli.data.importers.plan import Left
from biometry_cli.data.importers.points import LeaveOut
from biometry_cli.data.rows import read_header
from biometry_cli.errors import DataError

# What a glance takes in: a home folder must not hold it up.
_DEEPEST = 3
_MOST_FILES = 20_000
_HEADER_BYTES = 4096


def glance(source: Path, suffix: str) -> list[Path]:
    """Files of one suffix in ``source`` and three folders down, sorted; or ``source`` itself.

    Hidden ones are passed over, and in a very large folder all beyond the first 20,000 files.
    """
    if source.is_file():
        return [source] if source.suffix.lower() == suffix else []
    seen = 0
    matching = []
    for place, folders, names in os.walk(source):
        folder = Path(place)
        deep = len(folder.relative_to(source).parts) >= _DEEPEST
        folders[:] = [] if deep else sorted(name for name in folders if not name.startswith("."))
        matching += [
            folder / name
            for name in names
            if name.lower().endswith(suffix) and not name.startswith(".")
        ]
        seen += len(names)
        if seen > _MOST_FILES:
            break
    return sorted(matching)


def header_of(table: Path) -> set[str]:
    """The names in a CSV file's first line, at a glance; empty where it cannot be read."""
    try:
        with table.open("rb") as content:
            start = content.read(_HEADER_BYTES).decode("utf-8-sig", "replace")
    except OSError:
        return set()
    return {name.strip().strip('"') for name in re.split("[;,]", start.partition("\n")[0])}


def files_below(folder: Path, pattern: str) -> list[Path]:
    """Files below ``folder``, sorted; hidden ones are passed over.

    Raises:
        DataError: no such folder.
    """
    if not folder.is_dir():
        raise DataError("no such folder", where=folder, mend="Name the data set's folder")
    return sorted(
        path for path in folder.rglob(pattern) if path.is_file() and not path.name.startswith(".")
    )


def tables_below(folder: Path) -> tuple[dict[Path, list[str]], list[Left]]:
    """The CSV files below ``folder`` with their column names, and those that cannot be read.

    Raises:
        DataError: no such folder.
    """
    headers, left = {}, []
    for path in files_below(folder, "*.csv"):
        try:
            headers[path] = read_header(path)
        except DataError as error:
            left.append(Left(path.relative_to(folder).as_posix(), error.what))
    return headers, left


class ImageIndex:
    """The image files below a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._by_name: dict[str, list[Path]] = {}
        for path in files_below(root, "*"):
            if path.suffix.lower() in IMAGE_SUFFIXES:
                self._by_name.setdefault(path.name, []).append(path)

    def find(self, name: str, *, table: Path, hints: str = "") -> Path:
        """The image that ``table`` calls ``name``: a file name, or a path with either slash.

        Looked for beside the table, then from the root, then by its name anywhere below the root.
        Of several, the one whose folders agree best with the name's, with the table's place and
        with ``hints`` is meant: the table ``annotations/FP/Head.csv`` means
        ``images/FP/Head/a.png`` rather than ``images/UCL/Head/a.png``.

        Raises:
            LeaveOut: no such file, or several different ones that agree equally well.
        """
        relative = PurePosixPath(name.replace("\\", "/"))
        for start in (table.parent, self.root):
            if (start / relative).is_file():
                return start / relative
        candidates = self._by_name.get(relative.name, [])
        if not candidates:
            raise LeaveOut("no such image")
        wanted = (relative.parts[:-1], set(_words(f"{self._below(table)} {hints}")))
        scores = {path: self._agreement(path, *wanted) for path in candidates}
        best = [path for path in candidates if scores[path] == max(scores.values())]
        if not all(filecmp.cmp(best[0], other, shallow=False) for other in best[1:]):
            first, second = (self._below(path).as_posix() for path in best[:2])
            raise LeaveOut(f"may be {first} or {second}, which differ")
        return best[0]

    def _agreement(self, path: Path, folders: tuple[str, ...], place: set[str]) -> tuple[int, int]:
        own = self._below(path).parent
        trailing = 0
        for one, other in zip(reversed(own.parts), reversed(folders), strict=False):
            if one.casefold() != other.casefold():
                break
            trailing += 1
        return trailing, len(place & set(_words(str(own))))

    def _below(self, path: Path) -> Path:
        return path.relative_to(self.root) if path.is_relative_to(self.root) else path


def unique_name(path: Path, taken_stems: set[str], prefix: str) -> str:
    """A file name whose stem is new: the image's own where it is free, else with a prefix.

    ``taken_stems`` grows by the stem that is given away.
    """
    name, number = path.name, 1
    while PurePosixPath(name).stem in taken_stems:
        name = f"{prefix}_{path.name}" if number == 1 else f"{prefix}_{number}_{path.name}"
        number += 1
    taken_stems.add(PurePosixPath(name).stem)
    return name


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.casefold())
