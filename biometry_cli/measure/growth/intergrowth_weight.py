"""Estimated fetal weight and its centiles after INTERGROWTH-21st, 22+0 to 40+0 weeks.

Stirnemann 2017, Ultrasound Obstet Gynecol 49:478. The weight comes from AC and HC alone. Its
centiles follow the LMS method on Y = ln grams: z = ((Y / μ)^λ - 1) / (σ λ).

The weight is held to the ages of its chart by size: AC and HC between the 0.1st centile at 22+0
and the 99.9th at 40+0. An error of its own could not be verified, so that of Hadlock 1985 stands
in.
"""

from math import exp, log

from biometry_cli.measure.growth import hadlock_weight, intergrowth_growth
from biometry_cli.measure.growth.growth_chart import GrowthChart
from biometry_cli.measure.growth.weight_formula import WeightFormula

SOURCE = "Stirnemann 2017, Ultrasound Obstet Gynecol 49:478"
WEEKS_RANGE = (22.0, 40.0)
_EXTREME_CENTILES = (0.1, 99.9)


def ln_grams(hc_mm: float, ac_mm: float) -> float:
    """Natural logarithm of the weight in g from HC and AC in mm."""
    hc_m, ac_m = hc_mm / 1000, ac_mm / 1000
    return 5.084820 - 54.06633 * ac_m**3 - 95.80076 * ac_m**3 * log(ac_m) + 3.136370 * hc_m


def lms(weeks: float) -> tuple[float, float, float]:
    """λ, μ and σ of ln grams at exact weeks."""
    g, cube = weeks, weeks**3
    skewness = -4.257629 - 2162.234 / g**2 + 0.0002301829 * cube
    median = 4.956737 + 0.0005019687 * cube - 0.0001227065 * cube * log(g)
    variation = 1e-4 * (-6.997171 + 0.057559 * cube - 0.01493946 * cube * log(g))
    return skewness, median, variation


def _z(grams: float, weeks: float) -> float:
    skewness, median, variation = lms(weeks)
    return float(((log(grams) / median) ** skewness - 1) / (variation * skewness))


def _grams(z: float, weeks: float) -> float:
    skewness, median, variation = lms(weeks)
    return exp(median * (1 + skewness * variation * z) ** (1 / skewness))


def _size_range_mm(measure: str) -> tuple[float, float]:
    chart = intergrowth_growth.CHARTS[measure]
    ends = zip(_EXTREME_CENTILES, WEEKS_RANGE, strict=True)
    low, high = (chart.value_at_centile(centile, weeks) for centile, weeks in ends)
    return low, high


FORMULA = WeightFormula(
    name="intergrowth_2017_hc_ac",
    source=SOURCE,
    inputs=("HC", "AC"),
    equation=ln_grams,
    ln_sd=hadlock_weight.LN_SD,
    error_origin="its own was not verified; that of Hadlock 1985, 2 SD about 15 %, stands in",
    size_ranges_mm={measure: _size_range_mm(measure) for measure in ("HC", "AC")},
    range_origin="of 22+0 to 40+0 weeks",
)
CHART = GrowthChart(
    key="intergrowth",
    name="INTERGROWTH-21st 2017, eight countries",
    source=SOURCE,
    measure="EFW",
    unit="g",
    weeks_range=WEEKS_RANGE,
    z_of=_z,
    value_of=_grams,
    weight_formula=FORMULA.name,
)
