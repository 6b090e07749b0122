"""Split-conformal half-widths: how far a measure may be from its reference.

For subjects exchangeable with the calibration subjects, the k-th smallest of n residuals, k >=
ceil((n + 1) * 0.95), is exceeded by at most 5 % of new ones, whatever the model and the
distribution (Papadopoulos et al., 2002; Lei et al., JASA 2018). That holds on average over
calibration sets: one of 60 subjects may well be an easy one, and then covers 90 %. The share
covered by one set is Beta(k, n + 1 - k) distributed (Vovk, 2012), so k is raised until 95 % are
covered with 90 % confidence, as far as n allows, and the confidence that is reached is stated.

Images of one subject are not exchangeable with those of others, so each subject gives one image,
drawn with the seed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.stats import binom, rankdata

from biometry_cli.calibration import FEWEST_SUBJECTS, LEVEL, MeasureCalibration
from biometry_cli.evaluation.bootstrap import one_a_subject

Vector = npt.NDArray[np.float64]

CONFIDENCE = 0.9
"""Wanted that one calibration set covers 95 % of new subjects; 45 subjects can give it."""


@dataclass(frozen=True)
class Compared:
    """A measure as predicted and as it should be, in one unit."""

    subject: str
    predicted: float
    reference: float
    unit: str


def fit_measure(cases: Sequence[Compared], *, apart: bool, seed: int) -> MeasureCalibration:
    """Half-widths from calibration cases.

    Both kinds are fitted; taken is the one whose residuals depend less on the predicted size
    (Spearman's correlation), so that small and large structures are covered alike.

    Args:
        cases: every calibration image with the measure and its reference; positive values.
        apart: whether their subjects had no say in the choice of the checkpoint.
        seed: draws one image a subject.
    """
    chosen = [cases[place] for place in one_a_subject([c.subject for c in cases], seed)]
    units = {case.unit for case in chosen}
    known = MeasureCalibration(
        subjects=len(chosen), unit=units.pop() if len(units) == 1 else "mixed", apart=apart
    )
    if len(chosen) < FEWEST_SUBJECTS:
        return known
    predicted = np.array([case.predicted for case in chosen])
    absolute = np.abs(np.array([case.reference for case in chosen]) - predicted)
    relative = absolute / predicted
    taken: Literal["relative", "absolute"] = "relative"
    if known.unit != "mixed" and _dependence(absolute, predicted) < _dependence(
        relative, predicted
    ):
        taken = "absolute"
    place, confidence = conformal_place(len(chosen))
    return known.model_copy(
        update={
            "relative": float(np.sort(relative)[place - 1]),
            "absolute": float(np.sort(absolute)[place - 1]),
            "taken": taken,
            "confidence": confidence,
        }
    )


def conformal_place(count: int) -> tuple[int, float]:
    """Which of ``count`` residuals, counted from the smallest, is the half-width; ``count`` >= 19.

    Returns:
        The place, from 1, and the confidence, 0 to 1, that it covers 95 % of new subjects.
    """
    place = math.ceil((count + 1) * LEVEL)
    while place < count and _confidence(place, count) < CONFIDENCE:
        place += 1
    return place, _confidence(place, count)


def _confidence(place: int, count: int) -> float:
    """P(Beta(place, count + 1 - place) >= 0.95), by the binomial sum that equals it."""
    return float(binom.cdf(place - 1, count, LEVEL))


def _dependence(residuals: Vector, sizes: Vector) -> float:
    """Absolute rank correlation; 0 where either is constant."""
    ranks = rankdata(residuals), rankdata(sizes)
    if min(np.ptp(ranks[0]), np.ptp(ranks[1])) == 0:
        return 0.0
    return abs(float(np.corrcoef(*ranks)[0, 1]))
