"""Logits -> probabilities, the same for every task, backend and export. Torch-free."""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]


def softmax(logits: FloatArray) -> FloatArray:
    """Softmax over axis 1: (B, C, ...) -> same shape, 0 to 1, adding up to 1 over classes."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: FloatArray = raised / raised.sum(axis=1, keepdims=True)
    return shares
