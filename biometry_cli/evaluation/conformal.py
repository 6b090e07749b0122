"""Split-conformal half-widths: how far a measure may be from its reference.

For subjects exchangeable with the calibration subjects, the k-th smallest of n residuals, k =
ceil((n + 1) * 0.95), is exceeded by at most 5 % of new ones, whatever the model and the
distribution (Papadopoulos et al., 2002; Lei et al., JASA 2018). Images of one subject are not
exchangeable with those of others, so each subject gives one image, drawn with the seed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from biometry_cli.calibration import LEVEL, MeasureCalibration
from biometry_cli.inference.intervals import FEWEST_SUBJECTS

Vector = npt.NDArray[np.float64]


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
    chosen = _one_a_subject(cases, seed)
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
    return known.model_copy(
        update={
            "relative": conformal_quantile(relative),
            "absolute": conformal_quantile(absolute),
            "taken": taken,
        }
    )


def conformal_quantile(residuals: Vector) -> float:
    """The ceil((n + 1) * 0.95)-th smallest of n residuals; needs n >= 19."""
    place = math.ceil((len(residuals) + 1) * LEVEL)
    return float(np.sort(residuals)[place - 1])


def _one_a_subject(cases: Sequence[Compared], seed: int) -> list[Compared]:
    by_subject: dict[str, list[Compared]] = {}
    for case in cases:
        by_subject.setdefault(case.subject, []).append(case)
    rng = np.random.default_rng(seed)
    return [own[int(rng.integers(len(own)))] for _, own in sorted(by_subject.items())]


def _dependence(residuals: Vector, sizes: Vector) -> float:
    """Absolute rank correlation; 0 where either is constant."""
    ranks = rankdata(residuals), rankdata(sizes)
    if min(np.ptp(ranks[0]), np.ptp(ranks[1])) == 0:
        return 0.0
    return abs(float(np.corrcoef(*ranks)[0, 1]))
