"""Figures of a classification model over a split."""

import numpy as np

from biometry_cli.data.samples import Sample
from biometry_cli.errors import DataError
from biometry_cli.inference.reading import Reading
from biometry_cli.results.evaluation import Case
from biometry_cli.tasks.classify.metrics import IntArray, auroc, confusion_matrix, scores


class ClassificationScores:
    """Collects one case an image and sums them up."""

    def __init__(self, classes: tuple[str, ...]) -> None:
        self._classes = classes
        self._truth: list[int] = []
        self._probabilities: list[list[float]] = []
        self.cases: list[Case] = []

    def add(self, sample: Sample, reading: Reading) -> None:
        """Compare one reading with its sample's label. Raises DataError without a label."""
        probabilities = reading.prediction.probabilities
        if sample.label is None or probabilities is None:
            raise DataError("has no label to compare with", where=sample.image)
        self._truth.append(self._classes.index(sample.label))
        self._probabilities.append([probabilities[name] for name in self._classes])
        values: dict[str, float | str | None] = {
            "label": sample.label,
            "predicted": reading.prediction.label,
            "probability_of_label": probabilities[sample.label],
        }
        self.cases.append(Case(file=str(sample.image), values=values))

    def confusion(self) -> list[list[int]]:
        """Counts: row = true class, column = predicted class."""
        matrix: list[list[int]] = self._matrix().tolist()
        return matrix

    def summary(self) -> tuple[dict[str, float | None], dict[str, int]]:
        """The metrics by name, and the number of images of each class."""
        metrics: dict[str, float | None] = dict(scores(self._matrix()))
        mean, by_class = auroc(np.array(self._truth), np.array(self._probabilities))
        metrics["auroc"] = mean
        for name, value in zip(self._classes, by_class, strict=True):
            metrics[f"auroc_{name}"] = value
        counts = {name: self._truth.count(i) for i, name in enumerate(self._classes)}
        return metrics, counts

    def _matrix(self) -> IntArray:
        predicted = np.array(self._probabilities).argmax(axis=1)
        return confusion_matrix(np.array(self._truth), predicted, len(self._classes))
