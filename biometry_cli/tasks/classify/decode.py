"""Network output -> class probabilities. Torch-free."""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]


def probabilities(logits: FloatArray) -> FloatArray:
    """Softmax: logits (B, C) -> (B, C), 0 to 1, float32."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: FloatArray = raised / raised.sum(axis=1, keepdims=True)
    return shares


def decode(logits: FloatArray, classes: tuple[str, ...]) -> tuple[str, dict[str, float]]:
    """Logits (C,) of one image -> the likeliest class and the probability of each."""
    shares = probabilities(logits[None])[0]
    by_class = {name: float(share) for name, share in zip(classes, shares, strict=True)}
    return classes[int(shares.argmax())], by_class
