"""What the user names on the command line -> a list of image files."""

import glob
import sys
from collections import Counter
from collections.abc import Iterable
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
