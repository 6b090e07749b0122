"""Estimated fetal weight: every formula that the sizes allow, and the one that is taken."""

from math import exp

from biometry_cli.measure.growth.catalog import WEIGHT
from biometry_cli.measure.growth.formula import WeightFormula
from biometry_cli.measure.growth.size import Readings
from biometry_cli.results.clinical import FetalWeight, WeightEstimate


def fetal_weight(readings: Readings) -> FetalWeight | None:
    """The weight by the Hadlock 1985 formula of most measures, else by INTERGROWTH-21st.

    All others stand beside it; None where no formula's measures are there.
    """
    possible = (each for each in WEIGHT if readings.outer_inner.keys() >= set(each.inputs))
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
    named = WeightEstimate(formula=formula.name, source=formula.source, inputs=formula.inputs)
    # Errors of weight are shares of it: they add up on the log scale.
    weight = readings.estimate(formula)
    if isinstance(weight, str):
        return named.model_copy(update={"reason": weight})
    low, high = weight.interval
    return named.model_copy(
        update={
            "grams": exp(weight.value),
            "interval": (exp(low), exp(high)),
            "guarantee": weight.guarantee,
        }
    )
