"""What the user names on the command line -> image files, their names, their exams."""

import codecs
import glob
import os
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from biometry_cli.data.samples import list_images
from biometry_cli.errors import DataError, UsageError
from biometry_cli.marks import is_drawn
from biometry_cli.names import shown

STANDARD_INPUT = "-"
_BYTE_ORDERS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",  # which begins as that of UTF-16
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


def expand_inputs(names: Iterable[str]) -> list[Path]:
    """Files as they are, folders as the images inside, patterns expanded, ``-`` read as a list.

    A named file that is missing stays in the list, so that it is reported in its place.

    Raises:
        UsageError: nothing named at all, or standard input that cannot be read.
        DataError: a folder or pattern without images.
    """
    files: list[Path] = []
    for name in names:
        if name == STANDARD_INPUT:
            files += expand_inputs(name for name in _listed() if name != STANDARD_INPUT)
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


def _listed() -> list[str]:
    """The names on standard input, one a line or, as of ``find -print0``, before each NUL.

    A mark of byte order, UTF-16 and the line ends of any system are fine, and so are names that
    are not UTF-8.

    Raises:
        UsageError: closed, or not to be read as text.
    """
    try:
        if sys.stdin is None:
            raise UsageError("standard input is closed", mend="Send a list of names into it")
        content = sys.stdin.buffer.read()
        text = _decoded(content)
    except (OSError, UnicodeError) as error:
        raise UsageError(
            f"standard input cannot be read ({error})", mend="Send it names, one a line, as UTF-8"
        ) from None
    if "\0" in text:
        return [name for name in text.split("\0") if name]
    lines = text.replace("\r\n", "\n").split("\n")
    # Blanks around a name are nobody's intention, except where there is such a file.
    names = (line if os.path.lexists(line) else line.strip() for line in lines)
    return [name for name in names if name]


def _decoded(content: bytes) -> str:
    for mark, encoding in _BYTE_ORDERS.items():
        if content.startswith(mark):
            errors = "surrogateescape" if encoding == "utf-8" else "strict"
            return content.removeprefix(mark).decode(encoding, errors)
    # UTF-16 without its mark: most of its units have a NUL on one side, as no other list has.
    for encoding, side in (("utf-16-le", 1), ("utf-16-be", 0)):
        if 3 * content[side::2].count(0) > len(content) > 3 * content[1 - side :: 2].count(0):
            text = content.decode(encoding)
            if "." in text:  # the names of images have suffixes
                return text
    return content.decode("utf-8", "surrogateescape")


def without_drawn(files: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """The files that may be scans, and those that are pictures which ``predict`` or ``eval`` drew.

    Raises:
        DataError: all are drawn.
    """
    drawn = [file for file in files if is_drawn(file)]
    if len(drawn) == len(files):
        raise DataError(
            "is a picture that biometry drew, no scan", where=drawn[0], mend="Name the scan itself"
        )
    left_out = set(drawn)
    return [file for file in files if file not in left_out], drawn


def drawn_note(drawn: Sequence[Path]) -> str:
    """What is said of pictures that were passed over."""
    are = "picture that biometry drew is" if len(drawn) == 1 else "pictures that biometry drew are"
    return f"{len(drawn)} {are} passed over, such as {shown(drawn[0].name)}"


def output_stems(files: Iterable[Path]) -> list[str]:
    """A name for each file's results: its stem, with the folder's in front where two are equal.

    Where that is not enough (``a.png`` and ``a.jpg`` in one folder), a number follows. Names are
    equal that some file system takes for the same.
    """
    listed = list(files)
    counts = Counter(_sameness(file.stem) for file in listed)
    names: list[str] = []
    taken: set[str] = set()
    for file in listed:
        in_folder = f"{file.resolve().parent.name}_{file.stem}"
        name = in_folder if counts[_sameness(file.stem)] > 1 else file.stem
        unique, number = name, 2
        while _sameness(unique) in taken:
            unique, number = f"{name}_{number}", number + 1
        taken.add(_sameness(unique))
        names.append(unique)
    return names


def _sameness(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


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
