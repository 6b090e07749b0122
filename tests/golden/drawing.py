"""Pictures for the exact networks: smooth shapes on a grainy tissue, the same everywhere."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
from PIL import Image

HEIGHT_PX, WIDTH_PX = 256, 320
TISSUE = 0.08  # gray level around all structures
CORNER_PX = 36  # side of the square, from the corner, that names the plane
_SOFT_PX = 3.0  # width of an edge

Place = tuple[float, float]
Gray = npt.NDArray[np.float64]


class Picture:
    """A scan in the making: ``gray`` (H, W), 0 to 1. Places are x, y in px."""

    def __init__(self, seed: int, size: tuple[int, int] = (HEIGHT_PX, WIDTH_PX)) -> None:
        self._y, self._x = np.mgrid[: size[0], : size[1]].astype(np.int64)
        # Grain without a random generator, whose numbers a later numpy may change.
        mixed = (self._x * 73856093) ^ (self._y * 19349663) ^ (seed * 83492791)
        self.gray: Gray = TISSUE + ((mixed >> 5) % 5 - 2) / 255

    def ellipse(self, center: Place, axes: Place, angle_deg: float, level: float) -> Self:
        """Draw an ellipse of half axes ``axes``, the first turned by ``angle_deg`` from +x."""
        cos, sin = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
        across, down = self._x - center[0], self._y - center[1]
        u, v = across * cos + down * sin, down * cos - across * sin
        radius = np.maximum(np.hypot(u / axes[0], v / axes[1]), 1e-9)
        slope = np.hypot(u / axes[0] ** 2, v / axes[1] ** 2) / radius
        return self._cover((radius - 1) / np.maximum(slope, 1e-9), level)

    def bar(self, start: Place, end: Place, width_px: float, level: float) -> Self:
        """Draw a straight bone with round ends at ``start`` and ``end``."""
        dx, dy = end[0] - start[0], end[1] - start[1]
        along = ((self._x - start[0]) * dx + (self._y - start[1]) * dy) / (dx * dx + dy * dy)
        along = np.clip(along, 0, 1)
        away = np.hypot(self._x - start[0] - along * dx, self._y - start[1] - along * dy)
        return self._cover(away - width_px / 2, level)

    def box(self, center: Place, half: Place, level: float) -> Self:
        """Draw a rectangle of half sides ``half``."""
        away = np.maximum(
            np.abs(self._x - center[0]) - half[0], np.abs(self._y - center[1]) - half[1]
        )
        return self._cover(away, level)

    def dots(self, places: Sequence[Place], level: float) -> Self:
        """Draw small discs."""
        for place in places:
            self._cover(np.hypot(self._x - place[0], self._y - place[1]) - 5.5, level)
        return self

    def corner(self, level: float) -> Self:
        """Say what plane it is."""
        self.gray[:CORNER_PX, :CORNER_PX] = level
        return self

    def fan(self, apex: Place, radius_px: float, half_angle_deg: float) -> Self:
        """Make everything black that a curved probe at ``apex`` does not see."""
        across, down = self._x - apex[0], self._y - apex[1]
        seen = np.hypot(across, down) <= radius_px
        seen &= np.abs(across) <= down * math.tan(math.radians(half_angle_deg))
        self.gray[~seen] = 0
        return self

    def save(self, path: Path) -> Path:
        """Write it as 8-bit gray."""
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(self.pixels()).save(path)
        return path

    def pixels(self, highest: int = 255) -> npt.NDArray[np.uint16] | npt.NDArray[np.uint8]:
        """Integers from 0 to ``highest``, of 8 or 16 bits."""
        kind = np.uint8 if highest <= 255 else np.uint16
        return np.round(np.clip(self.gray, 0, 1) * highest).astype(kind)

    def _cover(self, outside_px: Gray, level: float) -> Self:
        share = np.clip(0.5 - outside_px / _SOFT_PX, 0, 1)
        self.gray += share * (level - self.gray)
        return self
