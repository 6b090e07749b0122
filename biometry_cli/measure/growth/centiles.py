"""Where each size and weight stands on every growth chart of its measure."""

import math
from collections.abc import Mapping

from biometry_cli.measure.growth.catalog import CHARTS
from biometry_cli.measure.growth.chart import GrowthChart, centile_of_z
from biometry_cli.measure.growth.formula import spread
from biometry_cli.measure.growth.size import Readings
from biometry_cli.results.base import Interval
from biometry_cli.results.clinical import Centile, FetalWeight, GestationalAge

NO_AGE = "no gestational age"


def growth_centiles(
    readings: Readings, weight: FetalWeight | None, age: GestationalAge | None
) -> list[Centile]:
    """One entry a chart whose measure is there; without a number where ``reason`` says why."""
    found = []
    for chart in CHARTS:
        if chart.measure == "EFW":
            found += _of_weight(chart, weight, age)
            continue
        convention = chart.bpd_convention
        sizes = readings.outer_outer if convention == "outer-outer" else readings.outer_inner
        size = sizes.get(chart.measure)
        if size is not None:
            found.append(
                _centile(
                    chart,
                    size.value_mm,
                    size.interval_mm,
                    age,
                    error="the size's measuring error",
                    reason=readings.refusal((chart.measure,)),
                )
            )
    return found


def _of_weight(
    chart: GrowthChart, weight: FetalWeight | None, age: GestationalAge | None
) -> list[Centile]:
    """By the chart's own weight formula; of several, the first, which has most measures."""
    wanted = chart.weight_formula or ""
    for estimate in weight.estimates if weight is not None else []:
        if estimate.formula.startswith(wanted) and estimate.grams is not None:
            error = "the weight's interval"
            centile = _centile(chart, estimate.grams, estimate.interval, age, error=error)
            return [centile.model_copy(update={"formula": estimate.formula})]
    return []


def _centile(
    chart: GrowthChart,
    value: float,
    interval: Interval | None,
    age: GestationalAge | None,
    *,
    error: str,
    reason: str | None = None,
) -> Centile:
    entry = Centile(measure=chart.measure, chart=chart.name, value=value, unit=chart.unit)
    if age is None or age.weeks is None:
        return entry.model_copy(update={"reason": reason or NO_AGE})
    reason = reason or chart.refusal(age.weeks)
    if reason is not None:
        return entry.model_copy(update={"reason": reason})
    median, z = chart.median(age.weeks), chart.z(value, age.weeks)
    if math.isinf(z):
        low, high = chart.centile_range
        side = f"below centile {low:g}" if z < 0 else f"above centile {high:g}"
        beyond = f"{side}, the chart's outermost"
        return entry.model_copy(update={"median": median, "reason": beyond})
    return entry.model_copy(
        update={
            "median": median,
            "z": z,
            "centile": centile_of_z(z),
            "interval": _interval(chart, z, value, interval, age),
            "guarantee": _guarantee(interval, age, error),
        }
    )


def _interval(
    chart: GrowthChart, z: float, value: float, interval: Interval | None, age: GestationalAge
) -> Interval | None:
    """Centiles of z less and plus its spread; 0 or 100 beyond the chart's outermost."""
    if (interval is None and age.interval is None) or age.weeks is None:
        return None

    def score(at: Mapping[str, float]) -> float:
        return chart.z_of(at["value"], at["weeks"])

    values = {"value": value, "weeks": age.weeks}
    below, above = spread(score, values, {"value": interval, "weeks": age.interval})
    low, high = centile_of_z(z - below), centile_of_z(z + above)
    first, last = chart.centile_range
    return (low if low >= first else 0.0, high if high <= last else 100.0)


def _guarantee(interval: Interval | None, age: GestationalAge, error: str) -> str:
    held = [error] if interval is not None else []
    held += ["the interval of the estimated age"] if age.interval is not None else []
    if not held:
        return f"no interval: {error} is not known, and the age is taken as exact"
    left_out = "" if interval is not None else f"; {error} is not known"
    return f"approximate 95 %: {' and '.join(held)}{left_out}"
