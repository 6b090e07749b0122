"""Class probabilities that can be believed, and the one below which a classifier is unsure.

One number, the temperature, divides all logits (Guo et al., On calibration of modern neural
networks, ICML 2017): it moves how sure the network is and never what it calls an image. With it
fitted, the least top probability is found from which on answers are wrong seldom enough.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from biometry_cli.calibration import ClassCalibration
from biometry_cli.evaluation.bootstrap import one_a_subject
from biometry_cli.tasks.classify.metrics import (
    IntArray,
    expected_calibration_error,
    negative_log_likelihood,
)
from biometry_cli.tasks.softmax import softmax

FloatArray = npt.NDArray[np.float64]

FEWEST_IMAGES = 20
"""Fewer say too little of how sure a network may be."""
CONFIDENCE = 0.9
"""Wanted of the threshold's promise; at an error rate of 5 %, 45 images without error give it."""
_COLDEST, _HOTTEST = 0.02, 50.0
_HALVINGS = 60


@dataclass(frozen=True)
class Answered:
    """One calibration image: its subject, its logits (C,) and the number of its true class."""

    subject: str
    logits: npt.NDArray[np.float32]
    truth: int


@dataclass(frozen=True)
class Threshold:
    """The least top probability that is answered, and the confidence in its error rate, 0 to 1."""

    value: float
    confidence: float


def fit_classes(
    cases: Sequence[Answered], *, error_rate: float, apart: bool, seed: int
) -> ClassCalibration:
    """Temperature and threshold from calibration images.

    Args:
        cases: every calibration image.
        error_rate: the largest share of wrong answers among the answered images, 0 to 1.
        apart: whether their subjects had no say in the choice of the checkpoint.
        seed: draws one image a subject where the threshold's promise is tested.

    Returns:
        The calibration; with a ``reason`` instead of a fit where there are fewer than 20 images
        or all are of one class.
    """
    subjects = {case.subject for case in cases}
    known = ClassCalibration(
        images=len(cases), subjects=len(subjects), apart=apart, error_rate=error_rate
    )
    truth = np.array([case.truth for case in cases], np.int64)
    if len(cases) < FEWEST_IMAGES:
        reason = f"{len(cases)} calibration images, and {FEWEST_IMAGES} are needed"
        return known.model_copy(update={"reason": reason})
    if len(set(truth.tolist())) < 2:
        return known.model_copy(update={"reason": "all calibration images are of one class"})
    logits = np.stack([case.logits for case in cases]).astype(np.float64)
    temperature = fit_temperature(logits, truth)
    before, after = probabilities_of(logits), probabilities_of(logits, temperature)
    top, wrong = after.max(axis=1), after.argmax(axis=1) != truth
    threshold = fit_threshold(
        top, wrong, error_rate, drawn=one_a_subject([c.subject for c in cases], seed)
    )
    answered = top >= threshold.value
    return known.model_copy(
        update={
            "temperature": temperature,
            "ece_before": expected_calibration_error(truth, before),
            "ece_after": expected_calibration_error(truth, after),
            "nll_before": negative_log_likelihood(truth, before),
            "nll_after": negative_log_likelihood(truth, after),
            "threshold": threshold.value,
            "confidence": threshold.confidence,
            "answered": float(answered.mean()),
            "answered_error_rate": float(wrong[answered].mean()) if answered.any() else None,
        }
    )


def probabilities_of(logits: npt.NDArray[np.floating], temperature: float = 1.0) -> FloatArray:
    """Logits (N, C) -> probabilities (N, C), as ``tasks/classify/decode.py`` gives them."""
    cooled = logits.astype(np.float32) / np.float32(temperature)
    return softmax(cooled).astype(np.float64)


def fit_temperature(logits: FloatArray, truth: IntArray) -> float:
    """The temperature of the least negative log likelihood, 0.02 to 50.

    Images that are all called right would have it 0, and every later answer certain. So N images
    promise no more than N + 1 right answers in N + 2 (Laplace's rule of succession): where the
    mean top probability would be higher, the temperature is that at which it is not.

    Args:
        logits: (N, C) float64.
        truth: class numbers (N,).
    """
    count = len(truth)
    # Without this shift, large logits would overflow; it changes no probability.
    logits = logits - logits.max(axis=1, keepdims=True)
    own = logits[np.arange(count), truth]
    most = (count + 1) / (count + 2)

    def shares(sharpness: float) -> FloatArray:
        raised = np.exp(sharpness * logits)
        return np.asarray(raised / raised.sum(axis=1, keepdims=True))

    def slope(sharpness: float) -> float:
        """Of the loss over 1 / temperature; it only grows, as the loss is convex there."""
        return float(((shares(sharpness) * logits).sum(axis=1) - own).sum())

    def surplus(sharpness: float) -> float:
        """Of the mean top probability over the most that is promised; it only grows, too."""
        return float(shares(sharpness).max(axis=1).mean()) - most

    return 1 / min(_root(slope), _root(surplus))


def _root(growing: Callable[[float], float]) -> float:
    """Where a growing function of 1 / temperature crosses 0; an end of the range if nowhere."""
    low, high = math.log(1 / _HOTTEST), math.log(1 / _COLDEST)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if growing(math.exp(middle)) > 0 else (middle, high)
    return math.exp((low + high) / 2)


def fit_threshold(
    top: FloatArray, wrong: npt.NDArray[np.bool_], error_rate: float, drawn: Sequence[int]
) -> Threshold:
    """The least top probability from which on answers are wrong no more often than allowed.

    It is one of the images' own: below all of them nothing is known. First, it is the least whose
    upper 90 % bound of the error rate (Clopper and Pearson, Biometrika 26:404-413, 1934), over the
    answered of the ``drawn`` images, is within ``error_rate``. The bound is that of one threshold,
    while the least is looked for among many; where errors get rarer as the probability rises,
    simulated sets stay within the rate nine times in ten nevertheless. Where no threshold passes,
    it is the least whose plain rate over all images is within, and the confidence 0; where none
    does even that, it is 1, and next to nothing is answered.

    Args:
        top: calibrated top probabilities (N,).
        wrong: (N,), whether the image was called another class.
        error_rate: the largest share of wrong answers, 0 to 1.
        drawn: places of independent images: one a subject.
    """
    chosen = np.asarray(drawn)
    for places, bound, confidence in (
        (chosen, _upper_bounds, CONFIDENCE),
        (np.arange(len(top)), _plain_rates, 0.0),
    ):
        order = places[np.argsort(-top[places], kind="stable")]
        rates = bound(np.cumsum(wrong[order]), np.arange(1, len(order) + 1))
        # Images of equal probability are answered together.
        last_of_equals = np.append(np.diff(top[order]) < 0, True)
        passing = np.flatnonzero(last_of_equals & (rates <= error_rate))
        if len(passing):
            return Threshold(float(top[order[passing[-1]]]), confidence)
    return Threshold(1.0, 0.0)


def _upper_bounds(errors: IntArray, answered: IntArray) -> FloatArray:
    from scipy.special import betaincinv

    bounds = betaincinv(errors + 1, np.maximum(answered - errors, 1), CONFIDENCE)
    return np.where(errors < answered, bounds, 1.0).astype(np.float64)


def _plain_rates(errors: IntArray, answered: IntArray) -> FloatArray:
    return np.asarray(errors / answered)
