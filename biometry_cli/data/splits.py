"""Splits by subject: two images of one fetus never stand on both sides."""

import random
from collections.abc import Mapping, Sequence

from biometry_cli.errors import DataError

SPLITS = ("train", "val", "test")


def draw_splits(
    subjects: Sequence[str], shares: Mapping[str, float], seed: int
) -> dict[str, set[str]]:
    """Deal subjects out by ``shares`` (split -> share, adding up to 1), the same for a seed.

    Every split with a share above 0 gets at least one subject.

    Raises:
        DataError: fewer subjects than splits.
    """
    ordered = sorted(set(subjects))
    wanted = [split for split, share in shares.items() if share > 0]
    if len(ordered) < len(wanted):
        raise DataError(
            f"{len(ordered)} subjects cannot be dealt out to {' and '.join(wanted)}",
            mend="Add images, or a `subject` expression to dataset.toml if the file names hide "
            "who is who (the subject is the name before its first '_')",
        )
    random.Random(f"split-{seed}").shuffle(ordered)
    counts = {split: max(1, round(shares[split] * len(ordered))) for split in wanted}
    while sum(counts.values()) != len(ordered):
        largest = max(counts, key=lambda split: counts[split])
        counts[largest] += 1 if sum(counts.values()) < len(ordered) else -1
    dealt: dict[str, set[str]] = {}
    start = 0
    for split in wanted:
        dealt[split] = set(ordered[start : start + counts[split]])
        start += counts[split]
    return dealt
