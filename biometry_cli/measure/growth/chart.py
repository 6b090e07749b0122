"""What every growth chart has in common: z-scores and centiles of a size at an age."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

from biometry_cli.measure.growth.dates import completed_text
from biometry_cli.measure.growth.formula import outside_text

_NORMAL = NormalDist()


def centile_of_z(z: float) -> float:
    """The centile, 0 to 100, of a z-score."""
    # As 1 - cdf(-z) it would be exactly 0 from z = -8.3 on, which no size is.
    return 50 * math.erfc(-z / math.sqrt(2))


def z_of_centile(centile: float) -> float:
    """The z-score of a centile.

    Raises:
        ValueError: not between 0 and 100, both left out.
    """
    if not 0 < centile < 100:
        raise ValueError(f"a centile lies between 0 and 100, not at {centile:g}")
    return _NORMAL.inv_cdf(centile / 100)


@dataclass(frozen=True)
class GrowthChart:
    """The sizes of one measure at every age.

    Attributes:
        key: ``intergrowth``, ``hadlock`` or ``who``.
        short: author and year.
        population: whose fetuses it is made of.
        source: where it was published.
        measure: HC, BPD, OFD, AC, FL or EFW.
        unit: mm or g.
        weeks_range: the ages that it holds for, both ends included.
        z_of: z-score from (value, exact weeks); infinite outside ``centile_range``.
        value_of: value from (z-score, exact weeks).
        centile_range: the outermost centiles that it knows.
        bpd_convention: how a BPD must have been measured.
        weight_formula: the formula by which an EFW must have been estimated, or how the name of
            one begins.
    """

    key: str
    short: str
    population: str
    source: str
    measure: str
    unit: str
    weeks_range: tuple[float, float]
    z_of: Callable[[float, float], float]
    value_of: Callable[[float, float], float]
    centile_range: tuple[float, float] = (0.0, 100.0)
    bpd_convention: Literal["outer-outer", "outer-inner"] = "outer-outer"
    weight_formula: str | None = None

    @property
    def name(self) -> str:
        """As results publish it: author, year and population."""
        return f"{self.short}, {self.population}"

    def refusal(self, weeks: float) -> str | None:
        """Why the chart says nothing at this age; None where it does."""
        low, high = self.weeks_range
        if low <= weeks <= high:
            return None
        written = completed_text(weeks)
        if written in (completed_text(low), completed_text(high)):
            written = f"{outside_text(weeks, low, high, digits=2)} weeks"
        return f"{written} is outside the chart's {completed_text(low)} to {completed_text(high)}"

    def z(self, value: float, weeks: float) -> float:
        """z-score of a value in ``unit``; infinite beyond ``centile_range``.

        Raises:
            ValueError: weeks outside the chart.
        """
        self._require(weeks)
        return self.z_of(value, weeks)

    def centile(self, value: float, weeks: float) -> float:
        """Centile of a value in ``unit``, 0 to 100.

        Raises:
            ValueError: weeks outside the chart.
        """
        return centile_of_z(self.z(value, weeks))

    def value_at_centile(self, centile: float, weeks: float) -> float:
        """The value in ``unit`` at a centile.

        Raises:
            ValueError: weeks outside the chart, or a centile that it does not know.
        """
        self._require(weeks)
        low, high = self.centile_range
        if not low <= centile <= high:
            raise ValueError(f"{self.name} knows centiles {low:g} to {high:g}, not {centile:g}")
        return self.value_of(z_of_centile(centile), weeks)

    def median(self, weeks: float) -> float:
        """The 50th centile in ``unit``; ValueError outside the chart's weeks."""
        return self.value_at_centile(50, weeks)

    def _require(self, weeks: float) -> None:
        reason = self.refusal(weeks)
        if reason is not None:
            raise ValueError(reason)
