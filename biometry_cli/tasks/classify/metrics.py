"""Figures of a classifier over a set of images."""

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]


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


def auroc(
    truth: IntArray, probabilities: npt.NDArray[np.float64]
) -> tuple[float | None, list[float | None]]:
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


def _average_ranks(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Ranks from 1 of values (N,), equal ones sharing the mean of theirs.

    scipy.stats has this, at a second of import time for every command that evaluates.
    """
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: npt.NDArray[np.float64] = (counts.cumsum() - (counts - 1) / 2)[place]
    return ranks
