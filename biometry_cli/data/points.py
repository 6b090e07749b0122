"""Named points and the calipers that pairs of them make.

``ofd_1`` and ``ofd_2`` are the two ends of the caliper ``ofd``. Which end is called 1 means
nothing: no order of the ends is continuous over all directions of a head, so no network could
learn one. Points in longer rows (``spine_1``, ``spine_2``, ``spine_3``) stand each for itself.
"""

import re
from collections.abc import Mapping, Sequence

Point = tuple[float, float]
Calipers = dict[str, tuple[int, int]]

_NUMBERED = re.compile(r"(?P<family>.+)_(?P<number>\d+)")


def calipers_of(names: Sequence[str]) -> Calipers:
    """Places of the two ends of each caliper, by its name, in the order in which they come.

    Raises:
        ValueError: a name that is empty or there twice, or one end of a caliper alone.
    """
    if len(set(names)) != len(names) or not all(names):
        raise ValueError(f"landmark names must be different and not empty: {', '.join(names)}")
    families: dict[str, dict[int, int]] = {}
    for place, name in enumerate(names):
        if numbered := _NUMBERED.fullmatch(name):
            family = families.setdefault(numbered["family"], {})
            family[int(numbered["number"])] = place
    for name, ends in families.items():
        if set(ends) in ({1}, {2}):
            (alone,) = ends
            raise ValueError(
                f"the landmark {name}_{alone} is one end of a caliper, and {name}_{3 - alone} is "
                "missing"
            )
    return {name: (ends[1], ends[2]) for name, ends in families.items() if set(ends) == {1, 2}}


def heatmaps_of(names: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """Places of the points that share a heatmap: both ends of a caliper, or a single point."""
    calipers = calipers_of(names)
    ends = {place for pair in calipers.values() for place in pair}
    single = tuple((place,) for place in range(len(names)) if place not in ends)
    return (*calipers.values(), *single)


def mirrored_places(names: Sequence[str], swap: Sequence[tuple[str, str]]) -> tuple[int, ...]:
    """Which point of an image stands at each place in its mirror image."""
    other = {first: second for pair in swap for first, second in (pair, pair[::-1])}
    return tuple(names.index(other.get(name, name)) for name in names)


def whole_calipers(points: Mapping[str, Point | None]) -> tuple[dict[str, Point | None], list[str]]:
    """Points with both ends of a caliper or none, and the calipers that had one end alone."""
    kept, broken = dict(points), []
    names = tuple(points)
    for caliper, places in calipers_of(names).items():
        ends = [names[place] for place in places]
        if [points[end] is None for end in ends].count(True) == 1:
            broken.append(caliper)
            kept |= dict.fromkeys(ends)
    return kept, broken
