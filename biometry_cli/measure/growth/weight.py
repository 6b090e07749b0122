"""Estimated fetal weight: every formula that the sizes allow, and the one that is taken."""

from math import exp

from biometry_cli.measure.growth import hadlock_weight, intergrowth_weight
from biometry_cli.measure.growth.propagation import NORMAL_95, spread
from biometry_cli.measure.growth.size import Readings
from biometry_cli.measure.growth.weight_formula import WeightFormula
from biometry_cli.measure.growth.words import error_guarantee
from biometry_cli.results.clinical import FetalWeight, WeightEstimate

_FORMULAS: tuple[WeightFormula, ...] = (
    *hadlock_weight.FORMULAS.values(),
    intergrowth_weight.FORMULA,
)


def fetal_weight(readings: Readings) -> FetalWeight | None:
    """The weight by the Hadlock 1985 formula of most measures, else by INTERGROWTH-21st.

    All others stand beside it; None where no formula's measures are there.
    """
    sizes = readings.outer_inner
    possible = (each for each in _FORMULAS if set(each.inputs) <= sizes.keys())
    estimates = [_estimate(formula, readings) for formula in possible]
    if not estimates:
        return None
    taken = next((each for each in estimates if each.grams is not None), None)
    if taken is None:
        return FetalWeight(estimates=estimates)
    return FetalWeight(
        grams=taken.grams,
        interval=taken.interval,
        guarantee=taken.guarantee,
        formula=taken.formula,
        estimates=estimates,
    )


def _estimate(formula: WeightFormula, readings: Readings) -> WeightEstimate:
    sizes = {name: readings.outer_inner[name] for name in formula.inputs}
    values = {name: size.value_mm for name, size in sizes.items()}
    reason = readings.refusal(formula.inputs) or formula.refusal(values)
    if reason is not None:
        return WeightEstimate(
            formula=formula.name, source=formula.source, inputs=formula.inputs, reason=reason
        )
    measured = all(size.interval_mm is not None for size in sizes.values())
    intervals = {name: size.interval_mm for name, size in sizes.items()} if measured else {}
    ln_grams = formula.ln_grams(values)
    # Errors of weight are shares of it: they add up on the log scale.
    below, above = spread(formula.ln_grams, values, intervals, NORMAL_95 * formula.ln_sd)
    return WeightEstimate(
        formula=formula.name,
        source=formula.source,
        inputs=formula.inputs,
        grams=exp(ln_grams),
        interval=(exp(ln_grams - below), exp(ln_grams + above)),
        guarantee=error_guarantee(formula.inputs, measured, formula.error_origin),
    )
