"""WHO fetal growth charts: HC, AC, BPD, FL and EFW of both sexes together, 14 to 40 weeks.

Kiserud 2017, PLoS Med 14:e1002220, a quantile regression: at each of eleven centiles the natural
logarithm of the size is a polynomial in exact weeks (``who_coefficients``). Between two of them
the z-score runs straight with the logarithm of the size. Beyond the 1st and the 99th nothing is
published, and nothing is invented: the z-score is infinite there.

EFW is by Hadlock 1985 with HC, AC and FL. How BPD was measured is not said with the coefficients;
its medians agree with outer-inner (46.6 mm at 20 weeks, which is INTERGROWTH's outer-outer 48.4 mm
seen outer-inner), so it is taken as that.
"""

from bisect import bisect_left
from math import exp, inf, log

from biometry_cli.measure.growth.growth_chart import GrowthChart, z_of_centile
from biometry_cli.measure.growth.who_coefficients import CENTILES, COEFFICIENTS

NAME = "WHO 2017, ten countries"
SOURCE = "Kiserud 2017, PLoS Med 14:e1002220"
WEEKS_RANGE = (14.0, 40.0)
_ZS = tuple(z_of_centile(centile) for centile in CENTILES)
# The outermost centiles themselves must not fall outside by rounding.
_LAST_BITS = 1e-9


def _logs(measure: str, weeks: float) -> list[float]:
    """ln of the size at each of ``CENTILES``; it rises from one to the next at all ages."""
    rows = COEFFICIENTS[measure]
    return [sum(c * weeks**power for power, c in enumerate(row)) for row in rows]


def _between(x: float, xs: list[float], ys: list[float]) -> float:
    """Straight interpolation in rising ``xs``; infinite outside them."""
    if x < xs[0] - _LAST_BITS:
        return -inf
    if x > xs[-1] + _LAST_BITS:
        return inf
    upper = min(max(bisect_left(xs, x), 1), len(xs) - 1)
    share = (x - xs[upper - 1]) / (xs[upper] - xs[upper - 1])
    return ys[upper - 1] + share * (ys[upper] - ys[upper - 1])


def _chart(measure: str) -> GrowthChart:
    def z_of(value: float, weeks: float) -> float:
        return _between(log(value), _logs(measure, weeks), list(_ZS))

    def value_of(z: float, weeks: float) -> float:
        return exp(_between(z, list(_ZS), _logs(measure, weeks)))

    return GrowthChart(
        key="who",
        name=NAME,
        source=SOURCE,
        measure=measure,
        unit="g" if measure == "EFW" else "mm",
        weeks_range=WEEKS_RANGE,
        z_of=z_of,
        value_of=value_of,
        centile_range=(CENTILES[0], CENTILES[-1]),
        bpd_convention="outer-inner",
        weight_formula="hadlock_1985_hc_ac_fl" if measure == "EFW" else None,
    )


CHARTS = {measure: _chart(measure) for measure in COEFFICIENTS}
