"""What the end of training learns from the validation split; travels inside the model file.

How far measures are off, how far class probabilities can be believed, and how much an image may
differ from those learned from.
"""

import base64
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

from biometry_cli.results.base import Interval

LEVEL = 0.95
"""Share of cases that an interval is made to hold."""

FEWEST_SUBJECTS = 19
"""With fewer, the 95 % quantile of the residuals lies beyond the largest of them."""


def _unpack(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    shape, _, text = value.partition(":")
    flat = np.frombuffer(base64.b64decode(text), "<f4")
    return flat.reshape([int(side) for side in shape.split("x")])


def _pack(array: npt.NDArray[np.float32]) -> str:
    shape = "x".join(map(str, array.shape))
    return f"{shape}:{base64.b64encode(array.astype('<f4').tobytes()).decode()}"


Array = Annotated[Any, BeforeValidator(_unpack), PlainSerializer(_pack)]
"""A float32 array; in JSON its shape and its bytes in base64 (``33x298:...``)."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MeasureCalibration(_Part):
    """Split-conformal half-widths of one measure.

    Attributes:
        subjects: subjects behind it, one image each.
        relative: half-width as a share of the value; None with too few subjects.
        absolute: half-width in ``unit``; None with too few subjects.
        unit: mm, px, mm², px² or %: of the calibration images.
        taken: which of the two depends less on the size of the structure.
        confidence: 0 to 1, that it holds the references of 95 % of new subjects.
        apart: whether these subjects had no say in the choice of the checkpoint.
    """

    subjects: int
    relative: float | None = None
    absolute: float | None = None
    unit: str = "mm"
    taken: Literal["relative", "absolute"] = "relative"
    confidence: float = 0.0
    apart: bool = False


def interval_of(value: float, unit: str, fitted: MeasureCalibration) -> Interval | None:
    """The 95 % interval of one value, never below 0.

    Args:
        value: as measured, in ``unit``.
        unit: mm, px, mm², px² or %.
        fitted: the measure's calibration. Its absolute half-width serves in its own unit alone.
    """
    if fitted.relative is None or fitted.absolute is None:
        return None
    absolute = fitted.taken == "absolute" and fitted.unit == unit
    half_width = fitted.absolute if absolute else fitted.relative * value
    return max(0.0, value - half_width), value + half_width


def guarantee_of(fitted: MeasureCalibration | None) -> str:
    """What an interval of this measure promises, in a sentence; or why there is none."""
    if fitted is None:
        return "no interval: the model was not calibrated"
    if fitted.relative is None:
        return (
            f"no interval: {fitted.subjects} calibration subjects, and {FEWEST_SUBJECTS} are needed"
        )
    promise = (
        f"holds the reference in {100 * LEVEL:.0f} % of new subjects like those calibrated on, "
        f"with {100 * fitted.confidence:.0f} % confidence"
    )
    if fitted.apart:
        return f"{promise} (split-conformal, {fitted.subjects} subjects kept apart)"
    return (
        f"approximate: {promise} (split-conformal, {fitted.subjects} subjects, which also chose "
        "the checkpoint)"
    )


class AppearanceCalibration(_Part):
    """What the training images look like; see ``inference/unlike.py`` for its use.

    Attributes:
        quantiles: (Q, D) of each of a view's D numbers over the training images.
        deviation: (D,) their standard deviations.
        mean: (D,) and axes: (K, D) of the principal components of the normal scores, with
            variances: (K,).
        rest_variance: mean variance of the D - K directions left out.
        threshold: scores above it are unlike the training images.
        training_images, validation_images: images behind it.
    """

    quantiles: Array
    deviation: Array
    mean: Array
    axes: Array
    variances: Array
    rest_variance: float
    threshold: float
    training_images: int
    validation_images: int


class ClassCalibration(_Part):
    """What a classifier's probabilities are worth; see ``evaluation/class_calibration.py``.

    Attributes:
        images, subjects: what it was fitted on.
        apart: whether these subjects had no say in the choice of the checkpoint.
        temperature: divides the logits.
        ece_before, ece_after: expected calibration error on those images, 0 to 1.
        nll_before, nll_after: their mean negative log likelihood, in nats.
        threshold: a top probability below it is flagged ``unsure``; None flags nothing.
        error_rate: the largest share of wrong answers among the answered, as asked for.
        confidence: 0 to 1, that new images like these are wrong no more often than that; 0 where
            there were too few images to promise more than the calibration images themselves.
        answered: share of the calibration images at or above the threshold.
        answered_error_rate: share of those that were wrong; None with none of them.
        reason: why nothing was fitted; empty otherwise.
    """

    images: int = 0
    subjects: int = 0
    apart: bool = False
    temperature: float = 1.0
    ece_before: float | None = None
    ece_after: float | None = None
    nll_before: float | None = None
    nll_after: float | None = None
    threshold: float | None = None
    error_rate: float = 0.05
    confidence: float = 0.0
    answered: float | None = None
    answered_error_rate: float | None = None
    reason: str = ""


class Calibration(_Part):
    """All that is calibrated; empty in a model that was never calibrated.

    ``measures`` are those read from masks, ``point_measures`` those between points. ``appearance``
    is known in two views: of the ``image`` as such, and of what the ``network`` makes of it.
    """

    measures: dict[str, MeasureCalibration] = {}
    point_measures: dict[str, MeasureCalibration] = {}
    classes: ClassCalibration | None = None
    appearance: dict[Literal["image", "network"], AppearanceCalibration] = {}
