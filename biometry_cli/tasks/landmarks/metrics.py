"""Errors of points and calipers, whose two ends are interchangeable."""

import math
from collections.abc import Mapping

from biometry_cli.data.points import Calipers, Point

Points = Mapping[str, Point | None]


def matched(found: Points, truth: Points, names: tuple[str, ...], calipers: Calipers) -> Points:
    """``found`` with the ends of each caliper in the order that lies closer to ``truth``.

    Points and orders are compared in pixels. A caliper of which either side lacks an end keeps
    its order.
    """
    ordered = dict(found)
    for places in calipers.values():
        first, second = (names[place] for place in places)
        ends, true_ends = both(found, first, second), both(truth, first, second)
        if ends is None or true_ends is None:
            continue
        if _total(ends, true_ends[::-1]) < _total(ends, true_ends):
            ordered[first], ordered[second] = ends[::-1]
    return ordered


def both(points: Points, first: str, second: str) -> tuple[Point, Point] | None:
    """Two points together, or None where one is missing."""
    ends = points.get(first), points.get(second)
    return None if ends[0] is None or ends[1] is None else (ends[0], ends[1])


def _total(ends: tuple[Point, Point], truth: tuple[Point, Point]) -> float:
    return math.dist(ends[0], truth[0]) + math.dist(ends[1], truth[1])


def distance(first: Point, second: Point, spacing: tuple[float, float] = (1.0, 1.0)) -> float:
    """Distance of two points, with (row, column) spacing: in mm, or pixels with ones."""
    row, column = spacing
    return math.hypot((first[0] - second[0]) * column, (first[1] - second[1]) * row)


def normalised_error(
    ends: tuple[Point, Point], truth: tuple[Point, Point], spacing: tuple[float, float] = (1.0, 1.0)
) -> float:
    """NME of one caliper: mean distance of its ends from the true ones over the true length.

    The smaller of both orders (Avisdris et al., BiometryNet, MICCAI 2022). Infinite for a true
    length of 0.
    """
    length = distance(*truth, spacing)
    sums = (
        distance(ends[0], truth[0], spacing) + distance(ends[1], truth[1], spacing),
        distance(ends[0], truth[1], spacing) + distance(ends[1], truth[0], spacing),
    )
    return min(sums) / 2 / length if length > 0 else math.inf
