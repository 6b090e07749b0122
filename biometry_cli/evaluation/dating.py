"""What an error in mm means for the gestational age, in days."""

from biometry_cli.measure.growth.bpd import outer_inner_mm
from biometry_cli.measure.growth.hadlock_dating import FORMULAS
from biometry_cli.results.evaluation import BY_POINTS

DATED_MEASURES = tuple(inputs[0] for inputs in FORMULAS if len(inputs) == 1)
"""Measures that give an age by themselves."""
_DAYS_A_WEEK = 7


def ga_error_days(measure: str, reference_mm: float, predicted_mm: float) -> float | None:
    """Absolute difference of the ages that prediction and reference give by Hadlock 1984.

    BPD, which predictions measure outer to outer, is converted to the outer-inner one that
    Hadlock's formula expects; its references are taken to be outer to outer too. ``HC_POINTS`` is
    dated as HC.

    Returns:
        Days; None for a measure without a formula, and where one of the two ages is outside the
        formula's range of 14 to 42 weeks.
    """
    measure = measure.removesuffix(BY_POINTS)
    if measure not in DATED_MEASURES:
        return None
    formula = FORMULAS[(measure,)]
    weeks: list[float] = []
    for size_mm in (reference_mm, predicted_mm):
        sizes_mm = {measure: outer_inner_mm(size_mm) if measure == "BPD" else size_mm}
        if formula.refusal(sizes_mm) is not None:
            return None
        weeks.append(formula.weeks(sizes_mm))
    return _DAYS_A_WEEK * abs(weeks[1] - weeks[0])
