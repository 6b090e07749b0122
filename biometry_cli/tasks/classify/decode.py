"""Network output -> class probabilities. Torch-free."""

import numpy as np
import numpy.typing as npt

from biometry_cli.tasks.softmax import softmax

FloatArray = npt.NDArray[np.float32]


def decode(logits: FloatArray, classes: tuple[str, ...]) -> tuple[str, dict[str, float]]:
    """Logits (C,) of one image -> the likeliest class and the probability of each."""
    shares = softmax(logits[None])[0]
    by_class = {name: float(share) for name, share in zip(classes, shares, strict=True)}
    return classes[int(shares.argmax())], by_class
