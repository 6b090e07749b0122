"""Growth charts with the fetus of an exam or of one image on them."""

from collections.abc import Mapping, Sequence

from biometry_cli.report.charts.growth import ChartCurves, FetusPoint, growth
from biometry_cli.report.charts.style import Chart
from biometry_cli.results.base import Interval
from biometry_cli.results.clinical import Centile, FetalWeight, GestationalAge
from biometry_cli.results.measures import Measurement

_SAME_MM = 0.05  # of a value that was only rounded in between


def growth_charts(
    key: str,
    centiles: Sequence[Centile],
    curves: Mapping[str, ChartCurves],
    *,
    age: GestationalAge | None,
    weight: FetalWeight | None,
    measurements: Sequence[Measurement],
) -> list[tuple[str, Chart]]:
    """A chart, with an id that begins with ``key``, for each centile whose curves are known.

    Curves belong to a centile when ``measure`` and ``chart`` are the same text. Without an age,
    or outside the chart's weeks, there is no chart: the table of centiles says why.
    """
    if age is None or age.weeks is None:
        return []
    drawn = []
    for place, centile in enumerate(centiles):
        own = _curves_of(centile, curves)
        if own is None or not own.weeks[0] <= age.weeks <= own.weeks[-1]:
            continue
        interval = _interval(centile, weight, measurements)
        fetus = FetusPoint(age.weeks, centile.value, age.interval, interval)
        drawn.append((f"{key}-growth-{place}", growth(own, fetus)))
    return drawn


def _curves_of(centile: Centile, curves: Mapping[str, ChartCurves]) -> ChartCurves | None:
    for each in curves.values():
        if (each.measure, each.chart) == (centile.measure, centile.chart):
            return each
    return None


def _interval(
    centile: Centile, weight: FetalWeight | None, measurements: Sequence[Measurement]
) -> Interval | None:
    """The interval of the very value that is drawn, which a chart's convention may have moved."""
    if centile.measure == "EFW":
        if weight is None or centile.formula in (None, weight.formula):
            return None if weight is None else weight.interval
        others = [each for each in weight.estimates if each.formula == centile.formula]
        return others[0].interval if others else None
    for each in measurements:
        same = abs(each.value - centile.value) <= _SAME_MM
        if each.name == centile.measure and each.unit == centile.unit and same:
            return each.interval
    return None
