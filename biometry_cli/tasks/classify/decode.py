"""Network output -> class probabilities. Torch-free."""

import numpy as np
import numpy.typing as npt

from biometry_cli.tasks.softmax import softmax

FloatArray = npt.NDArray[np.float32]


def decode(
    logits: FloatArray, classes: tuple[str, ...], temperature: float = 1.0
) -> tuple[str, dict[str, float]]:
    """Logits (C,) of one image -> the likeliest class and the probability of each.

    ``temperature`` divides the logits: above 1 it makes the network less sure, below 1 surer. It
    never changes which class is the likeliest.
    """
    shares = softmax(logits[None] / np.float32(temperature))[0]
    by_class = {name: float(share) for name, share in zip(classes, shares, strict=True)}
    return classes[int(logits.argmax())], by_class
