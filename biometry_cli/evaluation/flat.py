"""The flat form in which an evaluation is published: figures by name in JSON, CSV and history."""

from collections.abc import Container

from biometry_cli.evaluation.agreement import dated, ga_error_days
from biometry_cli.results import figures as kinds
from biometry_cli.results.evaluation import Case, Evaluation, Stratum
from biometry_cli.results.figures import Kind
from biometry_cli.results.flags import UNLIKE_TRAINING, UNSURE
from biometry_cli.results.scores import (
    Call,
    Grouped,
    ImageScores,
    MaskScores,
    Measured,
    Pair,
    PointErrors,
    SplitScores,
)

Values = dict[str, float | str | None]

_OF_POINTS = (*kinds.MRE.values(), *kinds.SDR.values())


def flat(scores: SplitScores) -> Evaluation:
    """An evaluation as JSON and CSV have it."""
    called = scores.classification
    return Evaluation(
        task=scores.task,
        split=scores.split,
        n=len(scores.images),
        metrics=flat_metrics(scores),
        counts=_counts(scores),
        classes=list(scores.classes),
        points=list(scores.points),
        confusion_matrix=None if called is None else [list(row) for row in called.confusion_matrix],
        reliability=[] if called is None else list(called.reliability),
        reliability_uncalibrated=[] if called is None else list(called.reliability_uncalibrated),
        agreement=[each.agreement for each in scores.measured],
        by=scores.by,
        strata=[
            Stratum(value=each.value, n=each.n, agreement=[m.agreement for m in each.measured])
            for each in scores.strata
        ],
        model=scores.model,
        data=scores.data,
        cases=[flat_case(image) for image in scores.images],
        warnings=list(scores.warnings),
    )


def flat_metrics(scores: SplitScores) -> dict[str, float | None]:
    """Every mean over the split by its name, such as ``hd95_head_mm``."""
    metrics: dict[str, float | None] = {}
    if scores.masks is not None:
        for kind in scores.masks.overall.figures:
            metrics |= _figures(scores.masks, [kind])
    if scores.landmarks is not None:
        for chosen in (_OF_POINTS, [kinds.NME], [kinds.CLOSENESS]):
            metrics |= _figures(scores.landmarks, chosen)
    if scores.classification is not None:
        metrics |= _figures(scores.classification, scores.classification.overall.figures)
    for each in _by_name(scores):
        agreement = each.agreement
        if agreement.n:
            measure = agreement.measure.lower()
            figures = {kinds.MAE: agreement.mae, kinds.BIAS: agreement.bias, kinds.SD: agreement.sd}
            metrics |= {kind.name(measure): figure.value for kind, figure in figures.items()}
    return metrics


def flat_case(image: ImageScores) -> Case:
    """The figures of one image by name."""
    values: Values = {}
    if image.masks is not None:
        values |= _masks(image.masks)
    if image.points is not None:
        values |= _points(image.points)
    if image.call is not None:
        values |= _call(image.call)
    for pair in image.pairs:
        values |= _pair(pair)
    values["flags"] = " ".join(image.flags)
    if image.stratum is not None:
        values["stratum"] = image.stratum
    return Case(file=image.file, values=values)


def _counts(scores: SplitScores) -> dict[str, int]:
    """Over how many images or points the metrics were taken, and how many were missed."""
    counts: dict[str, int] = {}
    if scores.masks is not None:
        for kind in scores.masks.overall.figures:
            for name, group in scores.masks.groups.items():
                counts[kind.name(name)] = group.figures[kind].n
    if scores.landmarks is not None:
        overall = scores.landmarks.overall
        counts |= {"points": overall.n, "points_missed": overall.missed}
        counts["points_false"] = scores.landmarks.false
        for name, group in scores.landmarks.groups.items():
            if group.n:
                counts |= {f"points_{name}": group.n, f"points_{name}_missed": group.missed}
    if scores.classification is not None:
        counts |= {name: group.n for name, group in scores.classification.groups.items()}
        if scores.classification.unsure is not None:
            counts[UNSURE] = scores.classification.unsure
    for each in _by_name(scores):
        agreement = each.agreement
        measure = agreement.measure.lower()
        counts[f"{measure}_mm"] = agreement.n
        counts[f"{measure}_missing"] = agreement.missing
        if each.dated is not None:
            counts[f"{measure}_ga_days"] = each.dated
    if scores.unlike is not None:
        counts[UNLIKE_TRAINING] = scores.unlike
    return counts


def _by_name(scores: SplitScores) -> list[Measured]:
    return sorted(scores.measured, key=lambda each: each.agreement.measure)


def _figures(part: Grouped, chosen: Container[Kind]) -> dict[str, float | None]:
    """Over all, then of each group; a group of landmarks without a point has an NME alone."""
    overall = part.overall.figures
    named = {kind.name(): mean.value for kind, mean in overall.items() if kind in chosen}
    for name, group in part.groups.items():
        for kind, mean in group.figures.items():
            if kind in chosen and (group.n or kind not in _OF_POINTS):
                named[kind.name(name)] = mean.value
    return named


def _masks(masks: MaskScores) -> Values:
    values: Values = {}
    for name, overlap in masks.overlaps.items():
        values |= {kinds.DICE.name(name): overlap.dice, kinds.IOU.name(name): overlap.iou}
        if masks.unit is not None:
            values[kinds.HD95[masks.unit].name(name)] = overlap.hd95
            values[kinds.ASSD[masks.unit].name(name)] = overlap.assd
    values[kinds.DICE.name()] = masks.dice
    return values


def _points(points: PointErrors) -> Values:
    """Errors in mm of single groups only where they are known."""
    values: Values = {kind.name(): points.radial_error(unit) for unit, kind in kinds.MRE.items()}
    values |= {
        "points": float(len(points.errors)),
        "points_missed": float(points.missed),
        "points_false": float(points.false),
        kinds.CLOSENESS.name(): points.closeness,
    }
    for group in points.groups:
        for unit in ("px", "mm") if points.calibrated else ("px",):
            values[kinds.MRE[unit].name(group)] = points.radial_error(unit, group)
    return values | {kinds.NME.name(caliper): error for caliper, error in points.nme.items()}


def _call(call: Call) -> Values:
    return {
        "label": call.truth,
        "predicted": call.called,
        "probability_of_label": call.probabilities[call.truth],
        "probability_of_predicted": max(call.probabilities.values()),
    }


def _pair(pair: Pair) -> Values:
    """One measure; the interval only where the prediction has one."""
    measure = pair.measure.lower()
    values: Values = {
        f"{measure}_mm": pair.predicted_mm,
        f"{measure}_reference_mm": pair.reference_mm,
        f"{measure}_error_mm": None if pair.predicted_mm is None else pair.difference_mm,
    }
    if pair.interval_mm is not None:
        low_mm, high_mm = pair.interval_mm
        values |= {f"{measure}_interval_low_mm": low_mm, f"{measure}_interval_high_mm": high_mm}
    if dated(pair.measure):
        values[f"{measure}_ga_error_days"] = ga_error_days(pair)
    return values
