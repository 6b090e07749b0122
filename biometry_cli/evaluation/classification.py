"""Calls of a classifier: one image, and a split."""

from collections.abc import Sequence

import numpy as np

from biometry_cli.calibration import ClassCalibration
from biometry_cli.data.samples import Sample
from biometry_cli.errors import DataError
from biometry_cli.evaluation.class_calibration import probabilities_of
from biometry_cli.inference.reading import Reading
from biometry_cli.results import figures as kinds
from biometry_cli.results.evaluation import ReliabilityBin
from biometry_cli.results.figures import Kind
from biometry_cli.results.flags import UNSURE
from biometry_cli.results.scores import Call, Classification, Group, ImageScores, Mean
from biometry_cli.tasks.classify.metrics import (
    FloatArray,
    IntArray,
    auroc,
    brier_score,
    confusion_matrix,
    expected_calibration_error,
    reliability,
    scores,
)


def compare(sample: Sample, reading: Reading) -> Call:
    """The call of one image beside its label. Raises DataError without a label."""
    answer, logits = reading.prediction, reading.logits
    if sample.label is None or answer.label is None or answer.probabilities is None:
        raise DataError("has no label to compare with", where=sample.image)
    return Call(
        truth=sample.label,
        called=answer.label,
        probabilities=answer.probabilities,
        logits=None if logits is None else logits.tolist(),
    )


def sum_up(
    images: Sequence[ImageScores], classes: Sequence[str], fitted: ClassCalibration | None = None
) -> Classification:
    """Figures of the calls, and of what the probabilities are worth.

    The figures "before calibration" are those without the temperature, of a model that has one.
    Where the model has a threshold, ``ANSWERED`` is the share of images at or above it, and
    ``ERROR_RATE_ANSWERED`` the share of these that was called wrong.

    Args:
        images: with a call, one at least.
        classes: in the order of the model's outputs.
        fitted: the model's calibration; None where it has none.
    """
    calls = [image.call for image in images if image.call is not None]
    count = len(calls)
    truth = np.array([classes.index(call.truth) for call in calls])
    probabilities = np.array([[call.probabilities[name] for name in classes] for call in calls])
    called = probabilities.argmax(axis=1)
    matrix = confusion_matrix(truth, called, len(classes))
    of_calls = scores(matrix)
    mean_auroc, auroc_by_class = auroc(truth, probabilities)
    values: dict[Kind, float | None] = {
        kinds.ACCURACY: of_calls["accuracy"],
        kinds.BALANCED_ACCURACY: of_calls["balanced_accuracy"],
        kinds.MACRO_F1: of_calls["macro_f1"],
        kinds.AUROC: mean_auroc,
        kinds.ECE: expected_calibration_error(truth, probabilities),
    }
    uncalibrated = _uncalibrated(calls, fitted)
    if uncalibrated is not None:
        values[kinds.ECE_UNCALIBRATED] = expected_calibration_error(truth, uncalibrated)
    values[kinds.BRIER] = brier_score(truth, probabilities)
    figures = {kind: Mean(value, count) for kind, value in values.items()}
    unsure = None
    if fitted is not None and fitted.threshold is not None:
        answered = np.array([UNSURE not in image.flags for image in images])
        wrong = (called != truth)[answered]
        unsure = count - len(wrong)
        figures[kinds.ANSWERED] = Mean(float(answered.mean()), count)
        rate = float(wrong.mean()) if len(wrong) else None
        figures[kinds.ERROR_RATE_ANSWERED] = Mean(rate, len(wrong))
    groups = {
        name: Group(int((truth == place).sum()), {kinds.AUROC: Mean(value, count)})
        for place, (name, value) in enumerate(zip(classes, auroc_by_class, strict=True))
    }
    return Classification(
        groups,
        Group(count, figures),
        unsure=unsure,
        confusion_matrix=matrix.tolist(),
        reliability=_bins(truth, probabilities),
        reliability_uncalibrated=[] if uncalibrated is None else _bins(truth, uncalibrated),
    )


def _bins(truth: IntArray, probabilities: FloatArray) -> list[ReliabilityBin]:
    return [ReliabilityBin(**each._asdict()) for each in reliability(truth, probabilities)]


def _uncalibrated(calls: Sequence[Call], fitted: ClassCalibration | None) -> FloatArray | None:
    """Probabilities (N, C) without the temperature; None where the model has none."""
    logits = [call.logits for call in calls if call.logits is not None]
    if fitted is None or fitted.reason or not logits:
        return None
    return probabilities_of(np.array(logits))
