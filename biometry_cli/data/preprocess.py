"""From source pixels to network input and back: one invertible object for all four commands.

The image is resized to fit the input with its aspect ratio kept, centred on black, and
normalised. Pixel centres are whole numbers on both sides, so a source pixel x lies at
``(x + 0.5) * scale - 0.5 + left`` in the input.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image
from pydantic import BaseModel, ConfigDict

FloatArray = npt.NDArray[np.float32]
Points = npt.NDArray[np.float64]

# A flat image has no contrast to normalise; this keeps it at zero instead of dividing by zero.
_LEAST_DEVIATION = 1e-3


@dataclass(frozen=True)
class Placement:
    """Where one source image lies in the network's input. All sizes are (height, width), pixels."""

    source_size: tuple[int, int]
    resized_size: tuple[int, int]
    top_px: int
    left_px: int

    def restore(self, maps: FloatArray) -> FloatArray:
        """Bring network-sized maps (N, h, w) back to the source: (N, H, W) float32, bilinear."""
        height, width = self.resized_size
        inside = maps[:, self.top_px : self.top_px + height, self.left_px : self.left_px + width]
        return np.stack([resize(each, self.source_size) for each in inside])

    def to_source(self, points_px: Points) -> Points:
        """Input coordinates (N, 2) as x, y -> source coordinates (N, 2)."""
        moved: Points = (points_px - self._offset() + 0.5) / self._scale() - 0.5
        return moved

    def to_input(self, points_px: Points) -> Points:
        """Source coordinates (N, 2) as x, y -> input coordinates (N, 2)."""
        moved: Points = (points_px + 0.5) * self._scale() - 0.5 + self._offset()
        return moved

    def _scale(self) -> Points:
        (height, width), (source_height, source_width) = self.resized_size, self.source_size
        return np.array([width / source_width, height / source_height])

    def _offset(self) -> Points:
        return np.array([float(self.left_px), float(self.top_px)])


class Preprocess(BaseModel):
    """The network's input size and normalisation; saved in the model file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    height_px: int
    width_px: int
    normalisation: Literal["image", "none"] = "image"

    def apply(self, pixels: FloatArray) -> tuple[FloatArray, Placement]:
        """Gray pixels (H, W), 0 to 1 -> input (1, height_px, width_px) and its placement."""
        placement = self.placement((pixels.shape[0], pixels.shape[1]))
        return self.normalise(self.place(pixels, placement)[None]), placement

    def placement(self, source_size: tuple[int, int]) -> Placement:
        """Where an image of ``source_size`` (height, width) goes: centred, aspect ratio kept."""
        height, width = source_size
        scale = min(self.height_px / height, self.width_px / width)
        resized = (max(1, round(height * scale)), max(1, round(width * scale)))
        return Placement(
            source_size=source_size,
            resized_size=resized,
            top_px=(self.height_px - resized[0]) // 2,
            left_px=(self.width_px - resized[1]) // 2,
        )

    def place(self, plane: FloatArray, placement: Placement) -> FloatArray:
        """Resize one plane (H, W) and centre it on zeros: (height_px, width_px) float32."""
        canvas = np.zeros((self.height_px, self.width_px), np.float32)
        height, width = placement.resized_size
        top, left = placement.top_px, placement.left_px
        canvas[top : top + height, left : left + width] = resize(plane, placement.resized_size)
        return canvas

    def normalise(self, canvas: FloatArray) -> FloatArray:
        """Scale values of (1, h, w) for the network: zero mean, unit variance over the canvas."""
        if self.normalisation == "none":
            return canvas
        deviation = max(float(canvas.std()), _LEAST_DEVIATION)
        normalised: FloatArray = (canvas - canvas.mean()) / np.float32(deviation)
        return normalised


def resize(plane: FloatArray, size: tuple[int, int]) -> FloatArray:
    """Resize (H, W) float32 to ``size`` (height, width): bilinear, averaging when it shrinks."""
    if plane.shape == size:
        return plane
    image = Image.fromarray(np.ascontiguousarray(plane, dtype=np.float32))
    resized = image.resize((size[1], size[0]), Image.Resampling.BILINEAR)
    return np.asarray(resized, dtype=np.float32)
