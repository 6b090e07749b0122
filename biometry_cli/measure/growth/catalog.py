"""All formulas and growth charts, each under the name that results publish it by."""

from collections.abc import Sequence
from dataclasses import dataclass

from biometry_cli.measure.growth import hadlock, intergrowth, who
from biometry_cli.measure.growth.chart import GrowthChart
from biometry_cli.measure.growth.formula import DatingFormula, Formula, WeightFormula

DATING: tuple[DatingFormula, ...] = (
    intergrowth.CRL,
    *hadlock.DATING.values(),
    intergrowth.HC_FL,
    intergrowth.HC,
)
"""In the order in which one is chosen."""

WEIGHT: tuple[WeightFormula, ...] = (*hadlock.WEIGHT.values(), intergrowth.WEIGHT)
"""In the order in which one is chosen."""

FORMULAS: dict[str, Formula] = {formula.name: formula for formula in (*DATING, *WEIGHT)}

CHARTS: tuple[GrowthChart, ...] = (
    intergrowth.CHARTS["HC"],
    who.CHARTS["HC"],
    intergrowth.CHARTS["BPD"],
    who.CHARTS["BPD"],
    intergrowth.CHARTS["OFD"],
    intergrowth.CHARTS["AC"],
    who.CHARTS["AC"],
    intergrowth.CHARTS["FL"],
    who.CHARTS["FL"],
    hadlock.WEIGHT_CHART,
    who.CHARTS["EFW"],
    intergrowth.WEIGHT_CHART,
)
"""In the order of a report."""

USUAL_CENTILES = (3.0, 10.0, 50.0, 90.0, 97.0)
_STEPS_A_WEEK = 2


@dataclass(frozen=True)
class GrowthCurves:
    """One chart as curves: ``values[centile][i]`` in ``unit`` at ``weeks[i]``."""

    measure: str
    chart: str
    source: str
    unit: str
    weeks: tuple[float, ...]
    values: dict[float, tuple[float, ...]]


def find_chart(measure: str, key: str = "intergrowth") -> GrowthChart:
    """The chart of a measure by its key: ``intergrowth``, ``hadlock`` (EFW) or ``who``.

    Raises:
        ValueError: no such chart.
    """
    for chart in CHARTS:
        if (chart.measure, chart.key) == (measure, key):
            return chart
    raise ValueError(f"there is no {key} chart of {measure}")


def curve(
    measure: str, centiles: Sequence[float] = USUAL_CENTILES, *, chart: str = "intergrowth"
) -> GrowthCurves:
    """The curves of one chart, a point every half week.

    Args:
        measure: HC, BPD, OFD, AC, FL or EFW.
        centiles: between 0 and 100; WHO knows 1 to 99.
        chart: ``intergrowth``, ``hadlock`` (EFW alone) or ``who`` (all but OFD).

    Raises:
        ValueError: no such chart, or a centile that it does not know.
    """
    found = find_chart(measure, chart)
    low, high = found.weeks_range
    steps = round((high - low) * _STEPS_A_WEEK)
    weeks = tuple(low + step / _STEPS_A_WEEK for step in range(steps + 1))
    return GrowthCurves(
        measure=measure,
        chart=found.name,
        source=found.source,
        unit=found.unit,
        weeks=weeks,
        values={
            centile: tuple(found.value_at_centile(centile, week) for week in weeks)
            for centile in centiles
        },
    )
