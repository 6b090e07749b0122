"""Groups of images by one column: each value a stratum, many numbers cut into thirds."""

import math
from collections.abc import Iterable, Sequence

import numpy as np

from biometry_cli.data.samples import Sample
from biometry_cli.errors import UsageError
from biometry_cli.results.scores import ImageScores

NONE = "(none)"
MOST_VALUES = 8  # a column of more different numbers is cut into thirds
IMAGE_COLUMNS = ("dice", "flags")
"""What an evaluation knows of an image that it can be grouped by, beside ``spacing.csv``."""
_FEWEST_DIGITS, _MOST_DIGITS = 4, 17  # 17 tell any two floats apart


def require_column(by: str, samples: Iterable[Sample]) -> None:
    """Raise UsageError unless ``by`` is a column of some sample's line, or of ``IMAGE_COLUMNS``."""
    present = {name for sample in samples for name in sample.calibration.cells()}
    if by not in present and by not in IMAGE_COLUMNS:
        raise UsageError(
            f"--by {by} is no column of spacing.csv",
            mend=f"Take one of {', '.join([*sorted(present), *IMAGE_COLUMNS])}, or add the column",
        )


def cells_of(by: str, samples: Sequence[Sample], images: Sequence[ImageScores]) -> list[str]:
    """Each image's cell of the column ``by``, "" where it is empty; ``spacing.csv`` comes first."""
    lines = [sample.calibration.cells() for sample in samples]
    if any(by in line for line in lines):
        return [line.get(by, "") for line in lines]
    if by == "flags":
        return [" ".join(image.flags) for image in images]
    dice = [None if image.masks is None else image.masks.dice for image in images]
    return ["" if value is None else f"{value}" for value in dice]


def strata_of(cells: Sequence[str]) -> list[str]:
    """The stratum of each image from its cell; every image is in exactly one.

    An empty cell is in "(none)". Where all other cells are numbers and more than 8 differ, they
    are cut at the thirds of the images and named by their range, such as "141.2 to 203.4"; equal
    numbers stay together, so ties can make the thirds uneven or leave fewer.
    """
    numbers = [_number(cell) for cell in cells]
    known = [number for number in numbers if number is not None]
    named = [cell.strip() or NONE for cell in cells]
    if len(known) < sum(name != NONE for name in named) or len(set(known)) <= MOST_VALUES:
        return named
    cuts = np.quantile(known, [1 / 3, 2 / 3])
    third = [None if n is None else int(np.searchsorted(cuts, n)) for n in numbers]
    inside: dict[int, list[float]] = {}
    for number, index in zip(numbers, third, strict=True):
        if number is not None and index is not None:
            inside.setdefault(index, []).append(number)
    names = _range_names({index: (min(each), max(each)) for index, each in inside.items()})
    return [NONE if at is None else names[at] for at in third]


def in_order(strata: Iterable[str]) -> list[str]:
    """Each stratum once: by number where the name starts with one, by name, "(none)" last."""

    def key(name: str) -> tuple[bool, float, str]:
        number = _number(name.partition(" ")[0])
        return name == NONE, math.inf if number is None else number, name

    return sorted(set(strata), key=key)


def _range_names(ranges: dict[int, tuple[float, float]]) -> dict[int, str]:
    """Ranges in words, with as few digits as tell them and their ends apart."""
    ends = {end for pair in ranges.values() for end in pair}
    digits = next(
        count
        for count in range(_FEWEST_DIGITS, _MOST_DIGITS + 1)
        if count == _MOST_DIGITS or len({f"{end:.{count}g}" for end in ends}) == len(ends)
    )
    return {
        index: f"{low:.{digits}g} to {high:.{digits}g}" for index, (low, high) in ranges.items()
    }


def _number(cell: str) -> float | None:
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
