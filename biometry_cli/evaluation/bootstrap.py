"""What is drawn by subject, whose images are alike: intervals by bootstrap, one image of each."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from biometry_cli.results.base import Interval

FloatArray = NDArray[np.float64]
Statistic = Callable[[FloatArray], FloatArray]
"""(..., F) sums -> (..., K) figures, nan where a figure cannot be worked out."""

_ENDS = (0.025, 0.975)
_NO_SPREAD = 1e-9  # relative; less between the resamples is rounding


def bootstrap_intervals(
    sums: FloatArray, statistic: Statistic, *, seed: int, resamples: int
) -> list[Interval | None]:
    """The 95 % interval of each figure, as the subjects vary.

    Each resample draws as many subjects as there are, with replacement, and all images of a
    subject come along: images of one subject are alike, and drawn one by one they would promise
    too much. The ends are the bias-corrected and accelerated ones (BCa; Efron, Better bootstrap
    confidence intervals, Journal of the American Statistical Association 82:171-185, 1987), since
    plain percentiles put a standard deviation too low; the acceleration comes from leaving out
    one subject at a time. Under about 20 subjects all such intervals are too narrow.

    Args:
        sums: (S subjects, F) what each subject's images add to each sum.
        statistic: the figures of a sample from its sums.
        seed: equal seeds give equal intervals.
        resamples: how many; 0 gives no interval.

    Returns:
        One interval a figure. None with fewer than 2 subjects, for a figure that is not known,
        and for one that is the same in every resample: of what a sample never shows, such as a
        single miss, no resample can tell how often it happens. A resample in which a figure
        cannot be worked out is left out for that figure.
    """
    subjects = len(sums)
    value = statistic(sums.sum(axis=0))
    if subjects < 2 or resamples < 1:
        return [None] * len(value)
    generator = np.random.default_rng(seed)
    drawn = generator.multinomial(subjects, np.full(subjects, 1 / subjects), size=resamples)
    resampled = statistic(drawn @ sums)
    left_out = statistic(sums.sum(axis=0) - sums)
    return [_bca(value[k], resampled[:, k], left_out[:, k]) for k in range(len(value))]


def one_a_subject(subjects: Sequence[str], seed: int) -> list[int]:
    """Places of one image of each subject, whose images fail together; ``subjects`` by image."""
    places: dict[str, list[int]] = {}
    for place, subject in enumerate(subjects):
        places.setdefault(subject, []).append(place)
    rng = np.random.default_rng(seed)
    return [images[int(rng.integers(len(images)))] for _, images in sorted(places.items())]


def _bca(value: float, resampled: FloatArray, left_out: FloatArray) -> Interval | None:
    resampled = resampled[np.isfinite(resampled)]
    if not np.isfinite(value) or not len(resampled):
        return None
    if np.ptp(resampled) <= _NO_SPREAD * max(1.0, abs(value)):
        return None
    # Ties count half: a share over few images repeats in many resamples.
    below = np.mean(resampled < value) + np.mean(resampled == value) / 2
    least = 0.5 / len(resampled)
    correction = ndtri(np.clip(below, least, 1 - least))
    pull = correction + ndtri(_ENDS)
    room = 1 - _acceleration(left_out) * pull
    # Where the acceleration leaves no room, the formula's limit is the outermost resample.
    shifted = np.where(room > 0, correction + pull / np.where(room > 0, room, 1), pull * np.inf)
    low, high = np.quantile(resampled, ndtr(shifted)).tolist()
    return low, high


def _acceleration(left_out: FloatArray) -> float:
    """Skewness of what single subjects do to a figure, over 6; 0 where they do nothing."""
    left_out = left_out[np.isfinite(left_out)]
    influence = left_out.mean() - left_out if len(left_out) else left_out
    spread = float((influence**2).sum())
    return float((influence**3).sum()) / (6 * spread**1.5) if spread > 0 else 0.0
