"""Which images belong to one exam."""

import re
from collections.abc import Sequence
from pathlib import Path

from biometry_cli.errors import UsageError


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
