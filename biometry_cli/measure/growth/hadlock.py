"""Hadlock's formulas: gestational age, fetal weight, and the weights of every age.

Age, from HC, AC, FL and BPD (1984, 14 to 42 weeks): the error of its 15 formulas is not taken from
the paper's own table of variability, which could not be checked against a second source. It is
derived from its size by age: the standard deviation of size over its growth a week; of several
inputs, the smallest. That is a rough figure, and late in pregnancy, when a head hardly grows, a
wide one.

Weight (1985): the four formulas come without a range of gestational ages: sizes that no fetus has
are refused before they get here (``plausible``). Their own 2 SD is about 15 %, taken as a factor.

The weight chart (1991) is ln W = 0.578 + 0.332 w - 0.00354 w², 10 to 41 weeks. The paper names its
spread in ways that contradict each other (12.7 %, 13 %, 0.12 on the log scale); only a relative SD
of 13.265 % gives the centiles that its Table 1 prints, such as 248, 275, 331, 387 and 414 g (3rd,
10th, 50th, 90th, 97th) at 20 weeks. The printed table decides.
"""

from collections.abc import Callable, Mapping
from math import exp, log

from biometry_cli.measure.growth.chart import GrowthChart
from biometry_cli.measure.growth.formula import DatingFormula, SizeByAge, WeightFormula

WEEKS_RANGE = (14.0, 42.0)
RELATIVE_SD = 0.13265
LN_SD = log(1.15) / 2
"""One SD of a weight formula's error in ln grams: two are a factor of 1.15."""

SIZES_CM = {
    "HC": SizeByAge(lambda w: -11.48 + 1.56 * w - 0.0002548 * w**3, lambda _: 1.0),
    "AC": SizeByAge(lambda w: -13.3 + 1.61 * w - 0.00998 * w**2, lambda _: 1.34),
    "BPD": SizeByAge(lambda w: -3.08 + 0.41 * w - 0.000061 * w**3, lambda _: 0.3),
    "FL": SizeByAge(lambda w: -3.91 + 0.427 * w - 0.0034 * w**2, lambda _: 0.3),
}
"""Size by age (1984), the other side of its dating formulas; BPD outer-inner."""

# Sizes in cm -> weeks. Most measures first and, among as many, those with HC and FL, which are
# the best single predictors of age: the first one in range is taken.
_WEEKS: dict[tuple[str, ...], Callable[..., float]] = {
    ("BPD", "HC", "AC", "FL"): lambda b, h, a, f: 10.85 + 0.060 * h * f + 0.6700 * b + 0.1680 * a,
    ("HC", "AC", "FL"): lambda h, a, f: 10.33 + 0.031 * h * f + 0.3610 * h + 0.0298 * a * f,
    ("BPD", "HC", "FL"): lambda b, h, f: 11.38 + 0.070 * h * f + 0.9800 * b,
    ("BPD", "HC", "AC"): lambda b, h, a: 10.58 + 0.005 * h**2 + 0.3635 * a + 0.02864 * b * a,
    ("BPD", "AC", "FL"): lambda b, a, f: 10.61 + 0.175 * b * f + 0.2970 * a + 0.7100 * f,
    ("HC", "FL"): lambda h, f: 11.19 + 0.070 * h * f + 0.2630 * h,
    ("HC", "AC"): lambda h, a: 10.31 + 0.012 * h**2 + 0.3850 * a,
    ("AC", "FL"): lambda a, f: 10.47 + 0.442 * a + 0.3140 * f**2 - 0.0121 * f**3,
    ("BPD", "HC"): lambda b, h: 10.32 + 0.009 * h**2 + 1.3200 * b + 0.00012 * h**3,
    ("BPD", "FL"): lambda b, f: 10.50 + 0.197 * b * f + 0.9500 * f + 0.7300 * b,
    ("BPD", "AC"): lambda b, a: 9.57 + 0.524 * a + 0.1220 * b**2,
    ("HC",): lambda h: 8.96 + 0.540 * h + 0.0003 * h**3,
    ("FL",): lambda f: 10.35 + 2.460 * f + 0.170 * f**2,
    ("BPD",): lambda b: 9.54 + 1.482 * b + 0.1676 * b**2,
    ("AC",): lambda a: 8.14 + 0.753 * a + 0.0036 * a**2,
}
# Sizes in cm -> log10 of grams; the first one whose inputs are all known is taken.
_LOG10_GRAMS: dict[tuple[str, ...], Callable[..., float]] = {
    ("BPD", "HC", "AC", "FL"): lambda b, h, a, f: (
        1.3596 - 0.00386 * a * f + 0.0064 * h + 0.00061 * b * a + 0.0424 * a + 0.174 * f
    ),
    ("HC", "AC", "FL"): lambda h, a, f: (
        1.326 - 0.00326 * a * f + 0.0107 * h + 0.0438 * a + 0.158 * f
    ),
    ("BPD", "AC", "FL"): lambda b, a, f: (
        1.335 - 0.0034 * a * f + 0.0316 * b + 0.0457 * a + 0.1623 * f
    ),
    ("AC", "FL"): lambda a, f: 1.304 + 0.05281 * a + 0.1938 * f - 0.004 * a * f,
}


def _dating(inputs: tuple[str, ...], equation_cm: Callable[..., float]) -> DatingFormula:
    def weeks(*sizes_mm: float) -> float:
        return equation_cm(*(size / 10 for size in sizes_mm))

    def error_sd(weeks: float, _sizes_mm: Mapping[str, float]) -> float:
        return min(SIZES_CM[measure].sd_weeks(weeks) for measure in inputs)

    return DatingFormula(
        author="Hadlock 1984",
        key="hadlock_1984",
        source="Hadlock 1984, Radiology 152:497",
        inputs=inputs,
        equation=weeks,
        weeks_range=WEEKS_RANGE,
        error_sd=error_sd,
        error_origin="derived from Hadlock 1984: SD of size over its growth a week",
    )


def _weighing(inputs: tuple[str, ...], equation_cm: Callable[..., float]) -> WeightFormula:
    def ln_grams(*sizes_mm: float) -> float:
        return log(10) * equation_cm(*(size / 10 for size in sizes_mm))

    return WeightFormula(
        author="Hadlock 1985",
        key="hadlock_1985",
        source="Hadlock 1985, Am J Obstet Gynecol 151:333",
        inputs=inputs,
        equation=ln_grams,
        ln_sd=LN_SD,
        error_origin="Hadlock 1985, 2 SD about 15 %",
    )


DATING = {inputs: _dating(inputs, equation) for inputs, equation in _WEEKS.items()}
WEIGHT = {inputs: _weighing(inputs, equation) for inputs, equation in _LOG10_GRAMS.items()}
"""Both by the measures that go in, in the order in which one is chosen."""


def _median_g(weeks: float) -> float:
    return exp(0.578 + 0.332 * weeks - 0.00354 * weeks**2)


def _z(grams: float, weeks: float) -> float:
    return (grams / _median_g(weeks) - 1) / RELATIVE_SD


def _grams(z: float, weeks: float) -> float:
    return _median_g(weeks) * (1 + RELATIVE_SD * z)


WEIGHT_CHART = GrowthChart(
    key="hadlock",
    short="Hadlock 1991",
    population="United States",
    source="Hadlock 1991, Radiology 181:129",
    measure="EFW",
    unit="g",
    weeks_range=(10.0, 41.0),
    z_of=_z,
    value_of=_grams,
    weight_formula="hadlock_1985",
)
