"""File names that tell their subject: the simplest rule for ``dataset.toml``, or new names."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from biometry_cli.data.declaration import Declaration
from biometry_cli.data.importers.plan import Item

# Tried in this order; the first that names every item's subject is taken.
_RULES = (
    None,  # the default: the stem before its first _
    r"^(.+)$",  # the whole stem
    r"^(.+)_[^_]+$",  # all but the last field
    r"^([^_]+_[^_]+)",  # the first two fields
    r"^[^_]*_([^_]+)",  # the second field
    r"^([^-]+)-",  # the stem before its first -
    r"^(\d+)",
    r"^([A-Za-z]+\d+)",
)


def name_subjects(items: Sequence[Item]) -> tuple[tuple[Item, ...], str | None, str | None]:
    """Make file names and a rule under which every file's stem gives its subject.

    Returns:
        The items, renamed to ``SUBJECT_NAME`` where no simple rule fits their names; the
        ``subject`` expression for ``dataset.toml``, None for the default rule; and a note where
        names have changed.
    """
    for rule in _RULES:
        declaration = Declaration(subject=rule)
        if all(declaration.subject_of(PurePath(each.name).stem) == each.subject for each in items):
            return tuple(items), rule, None
    safe = _safe_names(items)
    renamed = tuple(
        replace(each, name=f"{safe[each.subject]}_{each.name}", subject=safe[each.subject])
        for each in items
    )
    note = f"file names begin with their subject, such as {renamed[0].name}"
    return renamed, None, note


def _safe_names(items: Sequence[Item]) -> dict[str, str]:
    """A name of letters, digits and ``-`` for each subject, different ones for different ones."""
    safe: dict[str, str] = {}
    taken: set[str] = set()
    for subject in sorted({each.subject for each in items}):
        base = re.sub(r"[^A-Za-z0-9]+", "-", subject).strip("-") or "subject"
        name, count = base, 1
        while name in taken:
            count += 1
            name = f"{base}-{count}"
        taken.add(name)
        safe[subject] = name
    return safe
