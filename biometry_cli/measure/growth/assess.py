"""The clinical layer over the sizes of one fetus: age, weight, centiles, and what to know of them.

It never fails on a size: what a formula or a chart cannot use is left out of it with the reason.
"""

from collections.abc import Mapping, Sequence

from biometry_cli.measure.growth.age import (
    age_estimates,
    choose,
    difference_note,
    disagreement_note,
    gestational_age,
    head_shape_note,
)
from biometry_cli.measure.growth.centiles import growth_centiles
from biometry_cli.measure.growth.plausible import relation_reasons
from biometry_cli.measure.growth.size import BpdConvention, GivenAge, Readings, Size, readings
from biometry_cli.measure.growth.weight import fetal_weight
from biometry_cli.results.clinical import AgeEstimate, Assessment, Centile

__all__ = ["GivenAge", "Size", "assess"]

_BPD_NOTES: dict[BpdConvention, str] = {
    "outer-outer": (
        "BPD is measured outer-outer, as INTERGROWTH-21st has it; for Hadlock and WHO it is "
        "converted to outer-inner (Wong 2018)."
    ),
    "as given": (
        "BPD is used as given: Hadlock and WHO expect it outer-inner, INTERGROWTH-21st outer-outer."
    ),
}
_CIRCULAR = (
    "The age comes from the same sizes that are scored against it, so the centiles say little "
    "about growth: an age by dates or by an early scan would."
)

_NO_AGE = "No age can be taken from these sizes, so there are no centiles: an age by dates helps."


def assess(
    sizes: Mapping[str, Size],
    *,
    given: GivenAge | None = None,
    bpd_convention: BpdConvention = "as given",
    typed: bool = True,
) -> Assessment:
    """Gestational age, fetal weight and growth centiles from the sizes of one fetus.

    Every formula that the measures allow is computed and named. Without a given age, the sizes
    are scored against the estimate of the formula with most measures.

    Args:
        sizes: by HC, BPD, OFD, AC, FL, CRL; other names are ignored.
        given: an age known beforehand; the estimates then stand beside it.
        bpd_convention: "outer-outer" converts BPD for formulas that expect it outer-inner;
            "as given" uses it as it is, and notes what each expects.
        typed: whether a person typed the sizes; notes on measured ones guess no slip of typing.
    """
    read = readings(sizes, bpd_convention, typed=typed)
    estimates = age_estimates(read)
    head_shape = head_shape_note(read)
    taken = choose(estimates, without_bpd=head_shape is not None)
    age = gestational_age(estimates, taken, given)
    weight = fetal_weight(read)
    centiles = growth_centiles(read, weight, age)
    return Assessment(
        gestational_age=age,
        fetal_weight=weight,
        centiles=centiles,
        notes=[
            *_doubts(read, typed=typed),
            *_age_notes(given, taken, estimates, head_shape, centiles),
            *([_BPD_NOTES[bpd_convention]] if "BPD" in read.outer_outer else []),
        ],
    )


def _doubts(read: Readings, *, typed: bool) -> list[str]:
    """Sizes that cannot be right, alone or beside each other."""
    usable = {
        name: size.value_mm for name, size in read.outer_outer.items() if name not in read.refused
    }
    reasons = (*read.refused.values(), *relation_reasons(usable, typed=typed))
    return [reason if reason.endswith("?") else f"{reason}." for reason in reasons]


def _age_notes(
    given: GivenAge | None,
    taken: AgeEstimate | None,
    estimates: Sequence[AgeEstimate],
    head_shape: str | None,
    centiles: Sequence[Centile],
) -> list[str]:
    notes = [] if head_shape is None else [head_shape]
    if (disagreement := disagreement_note(estimates)) is not None:
        notes.append(disagreement)
    if given is None and taken is None:
        notes.append(_NO_AGE)
    if given is not None and taken is not None:
        notes.append(difference_note(given, taken))
    if given is None and any(centile.z is not None for centile in centiles):
        notes.append(_CIRCULAR)
    return notes
