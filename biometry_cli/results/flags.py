"""Flags: what speaks against an image, a structure or a measure, each said once.

In memory a flag is a kind and a subject; published it is ``kind`` or ``SUBJECT:kind``, such as
``HC:touches_border``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import PurePath
from typing import NamedTuple

NO_SPACING = "no_spacing"
NO_STRUCTURE = "no_structure"
NO_USABLE_MEASURE = "no_usable_measure"
TOUCHES_BORDER = "touches_border"
TOUCHES_FIELD_OF_VIEW = "touches_field_of_view"
TWO_COMPONENTS = "two_components"
POOR_ELLIPSE_FIT = "poor_ellipse_fit"
CROOKED_CALIPERS = "crooked_calipers"
READINGS_DISAGREE = "readings_disagree"
UNSURE = "unsure"
UNLIKE_TRAINING = "unlike_training"
IMPLAUSIBLE_SIZE = "implausible_size"
IMPLAUSIBLE_RELATION = "implausible_relation"
NOT_MEASURED = "not_measured"
NOT_ON_THIS_PLANE = "not_on_this_plane"
OUT_OF_CHART_RANGE = "out_of_chart_range"
HARDLY_LEARNED = "hardly_learned"
UNFINISHED_TRAINING = "unfinished_training"


class Rank(IntEnum):
    """How loud a flag is."""

    NOTE = 1
    """Says what an answer is, or is not."""
    DOUBT = 2
    """The value may be wrong."""
    WARNING = 3
    """The value must not be trusted."""


@dataclass(frozen=True)
class FlagKind:
    """What a kind of flag says, how loudly, and whether intervals then promise nothing."""

    words: str
    rank: Rank
    voids_interval: bool = False


FLAGS: dict[str, FlagKind] = {
    NO_SPACING: FlagKind("no pixel size known: values in pixels", Rank.NOTE),
    NO_STRUCTURE: FlagKind("no structure found", Rank.NOTE),
    TOUCHES_BORDER: FlagKind("cut off by the image border", Rank.DOUBT),
    TOUCHES_FIELD_OF_VIEW: FlagKind("cut off by the edge of the field of view", Rank.DOUBT),
    NO_USABLE_MEASURE: FlagKind("no usable measure", Rank.NOTE),
    TWO_COMPONENTS: FlagKind("a second part was found and not measured", Rank.DOUBT),
    POOR_ELLIPSE_FIT: FlagKind("the outline is hardly an ellipse", Rank.DOUBT),
    UNSURE: FlagKind(
        "unsure of the class: its probability is below the model's threshold", Rank.DOUBT
    ),
    READINGS_DISAGREE: FlagKind(
        "masks and points disagree by more than their intervals", Rank.DOUBT
    ),
    CROOKED_CALIPERS: FlagKind("two diameters that are no axes of one ellipse", Rank.DOUBT),
    UNLIKE_TRAINING: FlagKind(
        "unlike the images that the model learned from", Rank.WARNING, voids_interval=True
    ),
    IMPLAUSIBLE_SIZE: FlagKind("outside the sizes that a fetus can have", Rank.WARNING),
    IMPLAUSIBLE_RELATION: FlagKind("measures that do not fit together in one fetus", Rank.WARNING),
    NOT_MEASURED: FlagKind("not measured", Rank.NOTE),
    NOT_ON_THIS_PLANE: FlagKind(
        "found, but it does not belong on this plane: not measured", Rank.NOTE
    ),
    OUT_OF_CHART_RANGE: FlagKind("outside the range of the growth chart", Rank.DOUBT),
    HARDLY_LEARNED: FlagKind("hardly learned by the model: its values are guesses", Rank.WARNING),
    UNFINISHED_TRAINING: FlagKind("the model’s training has not ended", Rank.WARNING),
}


class Flag(NamedTuple):
    """A flag of one kind; ``subject`` is a structure, a measure or a file, or "" for the image."""

    kind: str
    subject: str = ""

    def __str__(self) -> str:
        """As it is published: ``HC:touches_border``."""
        return f"{self.subject}:{self.kind}" if self.subject else self.kind


def parse_flag(text: str) -> Flag:
    """A published flag. The subject may hold colons of its own, as a file name can."""
    subject, _, kind = text.rpartition(":")
    return Flag(kind, subject)


def grade_unlike(score: float | None) -> str | None:
    """The flag that a score of unlikeness earns: above 1 ``unlike_training``, else None."""
    return UNLIKE_TRAINING if score is not None and score > 1 else None


def voids_interval(flags: Iterable[str]) -> bool:
    """Whether one of the published flags takes from every interval what it promises."""
    return any(
        FLAGS[kind].voids_interval
        for kind in (parse_flag(each).kind for each in flags)
        if kind in FLAGS
    )


def rank_of(flag: str) -> Rank:
    """How loud a published flag is; one of an unknown kind, as of a later version, is a doubt."""
    kind = FLAGS.get(parse_flag(flag).kind)
    return Rank.DOUBT if kind is None else kind.rank


def flag_text(flag: str) -> str:
    """A published flag in words: ``head: cut off by the image border``."""
    kind, subject = parse_flag(flag)
    words = FLAGS[kind].words if kind in FLAGS else kind.replace("_", " ")
    return f"{subject}: {words}" if subject else words


def flag_lines(flags: Iterable[str]) -> list[str]:
    """Published flags in words, a line each; what is flagged alike shares its line."""
    named: dict[str, list[str]] = {}
    for kind, subject in map(parse_flag, flags):
        named.setdefault(kind, []).append(PurePath(subject).name)
    return [
        ": ".join(part for part in (", ".join(subjects), flag_text(kind)) if part)
        for kind, subjects in named.items()
    ]
