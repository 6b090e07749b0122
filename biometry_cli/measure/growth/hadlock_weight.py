"""Estimated fetal weight after Hadlock 1985, and its centiles after Hadlock 1991.

The four formulas come without a range of gestational ages: sizes that no fetus has are refused
before they get here (``plausible``). Their own 2 SD is about 15 %, taken here as a factor.

The weight chart is ln W = 0.578 + 0.332 w - 0.00354 w², 10 to 41 weeks. The paper names its
spread in ways that contradict each other (12.7 %, 13 %, 0.12 on the log scale); only a relative SD
of 13.265 % gives the centiles that its Table 1 prints, such as 248, 275, 331, 387 and 414 g (3rd,
10th, 50th, 90th, 97th) at 20 weeks. The printed table decides.
"""

from collections.abc import Callable
from math import exp, log

from biometry_cli.measure.growth.growth_chart import GrowthChart
from biometry_cli.measure.growth.weight_formula import WeightFormula

SOURCE = "Hadlock 1985, Am J Obstet Gynecol 151:333"
CHART_SOURCE = "Hadlock 1991, Radiology 181:129"
CHART_WEEKS_RANGE = (10.0, 41.0)
RELATIVE_SD = 0.13265
LN_SD = log(1.15) / 2
"""One SD of a formula's error in ln grams: two are a factor of 1.15."""

# Sizes in cm -> log10 of grams; the first one whose inputs are all known is taken.
_EQUATIONS: dict[tuple[str, ...], Callable[..., float]] = {
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


def _formula(inputs: tuple[str, ...], equation_cm: Callable[..., float]) -> WeightFormula:
    def ln_grams(*sizes_mm: float) -> float:
        return log(10) * equation_cm(*(size / 10 for size in sizes_mm))

    return WeightFormula(
        name="_".join(("hadlock_1985", *inputs)).lower(),
        source=SOURCE,
        inputs=inputs,
        equation=ln_grams,
        ln_sd=LN_SD,
        error_origin="Hadlock 1985, 2 SD about 15 %",
    )


FORMULAS = {inputs: _formula(inputs, equation) for inputs, equation in _EQUATIONS.items()}
"""By the measures that go in, in the order in which one is chosen."""


def median_g(weeks: float) -> float:
    """Median weight in g at exact weeks, 10 to 41 (Hadlock 1991)."""
    return exp(0.578 + 0.332 * weeks - 0.00354 * weeks**2)


def _z(grams: float, weeks: float) -> float:
    return (grams / median_g(weeks) - 1) / RELATIVE_SD


def _grams(z: float, weeks: float) -> float:
    return median_g(weeks) * (1 + RELATIVE_SD * z)


CHART = GrowthChart(
    key="hadlock",
    name="Hadlock 1991, United States",
    source=CHART_SOURCE,
    measure="EFW",
    unit="g",
    weeks_range=CHART_WEEKS_RANGE,
    z_of=_z,
    value_of=_grams,
    weight_formula="hadlock_1985",
)
