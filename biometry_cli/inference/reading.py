"""What one image shows, and what of it is measured: from a network's answer to structures.

Finding and measuring are apart, so that a corrected mask or point is measured like a found one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from biometry_cli.bundle import ModelCard
from biometry_cli.calibration import ClassCalibration
from biometry_cli.data.frames import Failure, FloatArray, Frame
from biometry_cli.data.labels import LabelSchema
from biometry_cli.data.preprocess import Placement
from biometry_cli.measure.calipers import caliper_measures, measure_calipers
from biometry_cli.measure.catalog import structure_of
from biometry_cli.measure.field_of_view import field_of_view
from biometry_cli.measure.structures import MeasuredStructure, measure_structure
from biometry_cli.results.prediction import Prediction
from biometry_cli.tasks.classify import decode as classify
from biometry_cli.tasks.landmarks import decode as landmarks
from biometry_cli.tasks.landmarks.decode import DecodedPoint
from biometry_cli.tasks.segment import decode as segment
from biometry_cli.tasks.segment.decode import DecodedMasks

__all__ = ["Failure", "Found", "Measures", "Reading", "find", "measure", "measured_structures"]

Points = Mapping[str, DecodedPoint | None]


@dataclass(frozen=True)
class Found:
    """What a network found in one image.

    Attributes:
        masks: of a model of masks.
        points: by name, None for one that is not visible; of a model of landmarks.
        label, probabilities, logits: of a classifier; logits (C,) as the network gave them.
    """

    masks: DecodedMasks | None = None
    points: Points | None = None
    label: str | None = None
    probabilities: Mapping[str, float] | None = None
    logits: FloatArray | None = None


@dataclass(frozen=True)
class Measures:
    """Structures measured in one image.

    Attributes:
        taken: in the masks; structures that the model knows by points alone, between these.
        again: all between points, beside masks: a second reading of what both give.
        elsewhere: names of structures found that do not belong on the image's plane.
    """

    taken: tuple[MeasuredStructure, ...] = ()
    again: tuple[MeasuredStructure, ...] = ()
    elsewhere: tuple[str, ...] = ()

    def only(self, structure: str) -> "Measures":
        """The same with one structure alone; the others are named."""
        names = dict.fromkeys(each.name for each in (*self.taken, *self.again))
        return Measures(
            taken=tuple(each for each in self.taken if each.name == structure),
            again=tuple(each for each in self.again if each.name == structure),
            elsewhere=tuple(name for name in names if name != structure),
        )


@dataclass(frozen=True)
class Reading:
    """A published answer with the arrays behind it, for pictures and metrics.

    Attributes:
        prediction: the answer.
        pixels: (H, W) float32, 0 to 1.
        masks: of a model of masks.
        measured: contours and calipers of each structure that is measured.
        measured_by_points: what a model of masks and points measured between its points.
        logits: (C,) of a classifier, as the network gave them.
        number: of the frame, in a file of many.
        sha256, size_bytes: of the file that the frame came from; None where it came from none.
    """

    prediction: Prediction
    pixels: FloatArray
    masks: DecodedMasks | None = None
    measured: tuple[MeasuredStructure, ...] = ()
    measured_by_points: tuple[MeasuredStructure, ...] = ()
    logits: FloatArray | None = None
    number: int | None = None
    sha256: str | None = None
    size_bytes: int | None = None


def measured_structures(labels: LabelSchema) -> tuple[str, ...]:
    """The structures that a model of these labels measures, in its masks or between its points."""
    return tuple(dict.fromkeys([*labels.structures, *caliper_measures(labels.calipers)]))


def find(logits: FloatArray, placement: Placement, card: ModelCard) -> Found:
    """What a network's answer says of one image.

    Args:
        logits: (C, h, w), classes before heatmaps; or coordinates (2P,) or (3P,); or (C,).
        placement: of the image in the network's input.
        card: the model's.
    """
    labels = card.labels
    if labels.task == "classify":
        fitted = card.calibration.classes or ClassCalibration()
        label, probabilities = classify.decode(logits, labels.classes, fitted.temperature)
        return Found(label=label, probabilities=probabilities, logits=logits)
    masks = segment.decode(logits[: len(labels.classes)], placement) if labels.segments else None
    points: Points | None = None
    if labels.finds_points:
        size = (card.preprocess.height_px, card.preprocess.width_px)
        points = landmarks.decode(logits, labels, placement, size)
    return Found(masks=masks, points=points)


def measure(found: Found, frame: Frame, labels: LabelSchema) -> Measures:
    """Measure what was found: depends on nothing but its arguments.

    Where a model gives both, masks measure the structures that they know; what the points alone
    know is measured between these.
    """
    spacing = None if frame.spacing is None else frame.spacing.pair
    by_points = _measured_calipers(found.points, labels, spacing)
    if found.masks is None:
        return Measures(taken=by_points)
    by_masks = _measured_masks(found.masks, frame.pixels, labels, spacing)
    alone = tuple(each for each in by_points if each.name not in labels.structures)
    return Measures(taken=(*by_masks, *alone), again=by_points)


def only_found(found: Found, structure: str, labels: LabelSchema) -> Found:
    """The same with the masks and the caliper ends of one structure alone."""
    masks, points = found.masks, found.points
    if masks is not None:
        kept = np.array([name == structure for name in labels.structures])
        masks = DecodedMasks(
            probabilities=np.where(kept[:, None, None], masks.probabilities, np.float32(0)),
            mask=np.where(np.isin(masks.mask, 1 + np.flatnonzero(kept)), masks.mask, np.uint8(0)),
        )
    if points is not None:
        ends = {
            labels.points[end]
            for caliper, pair in labels.calipers.items()
            for end in pair
            if structure_of(caliper) == structure
        }
        points = {name: point for name, point in points.items() if name in ends}
    return replace(found, masks=masks, points=points)


def _measured_masks(
    masks: DecodedMasks,
    pixels: FloatArray,
    labels: LabelSchema,
    spacing: tuple[float, float] | None,
) -> tuple[MeasuredStructure, ...]:
    shown = [
        (index, name)
        for index, name in enumerate(labels.structures)
        if (masks.mask == index + 1).any()
    ]
    if not shown:
        return ()
    seen = field_of_view(pixels)
    measured: Iterable[MeasuredStructure | None] = (
        measure_structure(name, masks.against_rest(index), spacing, seen) for index, name in shown
    )
    return tuple(each for each in measured if each is not None)


def _measured_calipers(
    points: Points | None, labels: LabelSchema, spacing: tuple[float, float] | None
) -> tuple[MeasuredStructure, ...]:
    if points is None:
        return ()
    ends, certainty = {}, {}
    for name, places in labels.calipers.items():
        first, second = (points.get(labels.points[place]) for place in places)
        if first is not None and second is not None:
            ends[name] = ((first.x, first.y), (second.x, second.y))
            both = [c for c in (first.confidence, second.confidence) if c is not None]
            certainty[name] = min(both, default=None)
    return measure_calipers(ends, spacing, certainty)
