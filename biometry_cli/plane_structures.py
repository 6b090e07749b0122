"""What is measured on a standard plane, by the name that a classifier gives the plane.

ISUOG's guidelines (biometry, 2019; mid-trimester scan, 2022) take HC and BPD on the transthalamic
or transventricular plane, so the transcerebellar one stands for no structure here.
"""

from collections.abc import Mapping

PLANE_STRUCTURES: dict[str, str] = {
    "trans-thalamic": "head",
    "trans-ventricular": "head",
    "head": "head",
    "brain": "head",
    "fetal head": "head",
    "fetal brain": "head",
    "abdomen": "abdomen",
    "fetal abdomen": "abdomen",
    "femur": "femur",
    "fetal femur": "femur",
}
"""The default; a plane that is not named, or stands for "", has nothing to measure."""


def plane_key(plane: str) -> str:
    """A name without its accidents: ``Trans-Thalamic`` and ``trans_thalamic`` are one plane."""
    return "".join(letter for letter in plane.casefold() if letter not in " -_")


def with_defaults(given: Mapping[str, str]) -> dict[str, str]:
    """The default with the given planes in place of, and beside, its own; the last one counts."""
    merged: dict[str, tuple[str, str]] = {}
    for plane, structure in [*PLANE_STRUCTURES.items(), *given.items()]:
        merged[plane_key(plane)] = (plane, structure)
    return dict(merged.values())


def parse_pairs(text: str) -> dict[str, str]:
    """``thorax=chest, brain=`` as a mapping. Raises ValueError where a part has no ``=``."""
    pairs = {}
    for part in text.split(","):
        plane, equals, structure = part.partition("=")
        if not equals or not plane.strip():
            raise ValueError("must be PLANE=STRUCTURE, with commas between several")
        pairs[plane.strip()] = structure.strip()
    return pairs
