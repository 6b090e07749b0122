"""How unlike its training images a model finds an image: one score, above 1 flagged.

Two views are taken, and the one that finds the image stranger counts: how it looks (another
machine, a drawing, a photo; ``appearance.py``), and what the network's deepest maps make of it
(another organ from the same machine). In each, every number becomes a normal score by its rank
among the training images; what is then left to ask is how probable the whole vector is under a
Gaussian with a few principal axes and one variance for all the rest (probabilistic PCA, Tipping
and Bishop, 1999).
"""

import math
from collections.abc import Mapping
from statistics import NormalDist
from typing import Literal

import numpy as np
import numpy.typing as npt

from biometry_cli.calibration import AppearanceCalibration, Calibration
from biometry_cli.inference.appearance import describe

FloatArray = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float64]
View = Literal["image", "network"]

FEWEST_IMAGES = 20  # less says too little about how training images differ among themselves
FLAGGED = 0.01  # of the validation images, half of them in each view
SURE = 0.95  # confidence that new images like them are flagged no more often
_QUANTILES, _AXES = 33, 32
_IMAGES_AN_AXIS = 12  # an axis of fewer images fits those alone, and new ones look strange on it
_FARTHEST = 8.0  # standard deviations; beyond, one number alone must not outweigh all others


def views(canvas: FloatArray, embedding: FloatArray | None) -> dict[View, Vector]:
    """Both views of one image as vectors.

    Args:
        canvas: (h, w) float32, 0 to 1, as placed on the network's input.
        embedding: (E,) of the network; None from an exported file that lacks it.
    """
    known: dict[View, Vector] = {"image": describe(canvas)}
    if embedding is not None:
        known["network"] = embedding.astype(np.float64)
    return known


def unlike_training(seen: Mapping[View, Vector], fitted: Calibration) -> float | None:
    """The larger score of the views that are known and calibrated; None without any."""
    scores = [
        unlike_score(seen[view], each) for view, each in fitted.appearance.items() if view in seen
    ]
    return max(scores, default=None)


def fit_appearance(training: Vector, validation: Vector) -> AppearanceCalibration | None:
    """Learn what training images look like in one view.

    The threshold flags 0.5 % of the validation images, or fewer: few images say little about the
    rarest, so it is no lower than the limit that, with 95 % confidence, 99.5 % of images like
    them stay below if their scores are log-normal (tolerance limit after Natrella, Experimental
    Statistics, 1963).

    Args:
        training: (N, D), vectors of one view of images learned from.
        validation: (M, D), of images not learned from.

    Returns:
        The calibration, or None with fewer than 20 training or 5 validation images.
    """
    if len(training) < FEWEST_IMAGES or len(validation) < 5:
        return None
    quantiles = np.quantile(training, np.linspace(0, 1, _QUANTILES), axis=0)
    deviation = training.std(axis=0) + 1e-6
    scores = _normal_scores(training, quantiles, deviation)
    mean = scores.mean(axis=0)
    _, singular, axes = np.linalg.svd(scores - mean, full_matrices=False)
    variances = singular**2 / len(scores)
    kept = max(1, min(_AXES, len(training) // _IMAGES_AN_AXIS))
    # A floor, for training images that are all but equal.
    rest = max(float(variances[kept:].sum()) / (training.shape[1] - kept), 1e-3)
    fitted = AppearanceCalibration(
        quantiles=quantiles.astype(np.float32),
        deviation=deviation.astype(np.float32),
        mean=mean.astype(np.float32),
        axes=axes[:kept].astype(np.float32),
        variances=np.maximum(variances[:kept], rest).astype(np.float32),
        rest_variance=rest,
        threshold=1.0,
        training_images=len(training),
        validation_images=len(validation),
    )
    distances = np.array([unlike_score(each, fitted) for each in validation])
    logs = np.log(np.maximum(distances, 1e-9))
    tail = math.exp(float(logs.mean() + _tolerance_factor(len(logs)) * logs.std(ddof=1)))
    threshold = max(tail, float(np.quantile(distances, 1 - FLAGGED / 2)))
    return fitted.model_copy(update={"threshold": threshold})


def unlike_score(appearance: Vector, fitted: AppearanceCalibration) -> float:
    """Distance of one appearance (D,) from the training images over the threshold; >= 0."""
    row = appearance[None]
    score = _normal_scores(row, fitted.quantiles, fitted.deviation)[0] - fitted.mean
    along = fitted.axes @ score
    rest = max(float(score @ score - along @ along), 0.0) / fitted.rest_variance
    squared = (float((along**2 / fitted.variances).sum()) + rest) / len(score)
    return math.sqrt(squared) / fitted.threshold


def _tolerance_factor(count: int) -> float:
    """Standard deviations from the mean of ``count`` scores to the limit of ``fit_appearance``."""
    tail, sure = NormalDist().inv_cdf(1 - FLAGGED / 2), NormalDist().inv_cdf(SURE)
    a = 1 - sure**2 / (2 * (count - 1))
    b = tail**2 - sure**2 / count
    return (tail + math.sqrt(tail**2 - a * b)) / a


def _normal_scores(rows: Vector, quantiles: Vector, deviation: Vector) -> Vector:
    """(N, D) numbers as standard normal deviates by rank, growing on beyond the ends."""
    count = len(quantiles)
    # The ends stand for the most extreme of as many images as there are quantiles.
    shares = np.clip(np.linspace(0, 1, count), 1 / (8 * count), 1 - 1 / (8 * count))
    levels = np.array([NormalDist().inv_cdf(share) for share in shares])
    scores = np.empty(rows.shape)
    for column in range(rows.shape[1]):
        scores[:, column] = np.interp(rows[:, column], quantiles[:, column], levels)
    beyond = np.maximum(rows - quantiles[-1], 0) - np.maximum(quantiles[0] - rows, 0)
    return np.asarray(np.clip(scores + beyond / deviation, -_FARTHEST, _FARTHEST))
