"""Gestational age: every formula that the sizes allow, and the one that is taken."""

import math
from collections.abc import Sequence

from biometry_cli.measure.growth import hadlock_dating, intergrowth_dating
from biometry_cli.measure.growth.bpd import CEPHALIC_INDEX_RANGE, cephalic_index
from biometry_cli.measure.growth.dates import completed_text, nearest_text
from biometry_cli.measure.growth.dating_formula import DatingFormula
from biometry_cli.measure.growth.propagation import NORMAL_95, spread
from biometry_cli.measure.growth.size import GivenAge, Readings, Size
from biometry_cli.measure.growth.words import error_guarantee, inputs_text
from biometry_cli.results.clinical import AgeEstimate, GestationalAge

_FORMULAS: tuple[DatingFormula, ...] = (
    intergrowth_dating.CRL,
    *hadlock_dating.FORMULAS.values(),
    intergrowth_dating.HC_FL,
    intergrowth_dating.HC,
)
_TAKEN = {formula.name for formula in (intergrowth_dating.CRL, *hadlock_dating.FORMULAS.values())}


def age_estimates(readings: Readings) -> list[AgeEstimate]:
    """Every formula whose measures are there, in the order in which one is chosen."""
    sizes = readings.outer_inner
    possible = (each for each in _FORMULAS if set(each.inputs) <= sizes.keys())
    return [_estimate(formula, readings) for formula in possible]


def head_shape_note(readings: Readings) -> str | None:
    """Why BPD takes no part in the age: a cephalic index outside 74 to 83 %."""
    sizes = readings.outer_outer
    if not {"BPD", "OFD"} <= sizes.keys() or readings.refusal(("BPD", "OFD")) is not None:
        return None
    index = cephalic_index(sizes["BPD"].value_mm, sizes["OFD"].value_mm)
    low, high = CEPHALIC_INDEX_RANGE
    if low <= index <= high:
        return None
    return (
        f"The cephalic index is {index:.1f} %, outside {low:g} to {high:g} %: the age is taken "
        "without BPD, which dates such a head unreliably (Hadlock 1981)."
    )


def choose(estimates: Sequence[AgeEstimate], *, without_bpd: bool) -> AgeEstimate | None:
    """The estimate that is taken where no age is given.

    CRL by INTERGROWTH-21st within its range; else Hadlock 1984 with most measures, and where that
    gives none, with fewer.
    """
    for estimate in estimates:
        if without_bpd and "BPD" in estimate.inputs:
            continue
        if estimate.formula in _TAKEN and estimate.weeks is not None:
            return estimate
    return None


def gestational_age(
    estimates: list[AgeEstimate], taken: AgeEstimate | None, given: GivenAge | None
) -> GestationalAge | None:
    """The age that sizes are scored against; None where there is neither one nor a formula."""
    if given is not None:
        return GestationalAge(
            basis="given",
            weeks=given.weeks,
            text=completed_text(given.weeks),
            guarantee=f"given ({given.origin}), taken as exact",
            estimates=estimates,
        )
    if not estimates:
        return None
    if taken is None:
        return GestationalAge(basis="estimated", estimates=estimates)
    return GestationalAge(
        basis="estimated",
        weeks=taken.weeks,
        text=taken.text,
        interval=taken.interval,
        guarantee=taken.guarantee,
        formula=taken.formula,
        estimates=estimates,
    )


def difference_note(given: GivenAge, taken: AgeEstimate) -> str:
    """How far the age by size lies from the age given, in days."""
    days = 0 if taken.weeks is None else round(7 * taken.weeks) - round(7 * given.weeks)
    count = f"{abs(days)} {'day' if abs(days) == 1 else 'days'}"
    compared = "as given" if days == 0 else f"{count} {'more' if days > 0 else 'less'} than given"
    by = f"{taken.source.partition(',')[0]}, {inputs_text(taken.inputs)}"
    age = taken.text if taken.weeks is None else nearest_text(taken.weeks)
    return f"By size the age is {age} ({by}), {compared}."


def disagreement_note(estimates: Sequence[AgeEstimate]) -> str | None:
    """Which two measures, each by itself, date the fetus further apart than their errors.

    Of several formulas for one measure, the first counts.
    """
    single: dict[str, AgeEstimate] = {}
    for estimate in estimates:
        if len(estimate.inputs) == 1 and estimate.weeks is not None:
            single.setdefault(estimate.inputs[0], estimate)
    if len(single) < 2:
        return None
    young = min(single.values(), key=_weeks)
    old = max(single.values(), key=_weeks)
    if young.interval is None or old.interval is None:
        return None
    room = math.hypot(young.interval[1] - _weeks(young), _weeks(old) - old.interval[0])
    if _weeks(old) - _weeks(young) <= room:
        return None
    return (
        f"{old.inputs[0]} alone dates at {old.text}, {young.inputs[0]} alone at {young.text}: "
        "uneven growth or a wrong size, and an age from both lies between the two."
    )


def _weeks(estimate: AgeEstimate) -> float:
    return math.nan if estimate.weeks is None else estimate.weeks


def _estimate(formula: DatingFormula, readings: Readings) -> AgeEstimate:
    sizes = {name: readings.outer_inner[name] for name in formula.inputs}
    values = {name: size.value_mm for name, size in sizes.items()}
    reason = readings.refusal(formula.inputs) or formula.refusal(values)
    if reason is not None:
        return AgeEstimate(
            formula=formula.name, source=formula.source, inputs=formula.inputs, reason=reason
        )
    weeks = formula.weeks(values)
    sd_weeks = formula.sd_weeks(values)
    measured = all(size.interval_mm is not None for size in sizes.values())
    below, above = _spread(formula, sizes, values, sd_weeks, measured)
    return AgeEstimate(
        formula=formula.name,
        source=formula.source,
        inputs=formula.inputs,
        weeks=weeks,
        text=completed_text(weeks),
        interval=(weeks - below, weeks + above),
        guarantee=error_guarantee(
            formula.inputs, measured, f"1 SD {sd_weeks:.2f} weeks, {formula.error_origin}"
        ),
    )


def _spread(
    formula: DatingFormula,
    sizes: dict[str, Size],
    values: dict[str, float],
    sd_weeks: float,
    measured: bool,
) -> tuple[float, float]:
    intervals = {name: size.interval_mm for name, size in sizes.items()} if measured else {}
    return spread(formula.weeks, values, intervals, NORMAL_95 * sd_weeks)
