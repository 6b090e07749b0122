"""What the end of training learns from the validation split; travels inside the model file.

How far measures are off, and how much an image may differ from those learned from.
"""

import base64
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

LEVEL = 0.95
"""Share of cases that an interval is made to hold."""


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


class Calibration(_Part):
    """All that is calibrated; empty in a model that was never calibrated.

    ``measures`` are those read from masks, ``point_measures`` those between points. ``appearance``
    is known in two views: of the ``image`` as such, and of what the ``network`` makes of it.
    """

    measures: dict[str, MeasureCalibration] = {}
    point_measures: dict[str, MeasureCalibration] = {}
    appearance: dict[Literal["image", "network"], AppearanceCalibration] = {}
