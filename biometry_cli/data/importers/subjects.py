"""Whom the images of a public data set show, and on which side of its split they lie."""

import re

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
