"""What the user names on the command line -> image files, their names, their exams."""

import glob
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from biometry_cli.data.samples import list_images
from biometry_cli.errors import DataError, UsageError

STANDARD_INPUT = "-"


def expand_inputs(names: Iterable[str]) -> list[Path]:
    """Files as they are, folders as the images inside, patterns expanded, ``-`` read as a list.

    A named file that is missing stays in the list, so that it is reported in its place.

    Raises:
        UsageError: nothing named at all.
        DataError: a folder or pattern without images.
    """
    files: list[Path] = []
    for name in names:
        if name == STANDARD_INPUT:
            lines = (line.strip() for line in sys.stdin)
            files += expand_inputs(line for line in lines if line and line != STANDARD_INPUT)
            continue
        path = Path(name)
        if path.is_dir():
            inside = list_images(path)
            if not inside:
                raise DataError("holds no images", where=path, mend="Name a folder with images")
            files += inside
        elif not path.exists() and glob.has_magic(name):
            # Path.glob takes no absolute pattern.
            found = sorted(Path(each) for each in glob.glob(name, recursive=True))  # noqa: PTH207
            if not found:
                raise DataError("no file fits this pattern", where=name, mend="Check the pattern")
            files += [each for each in found if each.is_file()]
        else:
            files.append(path)
    if not files:
        raise UsageError("no image is named", mend="Call `biometry predict scan.png`")
    return files


def output_stems(files: Iterable[Path]) -> list[str]:
    """A name for each file's results: its stem, with the folder's in front where two are equal.

    Where that is not enough (``a.png`` and ``a.jpg`` in one folder), a number follows.
    """
    listed = list(files)
    counts = Counter(file.stem for file in listed)
    names: list[str] = []
    taken: set[str] = set()
    for file in listed:
        in_folder = f"{file.resolve().parent.name}_{file.stem}"
        name = in_folder if counts[file.stem] > 1 else file.stem
        unique, number = name, 2
        while unique in taken:
            unique, number = f"{name}_{number}", number + 1
        taken.add(unique)
        names.append(unique)
    return names


def group_files(files: Sequence[Path], pattern: str | None) -> dict[str, list[int]]:
    """Exam names and the places of their files, in order.

    Args:
        files: all images.
        pattern: regular expression searched in each file's stem; its first group, or the whole
            match where it has none, names the exam. None makes one exam of all files.

    Raises:
        UsageError: not a regular expression, or a file that it does not fit.
    """
    if pattern is None:
        return {_common_name(files): list(range(len(files)))}
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise UsageError(
            f"--group-by {pattern!r} is no regular expression ({error})",
            mend=r"Write one such as '^(\d+)_'",
        ) from None
    groups: dict[str, list[int]] = {}
    strangers = []
    for place, file in enumerate(files):
        match = compiled.search(file.stem)
        name = None if match is None else match[1] if compiled.groups else match[0]
        if not name:
            strangers.append(file.name)
            continue
        groups.setdefault(name, []).append(place)
    if strangers:
        raise UsageError(
            f"--group-by {pattern!r} finds nothing in {strangers[0]}"
            + (f" and {len(strangers) - 1} more" if len(strangers) > 1 else ""),
            mend="Change the expression, or name fewer images",
        )
    return groups


def _common_name(files: Sequence[Path]) -> str:
    """What the stems begin with (``0042_head``, ``0042_femur`` -> 0042), else their folder."""
    stems = [file.stem for file in files]
    shared = stems[0].partition("_")[0]
    if len(stems) > 1 and all(stem.partition("_")[0] == shared for stem in stems):
        return shared
    folders = {file.resolve().parent.name for file in files}
    return folders.pop() if len(folders) == 1 else "exam"
