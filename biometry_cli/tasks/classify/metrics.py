"""Figures of a classifier over a set of images: its calls, and how far to believe its
probabilities (calibration error, Brier score, NLL).
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

BINS = 15
_LEAST = 1e-12  # of a probability, so that its logarithm is finite


def confusion_matrix(truth: IntArray, predicted: IntArray, classes: int) -> IntArray:
    """Counts (C, C): row = true class, column = predicted class, from class numbers (N,)."""
    matrix = np.zeros((classes, classes), np.int64)
    np.add.at(matrix, (truth, predicted), 1)
    return matrix


def scores(matrix: IntArray) -> dict[str, float]:
    """Accuracy, balanced accuracy and macro F1 of a confusion matrix (C, C).

    Balanced accuracy averages the recall of classes that occur; macro F1 averages over classes
    that occur or were predicted.
    """
    right = matrix.diagonal().astype(float)
    occur, called = matrix.sum(axis=1), matrix.sum(axis=0)
    recall = right[occur > 0] / occur[occur > 0]
    involved = (occur + called) > 0
    f1 = 2 * right[involved] / (occur + called)[involved]
    return {
        "accuracy": float(right.sum() / max(matrix.sum(), 1)),
        "balanced_accuracy": float(recall.mean()) if recall.size else 0.0,
        "macro_f1": float(f1.mean()) if f1.size else 0.0,
    }


def auroc(truth: IntArray, probabilities: FloatArray) -> tuple[float | None, list[float | None]]:
    """One-vs-rest area under the ROC curve, its mean and by class.

    Args:
        truth: class numbers (N,).
        probabilities: (N, C), 0 to 1.

    Returns:
        The mean over classes that have it, and the value a class; None where a class never or
        always occurs. Equal probabilities count half (the Mann-Whitney statistic).
    """
    by_class: list[float | None] = []
    for index in range(probabilities.shape[1]):
        mine = truth == index
        positives, negatives = int(mine.sum()), int((~mine).sum())
        if not positives or not negatives:
            by_class.append(None)
            continue
        ranks = _average_ranks(probabilities[:, index])
        above = ranks[mine].sum() - positives * (positives + 1) / 2
        by_class.append(float(above / (positives * negatives)))
    known = [value for value in by_class if value is not None]
    return (float(np.mean(known)) if known else None), by_class


def _average_ranks(values: FloatArray) -> FloatArray:
    """Ranks from 1 of values (N,), equal ones sharing the mean of theirs.

    scipy.stats has this, at a second of import time for every command that evaluates.
    """
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: FloatArray = (counts.cumsum() - (counts - 1) / 2)[place]
    return ranks


class Bin(NamedTuple):
    """Images whose top probability lies in (low, high].

    ``probability`` is the mean of those top probabilities, ``right`` the share called right; both
    are None in an empty bin.
    """

    low: float
    high: float
    images: int
    probability: float | None
    right: float | None


def reliability(truth: IntArray, probabilities: FloatArray) -> list[Bin]:
    """The bins of a reliability diagram: 15 of equal width from 0 to 1, on the top probability.

    Args:
        truth: class numbers (N,).
        probabilities: (N, C), 0 to 1.
    """
    top, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    places = np.clip(np.ceil(top * BINS).astype(int) - 1, 0, BINS - 1)
    bins = []
    for place in range(BINS):
        mine = places == place
        images = int(mine.sum())
        means = (float(top[mine].mean()), float(right[mine].mean())) if images else (None, None)
        bins.append(Bin(place / BINS, (place + 1) / BINS, images, *means))
    return bins


def expected_calibration_error(truth: IntArray, probabilities: FloatArray) -> float | None:
    """Expected calibration error, 0 to 1; None without images.

    The difference between the share called right and the mean top probability, averaged over the
    bins of ``reliability`` by their images (Guo, Pleiss, Sun and Weinberger, On calibration of
    modern neural networks, ICML 2017, equation 3). Few images make it larger than it is: where
    probabilities are spread out, a perfectly calibrated model has one of about 0.12 over 100
    images, 0.05 over 500 and 0.03 over 2000.
    """
    gaps = [
        each.images * abs(each.right - each.probability)
        for each in reliability(truth, probabilities)
        if each.right is not None and each.probability is not None
    ]
    return float(sum(gaps) / len(truth)) if len(truth) else None


def brier_score(truth: IntArray, probabilities: FloatArray) -> float | None:
    """Squared distance between probabilities (N, C) and the truth (N,), mean over images.

    The classes are added up, as Brier did (Monthly Weather Review 78:1-3, 1950): 0 is perfect, 2
    is sure and wrong. None without images.
    """
    if not len(truth):
        return None
    wanted = np.eye(probabilities.shape[1])[truth]
    return float(((probabilities - wanted) ** 2).sum(axis=1).mean())


def negative_log_likelihood(truth: IntArray, probabilities: FloatArray) -> float | None:
    """Mean of -log of the true class's probability, in nats; None without images."""
    if not len(truth):
        return None
    of_truth = probabilities[np.arange(len(truth)), truth]
    return float(-np.log(np.maximum(of_truth, _LEAST)).mean())
