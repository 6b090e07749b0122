"""Whom the images of a public data set show, and file names that tell it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from biometry_cli.data.declaration import Declaration
from biometry_cli.data.importers.plan import Item

_SPLITS = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
    "testing": "test",
}
# 055_HC.png and 055_2HC.png show one fetus: so HC18 and UCL name their images, and Barcelona's
# FETAL_PLANES_DB Patient00683_Plane3_1_of_2.png.
_SUBJECT = re.compile(r"(\d+)_\d*(?:HC|AC|FL)|(Patient\d+)_Plane.*")
_LETTERS_THEN_NUMBER = re.compile(r"[A-Za-z]*(\d+)")
# Rules for dataset.toml in the order in which they are tried; the first that names every item's
# subject is taken.
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


def split_named(word: str) -> str | None:
    """Our name of a split that a source calls ``word``, or None for another word."""
    return _SPLITS.get(word.strip().casefold())


def subject_named(stem: str, number: str) -> str:
    """A subject as the image's name spells it, where that is plain: "Patient00683" for 683.

    So the files can keep their names, for the stem before its first ``_`` names the subject.
    """
    field = stem.split("_", 1)[0]
    spelled = _LETTERS_THEN_NUMBER.fullmatch(field)
    if spelled and number.isdecimal() and int(spelled.group(1)) == int(number):
        return field
    return number


def subject_in_name(stem: str) -> str:
    """The subject in names such as 055_2HC and Patient00683_Plane3_1_of_2; "" in others."""
    found = _SUBJECT.fullmatch(stem)
    return found.group(1) or found.group(2) if found else ""


def unknown_subjects(images: int) -> list[str]:
    """The note on images of which nobody says whom they show; none for 0."""
    told = f"subject: unknown for {images} images, each counted as one of its own"
    return [told] if images else []


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
