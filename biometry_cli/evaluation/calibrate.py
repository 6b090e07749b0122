"""Calibrates a trained model on its validation split: errors, probabilities, what is unlike."""

from collections.abc import Callable, Sequence

import numpy as np

from biometry_cli.calibration import (
    FEWEST_SUBJECTS,
    Calibration,
    ClassCalibration,
    MeasureCalibration,
)
from biometry_cli.data.contradictions import measured_points
from biometry_cli.data.layout import Dataset
from biometry_cli.data.samples import Sample
from biometry_cli.data.splits import place_of
from biometry_cli.errors import DataError
from biometry_cli.evaluation.class_calibration import Answered, fit_classes
from biometry_cli.evaluation.conformal import Compared, fit_measure
from biometry_cli.evaluation.evaluate import sources_of
from biometry_cli.evaluation.references import annotated_masks
from biometry_cli.inference.predictor import Predictor
from biometry_cli.inference.reading import Failure
from biometry_cli.inference.unlike import Vector, View, fit_appearance
from biometry_cli.measure.calipers import caliper_measures
from biometry_cli.measure.catalog import measure_names
from biometry_cli.measure.structures import MeasuredStructure
from biometry_cli.results.measures import Measurement

MOST_TRAINING_IMAGES = 1000  # of these the appearance is learned; more add time, not knowledge
_CHOOSING_SHARE = 1 / 4


def divide_validation(
    samples: Sequence[Sample], seed: int
) -> tuple[tuple[Sample, ...], tuple[Sample, ...], bool]:
    """Part the validation images into those that choose the checkpoint and those that calibrate.

    A quarter of the subjects choose, if the others are subjects enough for an interval;
    else all do both. Each subject's name and the seed give its place in the order in which they
    are taken, so that a subject more or less moves one other at most.

    Returns:
        Choosing images, calibrating images, and whether they are apart.
    """
    subjects = sorted({sample.subject for sample in samples})
    if len(subjects) * (1 - _CHOOSING_SHARE) < FEWEST_SUBJECTS + 1:
        return tuple(samples), tuple(samples), False
    ordered = sorted(subjects, key=lambda each: place_of(each, f"choose-{seed}"))
    choosing = set(ordered[: round(_CHOOSING_SHARE * len(subjects))])
    return (
        tuple(sample for sample in samples if sample.subject in choosing),
        tuple(sample for sample in samples if sample.subject not in choosing),
        True,
    )


def calibrate(
    predictor: Predictor,
    dataset: Dataset,
    *,
    seed: int,
    unsure_error_rate: float = 0.05,
    on_image: Callable[[], None] | None = None,
) -> Calibration:
    """Fit all that a model's card says of its errors and of its training images.

    A measure's reference is that of ``spacing.csv`` where there is one, else the measure of the
    annotated mask or between the annotated points. The whole validation split sets the limits of
    what is unlike training: they hardly depend on the checkpoint.

    Args:
        predictor: the finished model.
        dataset: the data it was trained on, with train and val.
        seed: of the division of the validation split, as in training.
        unsure_error_rate: the largest share of wrong answers among those that a classifier is
            sure of, 0 to 1.
        on_image: called after each image, for a progress bar; ``images_to_calibrate`` times.

    Raises:
        DataError: an image or mask that cannot be read.
    """

    def done() -> None:
        if on_image is not None:
            on_image()

    _, chosen, apart = divide_validation(dataset.split("val"), seed)
    measures: dict[str, MeasureCalibration] = {}
    by_points: dict[str, MeasureCalibration] = {}
    labels = predictor.card.labels
    if labels.task != "classify":
        cases: dict[str, list[Compared]] = {
            name: [] for each in labels.structures for name in measure_names(each)
        }
        point_cases: dict[str, list[Compared]] = {
            name: [] for names in caliper_measures(labels.calipers).values() for name in names
        }
        readings = predictor.readings(sources_of(chosen), assess=False)
        for sample, reading in zip(chosen, readings, strict=True):
            if isinstance(reading, Failure):
                raise reading.error
            found = reading.prediction
            spacing = sample.calibration.spacing_mm
            if labels.segments:
                truth = annotated_masks(sample, dataset, spacing)
                _compare(sample, found.measurements, truth, cases)
            if labels.finds_points:
                answers = found.point_measurements if labels.segments else found.measurements
                truth = measured_points(sample, labels.points, spacing)
                _compare(sample, answers, truth, point_cases)
            done()
        measures = {name: fit_measure(each, apart=apart, seed=seed) for name, each in cases.items()}
        by_points = {
            name: fit_measure(each, apart=apart, seed=seed) for name, each in point_cases.items()
        }
    classes: ClassCalibration | None = None
    if predictor.card.task == "classify":
        called = _answers(predictor, chosen, done)
        classes = fit_classes(called, error_rate=unsure_error_rate, apart=apart, seed=seed)
    appearance = {}
    seen = [
        _collect(predictor, samples, done)
        for samples in (_training_images(dataset), dataset.split("val"))
    ]
    for view in seen[0]:
        fitted = fit_appearance(seen[0][view], seen[1][view])
        if fitted is not None:
            appearance[view] = fitted
    return Calibration(
        measures=measures, point_measures=by_points, classes=classes, appearance=appearance
    )


def images_to_calibrate(dataset: Dataset, seed: int) -> int:
    """How many images ``calibrate`` goes through, some of them twice."""
    validation = dataset.split("val")
    again = len(divide_validation(validation, seed)[1])
    return again + len(_training_images(dataset)) + len(validation)


def _training_images(dataset: Dataset) -> tuple[Sample, ...]:
    samples = dataset.split("train")
    step = -(-len(samples) // MOST_TRAINING_IMAGES)
    return samples[::step]


def _collect(
    predictor: Predictor, samples: Sequence[Sample], done: Callable[[], None]
) -> dict[View, Vector]:
    """Each view of all images, (N, D)."""
    collected: dict[View, list[Vector]] = {}
    for seen in predictor.views(sample.image for sample in samples):
        for view, vector in seen.items():
            collected.setdefault(view, []).append(vector)
        done()
    return {view: np.array(vectors) for view, vectors in collected.items()}


def _answers(
    predictor: Predictor, samples: Sequence[Sample], done: Callable[[], None]
) -> list[Answered]:
    """Logits beside the true class. Raises DataError where there is no image or no label."""
    answers = []
    for sample, reading in zip(
        samples, predictor.readings(sources_of(samples), assess=False), strict=True
    ):
        if isinstance(reading, Failure):
            raise reading.error
        if sample.label is None or reading.logits is None:
            raise DataError("has no label to calibrate with", where=sample.image)
        truth = predictor.card.labels.classes.index(sample.label)
        answers.append(Answered(sample.subject, reading.logits, truth))
        done()
    return answers


def _compare(
    sample: Sample,
    measurements: Sequence[Measurement],
    annotated: Sequence[MeasuredStructure],
    cases: dict[str, list[Compared]],
) -> None:
    """Add each measure of one image that is calibrated here and has a reference in its unit."""
    references = {(name, "mm"): v for name, v in sample.calibration.reference_mm.items()}
    for structure in annotated:
        for measure in structure.measures:
            references.setdefault((measure.name, measure.unit), measure.value)
    for found in measurements:
        reference = references.get((found.name, found.unit))
        # What points alone measure is calibrated among the points.
        if reference is not None and found.value > 0 and found.name in cases:
            case = Compared(sample.subject, found.value, reference, found.unit)
            cases[found.name].append(case)
