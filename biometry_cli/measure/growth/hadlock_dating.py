"""Gestational age from HC, AC, FL and BPD: the 15 formulas of Hadlock 1984, 14 to 42 weeks.

Their error is not taken from the paper's own table of variability, which could not be checked
against a second source. It is derived from its size by age (``hadlock_size``): the standard
deviation of size over its growth a week; of several inputs, the smallest. That is a rough figure,
and late in pregnancy, when a head hardly grows, a wide one.
"""

from collections.abc import Callable, Mapping

from biometry_cli.measure.growth import hadlock_size
from biometry_cli.measure.growth.dating_formula import DatingFormula

SOURCE = hadlock_size.SOURCE
WEEKS_RANGE = hadlock_size.WEEKS_RANGE

# Sizes in cm -> weeks. Most measures first and, among as many, those with HC and FL, which are
# the best single predictors of age: the first one in range is taken.
_EQUATIONS: dict[tuple[str, ...], Callable[..., float]] = {
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


def _formula(inputs: tuple[str, ...], equation_cm: Callable[..., float]) -> DatingFormula:
    def weeks(*sizes_mm: float) -> float:
        return equation_cm(*(size / 10 for size in sizes_mm))

    def error_sd(weeks: float, _sizes_mm: Mapping[str, float]) -> float:
        return min(hadlock_size.sd_weeks(measure, weeks) for measure in inputs)

    return DatingFormula(
        name="_".join(("hadlock_1984", *inputs)).lower(),
        source=SOURCE,
        inputs=inputs,
        equation=weeks,
        weeks_range=WEEKS_RANGE,
        error_sd=error_sd,
        error_origin="derived from Hadlock 1984: SD of size over its growth a week",
    )


FORMULAS = {inputs: _formula(inputs, equation) for inputs, equation in _EQUATIONS.items()}
"""By the measures that go in, in the order in which one is chosen."""
