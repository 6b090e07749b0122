"""How the errors of several inputs add up in the value of a formula."""

import math
from collections.abc import Callable, Mapping

from biometry_cli.results.base import Interval

Formula = Callable[[Mapping[str, float]], float]

NORMAL_95 = 1.96
"""Half a 95 % interval of a normal distribution, in standard deviations."""

_RELATIVE_STEP = 1e-4


def slope(function: Callable[[float], float], at: float) -> float:
    """The derivative of ``function`` by a small difference on both sides of ``at``.

    A side where the function is infinite is left out; 0 where both are.
    """
    step = _RELATIVE_STEP * max(abs(at), 1.0)
    points = [(x, y) for x in (at - step, at, at + step) if math.isfinite(y := function(x))]
    if len(points) < 2:
        return 0.0
    (first_x, first_y), (last_x, last_y) = points[0], points[-1]
    return (last_y - first_y) / (last_x - first_x)


def spread(
    formula: Formula,
    values: Mapping[str, float],
    intervals: Mapping[str, Interval | None],
    own_half_width: float = 0.0,
) -> tuple[float, float]:
    """How far a formula's value can lie below and above, given its inputs' intervals.

    Each input's interval passes through the formula's slope at ``values``; the parts add up as
    the root of the sum of squares, that is, as independent errors. Errors that go the same way,
    such as those of HC and BPD read from one outline, add up to more than that.

    Args:
        formula: takes all of ``values`` by name.
        values: the inputs.
        intervals: their 95 % intervals; None or no entry for an input taken as exact.
        own_half_width: half the interval of the formula's own error, in the formula's unit.

    Returns:
        Two lengths, neither negative: down to the low end, up to the high end.
    """
    below = above = own_half_width**2
    for name, value in values.items():
        interval = intervals.get(name)
        if interval is None:
            continue

        def along(x: float, name: str = name) -> float:
            return formula({**values, name: x})

        steepness = slope(along, value)
        down, up = max(value - interval[0], 0.0), max(interval[1] - value, 0.0)
        if steepness < 0:
            down, up = up, down
        below += (steepness * down) ** 2
        above += (steepness * up) ** 2
    return math.sqrt(below), math.sqrt(above)
