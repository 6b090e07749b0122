"""Gestational age: every formula that the sizes allow, and the one that is taken."""

import math
from collections.abc import Sequence

from biometry_cli.measure.growth import hadlock, intergrowth
from biometry_cli.measure.growth.catalog import DATING
from biometry_cli.measure.growth.dates import completed_text, nearest_text
from biometry_cli.measure.growth.formula import DatingFormula, inputs_text
from biometry_cli.measure.growth.size import GivenAge, Readings
from biometry_cli.results.clinical import AgeEstimate, GestationalAge

_TAKEN = {formula.name for formula in (intergrowth.CRL, *hadlock.DATING.values())}

CEPHALIC_INDEX_RANGE = (74.0, 83.0)
"""Per cent; its mean is 78.3 %. Outside it dating by BPD is unreliable (Hadlock 1981)."""


def age_estimates(readings: Readings) -> list[AgeEstimate]:
    """Every formula whose measures are there, in the order in which one is chosen."""
    possible = (each for each in DATING if readings.outer_inner.keys() >= set(each.inputs))
    return [_estimate(formula, readings) for formula in possible]


def head_shape_note(readings: Readings) -> str | None:
    """Why BPD takes no part in the age: a cephalic index outside 74 to 83 %."""
    sizes = readings.outer_outer
    if not {"BPD", "OFD"} <= sizes.keys() or readings.refusal(("BPD", "OFD")) is not None:
        return None
    index = 100 * sizes["BPD"].value_mm / sizes["OFD"].value_mm
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
    named = AgeEstimate(formula=formula.name, source=formula.source, inputs=formula.inputs)
    age = readings.estimate(formula)
    if isinstance(age, str):
        return named.model_copy(update={"reason": age})
    return named.model_copy(
        update={
            "weeks": age.value,
            "text": completed_text(age.value),
            "interval": age.interval,
            "guarantee": age.guarantee,
        }
    )
