"""Figures of a classification model over a split."""

import numpy as np
import numpy.typing as npt

from biometry_cli.calibration import ClassCalibration
from biometry_cli.data.samples import Sample
from biometry_cli.errors import DataError
from biometry_cli.evaluation.class_calibration import probabilities_of
from biometry_cli.inference.reading import Reading
from biometry_cli.results.evaluation import Case, ReliabilityBin
from biometry_cli.results.flags import UNSURE
from biometry_cli.tasks.classify.metrics import IntArray, auroc, confusion_matrix, scores
from biometry_cli.tasks.classify.reliability import (
    FloatArray,
    brier_score,
    expected_calibration_error,
    reliability,
)

PROBABILITY_FIGURES = ("ece", "ece_uncalibrated", "brier", "answered", "error_rate_answered")
"""Metrics of what the probabilities are worth, beside those of the calls."""


class ClassificationScores:
    """Collects one case an image and sums them up.

    Args:
        classes: in the order of the model's outputs.
        fitted: the model's calibration; None where it has none.
    """

    def __init__(self, classes: tuple[str, ...], fitted: ClassCalibration | None = None) -> None:
        self._classes = classes
        self._fitted = fitted
        self._truth: list[int] = []
        self._probabilities: list[list[float]] = []
        self._logits: list[npt.NDArray[np.float32]] = []
        self._unsure: list[bool] = []
        self.cases: list[Case] = []

    def add(self, sample: Sample, reading: Reading) -> None:
        """Compare one reading with its sample's label. Raises DataError without a label."""
        probabilities = reading.prediction.probabilities
        if sample.label is None or probabilities is None:
            raise DataError("has no label to compare with", where=sample.image)
        self._truth.append(self._classes.index(sample.label))
        self._probabilities.append([probabilities[name] for name in self._classes])
        if reading.logits is not None:
            self._logits.append(reading.logits)
        self._unsure.append(UNSURE in reading.prediction.flags)
        values: dict[str, float | str | None] = {
            "label": sample.label,
            "predicted": reading.prediction.label,
            "probability_of_label": probabilities[sample.label],
            "probability_of_predicted": max(probabilities.values()),
            "flags": " ".join(reading.prediction.flags),
        }
        self.cases.append(Case(file=str(sample.image), values=values))

    def confusion(self) -> list[list[int]]:
        """Counts: row = true class, column = predicted class."""
        matrix: list[list[int]] = self._matrix().tolist()
        return matrix

    def summary(self) -> tuple[dict[str, float | None], dict[str, int]]:
        """The metrics by name, and the number of images of each class.

        ``ece_uncalibrated`` is that without the temperature, of a model that has one. Where the
        model has a threshold, ``answered`` is the share of images at or above it,
        ``error_rate_answered`` the share of these that was called wrong, and the count ``unsure``
        says how many lie below.
        """
        truth, probabilities = np.array(self._truth), np.array(self._probabilities)
        metrics: dict[str, float | None] = dict(scores(self._matrix()))
        mean, by_class = auroc(truth, probabilities)
        metrics["auroc"] = mean
        metrics["ece"] = expected_calibration_error(truth, probabilities)
        uncalibrated = self._uncalibrated()
        if uncalibrated is not None:
            metrics["ece_uncalibrated"] = expected_calibration_error(truth, uncalibrated)
        metrics["brier"] = brier_score(truth, probabilities)
        counts = {name: self._truth.count(i) for i, name in enumerate(self._classes)}
        if self._fitted is not None and self._fitted.threshold is not None:
            answered = ~np.array(self._unsure)
            wrong = probabilities.argmax(axis=1) != truth
            metrics["answered"] = float(answered.mean())
            rate = float(wrong[answered].mean()) if answered.any() else None
            metrics["error_rate_answered"] = rate
            counts[UNSURE] = int((~answered).sum())
        for name, value in zip(self._classes, by_class, strict=True):
            metrics[f"auroc_{name}"] = value
        return metrics, counts

    def reliability(self) -> dict[str, list[ReliabilityBin]]:
        """The bins of a reliability diagram, by their field in the evaluation."""
        found = {"reliability": np.array(self._probabilities)}
        uncalibrated = self._uncalibrated()
        if uncalibrated is not None:
            found["reliability_uncalibrated"] = uncalibrated
        return {
            name: [
                ReliabilityBin(**each._asdict())
                for each in reliability(np.array(self._truth), probabilities)
            ]
            for name, probabilities in found.items()
        }

    def _uncalibrated(self) -> FloatArray | None:
        """Probabilities (N, C) without the temperature; None where the model has none."""
        if self._fitted is None or self._fitted.reason or not self._logits:
            return None
        return probabilities_of(np.stack(self._logits))

    def _matrix(self) -> IntArray:
        predicted = np.array(self._probabilities).argmax(axis=1)
        return confusion_matrix(np.array(self._truth), predicted, len(self._classes))
