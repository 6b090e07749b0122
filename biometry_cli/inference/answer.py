"""From what was found and measured in an image to the answer that is published of it.

Interval, flags, and what the sizes mean for the fetus; the answer is made once, from all of it.
"""

from collections.abc import Container, Mapping, Sequence

import numpy as np

from biometry_cli.bundle import ModelCard
from biometry_cli.calibration import MeasureCalibration, guarantee_of, interval_of
from biometry_cli.data.frames import Frame
from biometry_cli.inference.reading import Found, Measures
from biometry_cli.learned import calls_hardly_learned, hardly_learned
from biometry_cli.measure.growth.assess import GivenAge, Size, assess
from biometry_cli.measure.growth.plausible import measure_flags, relation_reasons
from biometry_cli.measure.structures import MeasuredStructure
from biometry_cli.results import flags
from biometry_cli.results.clinical import Assessment
from biometry_cli.results.flags import Flag, grade_unlike
from biometry_cli.results.measures import EllipseShape, Measurement, Structure
from biometry_cli.results.prediction import FoundPoint, PlaneFound, Prediction

BROKEN_PROMISE = "does not hold for this image: it is unlike those that the model learned from"


def answer(
    frame: Frame,
    found: Found,
    measures: Measures,
    card: ModelCard,
    name: str,
    *,
    unlike: float | None = None,
    plane: PlaneFound | None = None,
    assessed: bool = True,
    age: GivenAge | None = None,
) -> Prediction:
    """The published answer to one image.

    Args:
        frame: the image.
        found, measures: what the model found and measured in it.
        card, name: the model's.
        unlike: how far the image lies from what the model learned from.
        plane: as recognised, where a classifier went first.
        assessed: whether to work out age, weight and centiles.
        age: the gestational age that sizes are scored against; estimated when None.
    """
    graded = grade_unlike(unlike)
    measurements, again = _measurements(measures, card, void=graded is not None)
    assessment, doubts = Assessment(), list[str]()
    if assessed:
        assessment, doubts = assess_measures(measurements, age)
    spacing = frame.spacing
    joint = card.labels.segments and card.labels.finds_points
    return Prediction(
        file=str(frame.ref),
        task=card.task,
        model=name,
        spacing_mm=_published(None if spacing is None else spacing.pair),
        spacing_origin=None if spacing is None else spacing.origin,
        structures=[_structure(each, frame) for each in measures.taken if len(each.contour_px)],
        measurements=measurements,
        points=None if found.points is None else _points(found),
        point_measurements=again if joint else [],
        label=found.label,
        probabilities=None if found.probabilities is None else dict(found.probabilities),
        unlike_training=unlike,
        plane=plane,
        gestational_age=assessment.gestational_age,
        fetal_weight=assessment.fetal_weight,
        centiles=assessment.centiles,
        notes=[*frame.remarks, *assessment.notes],
        flags=[
            *([flags.UNFINISHED_TRAINING] if not card.training.finished else []),
            *([graded] if graded else []),
            *_class_flags(found, card),
            *(_measuring_flags(frame, found, measures, measurements, card)),
            *([flags.NOT_MEASURED] if plane is not None and plane.reason is not None else []),
            *doubts,
        ],
    )


def report_measures(
    structures: Sequence[MeasuredStructure],
    fitted: Mapping[str, MeasureCalibration],
    *,
    void: bool,
    guessed: Container[tuple[str, str]] = (),
) -> list[Measurement]:
    """All measures of structures with their intervals and flags.

    Args:
        structures: as measured.
        fitted: the model's calibration by measure.
        void: whether the image is such that no interval promises anything.
        guessed: structures that the model hardly learned, and by mask or points.
    """
    reported = []
    for structure in structures:
        for measured in structure.measures:
            calibration = fitted.get(measured.name)
            interval = None
            if calibration is not None:
                interval = interval_of(measured.value, measured.unit, calibration)
            kinds = list(structure.flags)
            if (structure.name, structure.by) in guessed:
                kinds.append(flags.HARDLY_LEARNED)
            if measured.unit == "mm":
                kinds += measure_flags(measured.name, measured.value)
            elif measured.unit.startswith("px"):
                kinds.append(flags.NO_SPACING)
            promise = BROKEN_PROMISE if void and interval else guarantee_of(calibration)
            reported.append(
                Measurement(
                    name=measured.name,
                    value=measured.value,
                    unit=measured.unit,
                    interval=interval,
                    guarantee=promise,
                    method=measured.method,
                    convention=measured.convention,
                    calipers=measured.calipers_px,
                    by=measured.by,
                    flags=kinds,
                )
            )
    return reported


