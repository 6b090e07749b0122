"""How measures agree with their references over a set of images, with intervals by bootstrap."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from biometry_cli.evaluation.bootstrap import FloatArray, bootstrap_intervals
from biometry_cli.measure.growth.hadlock import DATING
from biometry_cli.measure.growth.size import outer_inner_mm
from biometry_cli.results.evaluation import BY_POINTS, Agreement, Figure
from biometry_cli.results.scores import Measured, Pair

RESAMPLES = 1000
WITHIN = 0.05  # of the reference
_DAYS_A_WEEK = 7
LIMITS_SD = 1.96  # of the standard deviations hold 95 % of a normal distribution


def measured(measure: str, pairs: Sequence[Pair], *, resamples: int = RESAMPLES) -> Measured:
    """The pairs of one measure with how they agree."""
    days = [ga_error_days(pair) for pair in pairs]
    count = sum(day is not None for day in days) if dated(measure) else None
    return Measured(agreement(measure, pairs, resamples=resamples), pairs, count)


def agreement(
    measure: str, pairs: Sequence[Pair], *, seed: int = 0, resamples: int = RESAMPLES
) -> Agreement:
    """Sum up one measure. No pair is left out silently, and no outlier is removed.

    A pair without a prediction counts as ``missing`` and enters no other figure. A pair whose
    reference or prediction lies outside Hadlock's range (14 to 42 weeks) enters all figures but
    ``ga_error_days``, and one without an interval all but ``coverage`` and ``interval_width_mm``.
    A figure that no pair allows is None; SD, limits and ICC need 2 pairs. ``mape`` is in %,
    ``within_5_percent`` and ``coverage`` are shares from 0 to 1.

    Args:
        measure: HC, BPD, OFD, AC, FL, ... in any case; pairs of other measures are passed over.
        pairs: one an image.
        seed, resamples: of the bootstrap, as in ``bootstrap_intervals``; 0 resamples give no
            intervals.
    """
    measure = measure.upper()
    referenced = [pair for pair in pairs if pair.measure.upper() == measure]
    found = [pair for pair in referenced if pair.predicted_mm is not None]
    subjects, places = np.unique([pair.subject for pair in found], return_inverse=True)
    terms, offset_mm = _terms(found)
    sums = np.zeros((len(subjects), len(terms)))
    np.add.at(sums, places, np.column_stack(list(terms.values())))
    figures = partial(_figures, names=tuple(terms), offset_mm=offset_mm)
    values = figures(sums.sum(axis=0))
    intervals = bootstrap_intervals(sums, figures, seed=seed, resamples=resamples)
    named = {
        name: Figure(value=float(value) if np.isfinite(value) else None, interval=interval)
        for name, value, interval in zip(_FIGURES, values, intervals, strict=True)
    }
    return Agreement(
        measure=measure,
        n=len(found),
        subjects=len(subjects),
        missing=len(referenced) - len(found),
        **named,
    )


_FIGURES = (
    "bias",
    "sd",
    "mae",
    "mape",
    "loa_low",
    "loa_high",
    "icc",
    "within_5_percent",
    "ga_error_days",
    "coverage",
    "interval_width_mm",
)


def _terms(pairs: Sequence[Pair]) -> tuple[dict[str, FloatArray], float]:
    """What each pair adds to each sum, by name, and the mean difference in mm.

    Sums of squares lose digits to a large mean: the differences have theirs taken out, and the
    sizes that of all sizes.
    """
    reference = np.array([pair.reference_mm for pair in pairs], dtype=np.float64)
    predicted = np.array([pair.predicted_mm for pair in pairs], dtype=np.float64)
    difference = predicted - reference
    offset_mm = float(difference.mean()) if pairs else 0.0
    centre_mm = float((reference + predicted).mean() / 2) if pairs else 0.0
    relative = np.abs(difference) / reference
    days = [ga_error_days(pair) for pair in pairs]
    intervals = [pair.interval_mm for pair in pairs]
    low, high = np.array([i or (np.nan, np.nan) for i in intervals]).reshape(-1, 2).T
    x, y = reference - centre_mm, predicted - centre_mm
    terms = {
        "n": np.ones(len(pairs)),
        "difference": difference - offset_mm,
        "difference²": (difference - offset_mm) ** 2,
        "absolute": np.abs(difference),
        "relative": relative,
        "within": relative <= WITHIN,
        "reference": x,
        "predicted": y,
        "squares": x**2 + y**2,
        "pair_sum²": (x + y) ** 2,
        "dated": np.array([day is not None for day in days]),
        "days": np.array([day or 0.0 for day in days]),
        "bounded": np.array([interval is not None for interval in intervals]),
        "covered": (low <= reference) & (reference <= high),
        "width": np.nan_to_num(high - low),
    }
    return {name: term.astype(np.float64) for name, term in terms.items()}, offset_mm


def _figures(sums: FloatArray, *, names: tuple[str, ...], offset_mm: float) -> FloatArray:
    """(..., sums by ``names``) -> (..., figures by ``_FIGURES``); nan where there is none."""
    s = dict(zip(names, np.moveaxis(sums, -1, 0), strict=True))
    n = s["n"]
    with np.errstate(divide="ignore", invalid="ignore"):
        bias = offset_mm + s["difference"] / n
        sd = np.sqrt(np.maximum(s["difference²"] - s["difference"] ** 2 / n, 0) / (n - 1))
        ratings = np.stack([s["reference"], s["predicted"]], axis=-1)
        figures = {
            "bias": bias,
            "sd": sd,
            "mae": s["absolute"] / n,
            "mape": 100 * s["relative"] / n,
            "loa_low": bias - LIMITS_SD * sd,
            "loa_high": bias + LIMITS_SD * sd,
            "icc": icc_from_sums(n, ratings, s["squares"], s["pair_sum²"]),
            "within_5_percent": s["within"] / n,
            "ga_error_days": s["days"] / s["dated"],
            "coverage": s["covered"] / s["bounded"],
            "interval_width_mm": s["width"] / s["bounded"],
        }
    return np.stack([figures[name] for name in _FIGURES], axis=-1)


def dated(measure: str) -> bool:
    """Whether a measure gives an age by itself, by Hadlock 1984; ``HC_POINTS`` does as HC."""
    return (measure.upper().removesuffix(BY_POINTS),) in DATING


def ga_error_days(pair: Pair) -> float | None:
    """Absolute difference, in days, of the ages that prediction and reference give.

    BPD, which predictions measure outer to outer, is converted to the outer-inner one that
    Hadlock's formula expects; its references are taken to be outer to outer too.

    Returns:
        None for a measure without a formula or a prediction, and where one of the two ages is
        outside the formula's range of 14 to 42 weeks.
    """
    if pair.predicted_mm is None or not dated(pair.measure):
        return None
    measure = pair.measure.upper().removesuffix(BY_POINTS)
    formula = DATING[(measure,)]
    weeks: list[float] = []
    for size_mm in (pair.reference_mm, pair.predicted_mm):
        sizes_mm = {measure: outer_inner_mm(size_mm) if measure == "BPD" else size_mm}
        if formula.refusal(sizes_mm) is not None:
            return None
        weeks.append(formula.value(sizes_mm))
    return _DAYS_A_WEEK * abs(weeks[1] - weeks[0])


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
