"""Splits by subject: two images of one fetus never stand on both sides."""

import random
from collections.abc import Mapping, Sequence

from biometry_cli.errors import DataError

SPLITS = ("train", "val", "test")


def draw_splits(
    subjects: Sequence[str],
    shares: Mapping[str, float],
    seed: int,
    settled: Mapping[str, str] | None = None,
) -> dict[str, set[str]]:
    """Deal subjects out by ``shares`` (split -> share, adding up to 1).

    A subject's split follows from its name and the seed alone, so that a folder which grows or
    shrinks moves nobody. The shares are therefore kept on average, not to the subject. Only where
    a split would stay empty does it get the subject whose own draw for it is the lowest, and never
    one that is settled.

    Args:
        subjects: their names; one named twice counts once.
        shares: of each split; a split without a share gets nobody by the draw.
        seed: another one gives another draw.
        settled: splits of subjects that are known beforehand, such as those of a run.

    Raises:
        DataError: fewer subjects than splits.
    """
    wanted = [split for split, share in shares.items() if share > 0]
    different = sorted(set(subjects))
    if len(different) < len(wanted):
        raise DataError(
            f"{len(different)} subjects cannot be dealt out to {' and '.join(wanted)}",
            mend="Add images, or a `subject` expression to dataset.toml if the file names hide "
            "who is who (the subject is the name before its first '_')",
        )
    known = settled or {}
    dealt: dict[str, set[str]] = {split: set() for split in wanted}
    for subject in different:
        split = known.get(subject) or _drawn(subject, shares, seed)
        dealt.setdefault(split, set()).add(subject)
    for split in wanted:
        movable = {
            subject
            for others in dealt.values()
            for subject in others
            if len(others) > 1 and subject not in known
        }
        if not dealt[split] and movable:
            subject = min(sorted(movable), key=lambda each: place_of(each, f"{split}-{seed}"))
            for others in dealt.values():
                others.discard(subject)
            dealt[split].add(subject)
    return dealt


def place_of(subject: str, draw: str) -> float:
    """The subject's own number in a draw, 0 to 1, whoever else takes part."""
    return random.Random(f"{draw}-{subject}").random()


def _drawn(subject: str, shares: Mapping[str, float], seed: int) -> str:
    """The split in whose share the subject's own number from 0 to 1 falls."""
    place = place_of(subject, f"split-{seed}")
    reached, last = 0.0, ""
    for split, share in shares.items():
        if share > 0:
            reached, last = reached + share, split
            if place < reached:
                return split
    return last  # shares that add up to a little less than 1