def assess_measures(
    measures: Sequence[Measurement], given: GivenAge | None
) -> tuple[Assessment, list[str]]:
    """Age, weight and centiles from measures in mm, and a flag where they do not fit together.

    A size that no fetus has is left out, with a note that names the likely slip, and so is one
    that the model only guesses. Empty without a measure in mm: pixels say nothing of an age.
    """
    sized = [each for each in measures if each.unit == "mm"]
    guesses = [each.name for each in sized if flags.HARDLY_LEARNED in each.flags]
    sizes = {e.name: Size(e.value, e.interval) for e in sized if e.name not in guesses}
    left_out = [
        f"{', '.join(guesses)}: hardly learned by the model, and left out of age, weight and "
        "centiles."
    ]
    if not sizes:
        return Assessment(notes=left_out if guesses else []), []
    usable = {
        each.name: each.value
        for each in sized
        if each.name in sizes and flags.IMPLAUSIBLE_SIZE not in each.flags
    }
    doubts = [flags.IMPLAUSIBLE_RELATION] if relation_reasons(usable) else []
    assessment = assess(sizes, given=given, bpd_convention="outer-outer", typed=False)
    if guesses:
        assessment = assessment.model_copy(update={"notes": [*left_out, *assessment.notes]})
    return assessment, doubts


def _measurements(
    measures: Measures, card: ModelCard, *, void: bool
) -> tuple[list[Measurement], list[Measurement]]:
    """The measures that are taken, and those between points beside masks."""
    calibration, guessed = card.calibration, hardly_learned(card)
    between = report_measures(
        measures.again, calibration.point_measures, void=void, guessed=guessed
    )
    beside = {each.name: each for each in between}
    taken: list[Measurement] = []
    for structure in measures.taken:
        by_points = structure.by == "points"
        fitted = calibration.point_measures if by_points else calibration.measures
        reported = report_measures([structure], fitted, void=void, guessed=guessed)
        taken += reported if by_points else [_compared(each, beside) for each in reported]
    return taken, between


def _compared(measurement: Measurement, beside: Mapping[str, Measurement]) -> Measurement:
    """A measure from a mask, flagged where the same one between points lies further away than
    both intervals reach."""
    other = beside.get(measurement.name)
    if other is None or not _apart(measurement, other):
        return measurement
    return measurement.model_copy(update={"flags": [*measurement.flags, flags.READINGS_DISAGREE]})


def _apart(first: Measurement, second: Measurement) -> bool:
    if first.interval is None or second.interval is None or first.unit != second.unit:
        return False
    return first.interval[1] < second.interval[0] or second.interval[1] < first.interval[0]


def _class_flags(found: Found, card: ModelCard) -> list[str]:
    if found.label is None or found.probabilities is None:
        return []
    told = [flags.HARDLY_LEARNED] if calls_hardly_learned(card) else []
    fitted = card.calibration.classes
    threshold = None if fitted is None else fitted.threshold
    unsure = threshold is not None and found.probabilities[found.label] < threshold
    return [*told, *([flags.UNSURE] if unsure else [])]


def _measuring_flags(
    frame: Frame,
    found: Found,
    measures: Measures,
    measurements: Sequence[Measurement],
    card: ModelCard,
) -> list[str]:
    """A line for each thing that speaks against what a measuring model says."""
    if card.task == "classify":
        return []
    shown = bool(measures.taken) or any(p is not None for p in (found.points or {}).values())
    told = [] if frame.spacing is not None else [Flag(flags.NO_SPACING)]
    told += [] if shown else [Flag(flags.NO_STRUCTURE)]
    of_structures = [Flag(kind, each.name) for each in measures.taken for kind in each.flags]
    again = [Flag(kind, each.name) for each in measures.again for kind in each.flags]
    of_structures += _guessed(measures, card)
    told += of_structures
    told += [flag for flag in again if flag not in of_structures]
    known = {flag.kind for flag in of_structures} | {flags.NO_SPACING}
    told += [
        Flag(kind, each.name) for each in measurements for kind in each.flags if kind not in known
    ]
    told += [Flag(flags.NOT_ON_THIS_PLANE, name) for name in measures.elsewhere]
    return [str(flag) for flag in told]


def _guessed(measures: Measures, card: ModelCard) -> list[Flag]:
    """Structures shown that the model hardly learned; the image where it shows none at all."""
    guessed = hardly_learned(card)
    shown = {(each.name, each.by) for each in (*measures.taken, *measures.again)}
    names = dict.fromkeys(name for name, by in guessed if (name, by) in shown)
    if guessed and not shown:
        names = {"": None}
    return [Flag(flags.HARDLY_LEARNED, name) for name in names]


def _points(found: Found) -> dict[str, FoundPoint | None]:
    return {
        name: None
        if point is None
        else FoundPoint(x=point.x, y=point.y, confidence=point.confidence)
        for name, point in (found.points or {}).items()
    }


def _published(pair: tuple[float, float] | None) -> float | tuple[float, float] | None:
    return pair[0] if pair is not None and pair[0] == pair[1] else pair


def _structure(measured: MeasuredStructure, frame: Frame) -> Structure:
    shape = measured.ellipse_px
    return Structure(
        name=measured.name,
        area_px=measured.area_px,
        area_fraction=measured.area_px / frame.pixels.size,
        ellipse=None
        if shape is None
        else EllipseShape(
            center_x_px=shape.center_x,
            center_y_px=shape.center_y,
            semi_major_px=shape.semi_major,
            semi_minor_px=shape.semi_minor,
            angle_deg=float(np.degrees(shape.angle_rad)),
        ),
    )
