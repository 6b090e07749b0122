"""From a network's maps to what one image shows: masks, points and their measures."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from biometry_cli.bundle import ModelCard
from biometry_cli.data.labels import LabelSchema
from biometry_cli.data.preprocess import Placement
from biometry_cli.errors import BiometryError
from biometry_cli.inference.reported import UNLIKE_TRAINING, report_measures
from biometry_cli.inference.sources import FloatArray, Spacing
from biometry_cli.measure.calipers import caliper_measures, measure_calipers
from biometry_cli.measure.field_of_view import field_of_view
from biometry_cli.measure.structures import MeasuredStructure, measure_structure
from biometry_cli.results.measures import EllipseShape, Measurement, Structure
from biometry_cli.results.prediction import FoundPoint, Prediction
from biometry_cli.tasks.landmarks import decode as landmarks
from biometry_cli.tasks.segment import decode as segment

READINGS_DISAGREE = "readings_disagree"


@dataclass(frozen=True)
class Reading:
    """A prediction with the arrays behind it, for pictures and metrics.

    ``pixels`` (H, W) float32, 0 to 1; ``masks`` for segmentation alone; ``measured`` holds the
    contours and calipers of each structure found, from the masks where there are any, and
    ``measured_by_points`` what a model of both measured between its points; ``logits`` (C,) for
    classification alone, as the network gave them.
    """

    prediction: Prediction
    pixels: FloatArray
    masks: segment.DecodedMasks | None = None
    measured: tuple[MeasuredStructure, ...] = ()
    measured_by_points: tuple[MeasuredStructure, ...] = ()
    logits: FloatArray | None = None


@dataclass(frozen=True)
class Failure:
    """An input that could not be read, and why."""

    file: Path
    error: BiometryError


def measured_structures(labels: LabelSchema) -> tuple[str, ...]:
    """The structures that a model of these labels measures, in its masks or between its points."""
    return tuple(dict.fromkeys([*labels.structures, *caliper_measures(labels.calipers)]))


def read_measures(
    answer: Prediction,
    pixels: FloatArray,
    logits: FloatArray,
    placement: Placement,
    spacing: Spacing | None,
    card: ModelCard,
) -> Reading:
    """Masks, points or both of one image, measured.

    Args:
        answer: what is known of the image so far, its flags included.
        pixels: (H, W), 0 to 1.
        logits: (C, h, w), classes before heatmaps; or coordinates (2P,) or (3P,).
        placement: of the image in the network's input.
        spacing: (row, column) in mm, where known.
        card: the model's.
    """
    labels, fitted = card.labels, card.calibration
    unlike = UNLIKE_TRAINING in answer.flags
    reading = Reading(answer, pixels)
    if labels.segments:
        masks = segment.decode(logits[: len(labels.classes)], placement)
        seen = field_of_view(pixels)
        measured = tuple(
            each
            for index, name in enumerate(labels.structures)
            if (each := measure_structure(name, masks.against_rest(index), spacing, seen))
            is not None
        )
        measurements = report_measures(measured, fitted.measures, unlike=unlike)
        structures = [_structure(each, masks.mask.size) for each in measured]
        reading = Reading(
            answer.model_copy(update={"structures": structures, "measurements": measurements}),
            pixels,
            masks,
            measured,
        )
    if labels.finds_points:
        reading = _with_points(reading, logits, placement, spacing, card)
    return _flagged(reading, spacing)


def _with_points(
    reading: Reading,
    logits: FloatArray,
    placement: Placement,
    spacing: Spacing | None,
    card: ModelCard,
) -> Reading:
    labels = card.labels
    size = (card.preprocess.height_px, card.preprocess.width_px)
    points = landmarks.decode(logits, labels, placement, size)
    ends, certainty = {}, {}
    for name, places in labels.calipers.items():
        first, second = (points[labels.points[place]] for place in places)
        if first is not None and second is not None:
            ends[name] = ((first.x, first.y), (second.x, second.y))
            both = [c for c in (first.confidence, second.confidence) if c is not None]
            certainty[name] = min(both, default=None)
    measured = measure_calipers(ends, spacing, certainty)
    unlike = UNLIKE_TRAINING in reading.prediction.flags
    measurements = report_measures(measured, card.calibration.point_measures, unlike=unlike)
    found = {
        name: None if each is None else FoundPoint(x=each.x, y=each.y, confidence=each.confidence)
        for name, each in points.items()
    }
    if reading.masks is None:
        known = {"points": found, "measurements": measurements}
        return Reading(
            reading.prediction.model_copy(update=known), reading.pixels, measured=measured
        )
    known = {
        "points": found,
        "measurements": _compared(reading.prediction.measurements, measurements),
        "point_measurements": measurements,
    }
    return Reading(
        reading.prediction.model_copy(update=known),
        reading.pixels,
        reading.masks,
        reading.measured,
        measured,
    )


def _compared(measurements: list[Measurement], by_points: list[Measurement]) -> list[Measurement]:
    """Measures from masks, flagged where the one between points lies further away than both
    intervals reach."""
    other = {each.name: each for each in by_points}
    return [
        each.model_copy(update={"flags": [*each.flags, READINGS_DISAGREE]})
        if each.name in other and _apart(each, other[each.name])
        else each
        for each in measurements
    ]


def _apart(first: Measurement, second: Measurement) -> bool:
    if first.interval is None or second.interval is None or first.unit != second.unit:
        return False
    return first.interval[1] < second.interval[0] or second.interval[1] < first.interval[0]


def _flagged(reading: Reading, spacing: Spacing | None) -> Reading:
    """The reading with a line for each thing that speaks against it."""
    prediction, measured = reading.prediction, reading.measured
    found = bool(measured) or any(each is not None for each in (prediction.points or {}).values())
    flags = [*prediction.flags]
    flags += [] if spacing else ["no_spacing"]
    flags += [] if found else ["no_structure"]
    flags += [f"{each.name}:{flag}" for each in measured for flag in each.flags]
    flags += [
        f"{each.name}:{flag}"
        for each in reading.measured_by_points
        for flag in each.flags
        if f"{each.name}:{flag}" not in flags
    ]
    of_structures = {flag for each in measured for flag in each.flags} | {"no_spacing"}
    flags += [
        f"{each.name}:{flag}"
        for each in prediction.measurements
        for flag in each.flags
        if flag not in of_structures
    ]
    return Reading(
        prediction.model_copy(update={"flags": flags}),
        reading.pixels,
        reading.masks,
        reading.measured,
        reading.measured_by_points,
    )


def _structure(measured: MeasuredStructure, image_px: int) -> Structure:
    shape = measured.ellipse_px
    return Structure(
        name=measured.name,
        area_px=measured.area_px,
        area_fraction=measured.area_px / image_px,
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
