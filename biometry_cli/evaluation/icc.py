"""The intraclass correlation ICC(2,1): how far several raters' values stand for one another."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def icc_2_1(ratings: FloatArray) -> float:
    """ICC(2,1) of (n targets, k raters): two-way random effects, absolute agreement, one rating.

    Shrout and Fleiss, Intraclass correlations: uses in assessing rater reliability, Psychological
    Bulletin 86:420-428, 1979, from the mean squares of a two-way analysis of variance:
    (BMS - EMS) / (BMS + (k - 1) EMS + k (JMS - EMS) / n). It lies below 1, also below 0, and is
    nan with fewer than 2 targets or where all ratings are equal.
    """
    # Sums of squares lose digits to a large mean, and the coefficient does not depend on it.
    centred = ratings - ratings.mean()
    n = np.array(float(len(ratings)))
    by_target = centred.sum(axis=1)
    by_rater = centred.sum(axis=0)
    return float(icc_from_sums(n, by_rater, (centred**2).sum(), (by_target**2).sum()))


def icc_from_sums(
    n: FloatArray, by_rater: FloatArray, squares: FloatArray, target_squares: FloatArray
) -> FloatArray:
    """ICC(2,1) as above, from sums over the targets: one coefficient for each leading index.

    Args:
        n: (...,) number of targets.
        by_rater: (..., k) each rater's sum of ratings.
        squares: (...,) sum of all squared ratings.
        target_squares: (...,) sum of the squares of each target's sum over its raters.
    """
    k = by_rater.shape[-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        correction = by_rater.sum(axis=-1) ** 2 / (n * k)
        between_targets = target_squares / k - correction
        between_raters = (by_rater**2).sum(axis=-1) / n - correction
        residual = np.maximum(squares - correction - between_targets - between_raters, 0)
        bms = between_targets / (n - 1)
        jms = between_raters / (k - 1)
        ems = residual / ((n - 1) * (k - 1))
        icc: FloatArray = (bms - ems) / (bms + (k - 1) * ems + k * (jms - ems) / n)
    return icc
