"""What every formula of the clinical layer has in common, and how errors add up in its value."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from biometry_cli.results.base import Interval

NORMAL_95 = 1.96
"""Half a 95 % interval of a normal distribution, in standard deviations."""

_RELATIVE_STEP = 1e-4


@dataclass(frozen=True)
class Formula:
    """One value from the sizes of a fetus.

    Attributes:
        author: and year, such as ``Hadlock 1984``.
        key: of author and year in ``name``, such as ``hadlock_1984``.
        source: where it was published.
        inputs: the measures that go in.
        equation: takes the inputs in mm, in their order.
        error_origin: where the size of its own error comes from.
        size_ranges_mm: the sizes that it may take, where it has ranges of its own.
        size_range_origin: where these come from.
    """

    author: str
    key: str
    source: str
    inputs: tuple[str, ...]
    equation: Callable[..., float]
    error_origin: str
    size_ranges_mm: Mapping[str, tuple[float, float]] = field(default_factory=dict, kw_only=True)
    size_range_origin: str = field(default="it takes", kw_only=True)

    @property
    def name(self) -> str:
        """As results publish it: ``hadlock_1984_hc_ac_fl``."""
        return "_".join((self.key, *self.inputs)).lower()

    @property
    def short(self) -> str:
        """As people read it: ``Hadlock 1984 (HC, AC, FL)``."""
        return f"{self.author} ({', '.join(self.inputs)})"

    def value(self, sizes_mm: Mapping[str, float]) -> float:
        """In the formula's unit, also outside its range: ask ``refusal`` first."""
        return self.equation(*(sizes_mm[name] for name in self.inputs))

    def sd(self, sizes_mm: Mapping[str, float]) -> float:
        """One standard deviation of the formula's own error at these sizes, in its unit."""
        raise NotImplementedError

    def error_text(self, sizes_mm: Mapping[str, float]) -> str:  # noqa: ARG002
        """The size and source of the formula's own error."""
        return self.error_origin

    def refusal(self, sizes_mm: Mapping[str, float]) -> str | None:
        """Why the formula gives no value for these sizes; None where it does."""
        for name, (low, high) in self.size_ranges_mm.items():
            if not low <= sizes_mm[name] <= high:
                written = outside_text(sizes_mm[name], low, high)
                limits = f"{low:g} to {high:g} mm {self.size_range_origin}"
                return f"{name} {written} mm is outside the {limits}"
        return None


@dataclass(frozen=True)
class DatingFormula(Formula):
    """Gestational age in exact weeks.

    Attributes:
        weeks_range: the ages that it may give.
        error_sd: one standard deviation of its error in weeks, from the weeks that it gives and
            the sizes in mm by name.
        range_origin: where ``weeks_range`` comes from, if it is not the formula's own.
    """

    weeks_range: tuple[float, float]
    error_sd: Callable[[float, Mapping[str, float]], float]
    range_origin: str = "it was made for"

    def sd(self, sizes_mm: Mapping[str, float]) -> float:
        return self.error_sd(self.value(sizes_mm), {name: sizes_mm[name] for name in self.inputs})

    def error_text(self, sizes_mm: Mapping[str, float]) -> str:
        return f"1 SD {self.sd(sizes_mm):.2f} weeks, {self.error_origin}"

    def refusal(self, sizes_mm: Mapping[str, float]) -> str | None:
        if (reason := super().refusal(sizes_mm)) is not None:
            return reason
        weeks, (low, high) = self.value(sizes_mm), self.weeks_range
        if low <= weeks <= high:
            return None
        written = outside_text(weeks, low, high)
        return f"gives {written} weeks, outside the {low:g} to {high:g} {self.range_origin}"


@dataclass(frozen=True)
class WeightFormula(Formula):
    """Fetal weight (EFW) as the natural logarithm of grams, whose SD is ``ln_sd``."""

    ln_sd: float

    def sd(self, sizes_mm: Mapping[str, float]) -> float:  # noqa: ARG002
        return self.ln_sd


@dataclass(frozen=True)
class SizeByAge:
    """Mean and standard deviation of a size at exact weeks, both in one unit of length."""

    mean: Callable[[float], float]
    sd: Callable[[float], float]

    def sd_weeks(self, weeks: float) -> float:
        """The scatter of ages behind one size: the SD of size over its growth a week, in weeks."""
        return self.sd(weeks) / slope(self.mean, weeks)


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
    function: Callable[[Mapping[str, float]], float],
    values: Mapping[str, float],
    intervals: Mapping[str, Interval | None],
    own_half_width: float = 0.0,
) -> tuple[float, float]:
    """How far a function's value can lie below and above, given its inputs' intervals.

    Each input's interval passes through the function's slope at ``values``; the parts add up as
    the root of the sum of squares, that is, as independent errors. Errors that go the same way,
    such as those of HC and BPD read from one outline, add up to more than that.

    Args:
        function: takes all of ``values`` by name.
        values: the inputs.
        intervals: their 95 % intervals; None or no entry for an input taken as exact.
        own_half_width: half the interval of the function's own error, in its unit.

    Returns:
        Two lengths, neither negative: down to the low end, up to the high end.
    """
    below = above = own_half_width**2
    for name, value in values.items():
        interval = intervals.get(name)
        if interval is None:
            continue

        def along(x: float, name: str = name) -> float:
            return function({**values, name: x})

        steepness = slope(along, value)
        down, up = max(value - interval[0], 0.0), max(interval[1] - value, 0.0)
        if steepness < 0:
            down, up = up, down
        below += (steepness * down) ** 2
        above += (steepness * up) ** 2
    return math.sqrt(below), math.sqrt(above)


def inputs_text(inputs: Sequence[str]) -> str:
    """``HC, AC and FL``."""
    *first, last = inputs
    return f"{', '.join(first)} and {last}" if first else last


def outside_text(value: float, low: float, high: float, digits: int = 1) -> str:
    """A value outside ``low`` to ``high`` with as many decimals as show that it is outside."""
    for places in range(digits, 9):
        text = f"{value:.{places}f}"
        if not low <= float(text) <= high:
            return text
    return repr(value)
