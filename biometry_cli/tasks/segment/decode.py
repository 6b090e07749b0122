"""Network output -> probability maps and class indices in source pixels. Torch-free."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from biometry_cli.data.preprocess import Placement
from biometry_cli.tasks.softmax import softmax

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True)
class DecodedMasks:
    """``probabilities`` (S, H, W) float32, one a structure; ``mask`` (H, W) uint8 indices."""

    probabilities: FloatArray
    mask: npt.NDArray[np.uint8]

    def against_rest(self, structure: int) -> FloatArray:
        """The structure's probability relative to its strongest rival: (H, W), 0 to 1.

        It crosses 0.5 exactly where ``mask`` changes to or from the structure, also where two
        structures touch, and it is the probability itself where there is one structure alone.
        """
        wanted: FloatArray = self.probabilities[structure]
        if len(self.probabilities) == 1:
            return wanted
        rivals = [1 - self.probabilities.sum(axis=0)]
        rivals += [p for i, p in enumerate(self.probabilities) if i != structure]
        rival = np.maximum.reduce(rivals)
        relative: FloatArray = wanted / np.maximum(wanted + rival, 1e-6)
        return relative


def decode(logits: FloatArray, placement: Placement) -> DecodedMasks:
    """Logits (C, h, w) of one image -> masks at the size of its source."""
    structures = placement.restore(softmax(logits[None])[0, 1:])
    background = 1 - structures.sum(axis=0, keepdims=True)
    mask = np.concatenate([background, structures]).argmax(axis=0).astype(np.uint8)
    return DecodedMasks(structures, mask)
