"""How far a classifier's probabilities can be believed: calibration error, Brier score, NLL."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from biometry_cli.tasks.classify.metrics import IntArray

FloatArray = npt.NDArray[np.float64]

BINS = 15
_LEAST = 1e-12  # of a probability, so that its logarithm is finite


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
    own = probabilities[np.arange(len(truth)), truth]
    return float(-np.log(np.maximum(own, _LEAST)).mean())
