"""What the clinical layer is given: sizes with their intervals, and an age known beforehand.

Hadlock's formulas expect BPD from the outer border of the near skull bone to the inner border of
the far one (outer-inner); INTERGROWTH-21st measured outer border to outer border (outer-outer).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from biometry_cli.measure.catalog import SIZED
from biometry_cli.measure.growth.formula import NORMAL_95, Formula, inputs_text, spread
from biometry_cli.measure.growth.plausible import size_reason
from biometry_cli.results.base import Interval

BpdConvention = Literal["outer-outer", "as given"]

# Wong et al. 2018, Australas J Ultrasound Med 21:161: outer-outer = 0.555934 + 1.027318 inner, mm.
_OFFSET_MM, _FACTOR = 0.555934, 1.027318


def outer_inner_mm(outer_outer_mm: float) -> float:
    """BPD outer-inner from BPD outer-outer, both in mm (Wong 2018, solved for its input)."""
    return (outer_outer_mm - _OFFSET_MM) / _FACTOR


@dataclass(frozen=True)
class Size:
    """One measure in mm and, where known, the 95 % interval of its measuring error in mm.

    Raises:
        ValueError: a value that is not finite.
    """

    value_mm: float
    interval_mm: Interval | None = None

    def __post_init__(self) -> None:
        if not math.isfinite(self.value_mm):
            raise ValueError(f"a size must be finite, not {self.value_mm} mm")


@dataclass(frozen=True)
class GivenAge:
    """A gestational age in exact weeks that is known, and how: "24+3", or two dates."""

    weeks: float
    origin: str


class Estimate(NamedTuple):
    """A formula's value with its 95 % interval in the formula's unit, and what that holds."""

    value: float
    interval: Interval
    guarantee: str


@dataclass(frozen=True)
class Readings:
    """The sizes of one fetus as formulas of either BPD convention want them.

    Attributes:
        outer_inner: sizes with BPD as Hadlock's formulas expect it.
        outer_outer: sizes with BPD as INTERGROWTH-21st measured it.
        refused: why a measure goes into no formula, by its name.
    """

    outer_inner: Mapping[str, Size]
    outer_outer: Mapping[str, Size]
    refused: Mapping[str, str] = field(default_factory=dict)

    def refusal(self, inputs: tuple[str, ...]) -> str | None:
        """Why a formula of these inputs gets none of them; None where all can be used."""
        return next((self.refused[name] for name in inputs if name in self.refused), None)

    def estimate(self, formula: Formula) -> Estimate | str:
        """A formula's value from these sizes, or why it gives none."""
        sizes = {name: self.outer_inner[name] for name in formula.inputs}
        values = {name: size.value_mm for name, size in sizes.items()}
        reason = self.refusal(formula.inputs) or formula.refusal(values)
        if reason is not None:
            return reason
        measured = all(size.interval_mm is not None for size in sizes.values())
        intervals = {name: size.interval_mm for name, size in sizes.items()} if measured else {}
        below, above = spread(formula.value, values, intervals, NORMAL_95 * formula.sd(values))
        value, own, inputs = formula.value(values), formula.error_text(values), formula.inputs
        guarantee = (
            f"measuring error of {inputs_text(inputs)} and the formula's own error ({own}), taken "
            "as independent"
            if measured
            else f"the formula's own error alone ({own}); the measuring error of "
            f"{inputs_text(inputs)} is not known"
        )
        return Estimate(value, (value - below, value + above), f"approximate 95 %: {guarantee}")


def readings(
    sizes: Mapping[str, Size], bpd_convention: BpdConvention, *, typed: bool = True
) -> Readings:
    """The known measures among ``sizes``, BPD converted where its convention is known."""
    known = {name: sizes[name] for name in SIZED if name in sizes}
    outer_inner = dict(known)
    if bpd_convention == "outer-outer" and "BPD" in known:
        outer_inner["BPD"] = _to_outer_inner(known["BPD"])
    reasons = {name: size_reason(name, size.value_mm, typed=typed) for name, size in known.items()}
    refused = {name: reason for name, reason in reasons.items() if reason is not None}
    return Readings(outer_inner, known, refused)


def _to_outer_inner(bpd: Size) -> Size:
    interval = bpd.interval_mm
    if interval is not None:
        interval = (outer_inner_mm(interval[0]), outer_inner_mm(interval[1]))
    return Size(outer_inner_mm(bpd.value_mm), interval)
