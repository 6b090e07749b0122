"""How a measure agrees with its reference over a set of images, with intervals by bootstrap."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from biometry_cli.evaluation.bootstrap import FloatArray, bootstrap_intervals
from biometry_cli.evaluation.dating import ga_error_days
from biometry_cli.evaluation.icc import icc_from_sums
from biometry_cli.results.base import Interval
from biometry_cli.results.evaluation import Agreement, Figure

RESAMPLES = 1000
WITHIN = 0.05  # of the reference
LIMITS_SD = 1.96  # of the standard deviations hold 95 % of a normal distribution


@dataclass(frozen=True)
class Pair:
    """One image's reference and prediction of one measure, in mm.

    ``predicted_mm`` is None where the measure was not found; ``interval_mm`` is the prediction's
    own 95 % interval; ``stratum`` names the group of images that this one belongs to.
    """

    file: str
    subject: str
    measure: str
    reference_mm: float
    predicted_mm: float | None
    interval_mm: Interval | None = None
    stratum: str | None = None


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
    terms, offset_mm = _terms(measure, found)
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


def _terms(measure: str, pairs: Sequence[Pair]) -> tuple[dict[str, FloatArray], float]:
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
    days = [
        None if p.predicted_mm is None else ga_error_days(measure, p.reference_mm, p.predicted_mm)
        for p in pairs
    ]
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
