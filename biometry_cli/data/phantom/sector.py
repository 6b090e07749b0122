"""The fan that a convex probe sees, and the way from its scan lines to image pixels."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from biometry_cli.data.phantom.shapes import FloatArray

MARGIN_PX = 2
"""Black pixels kept around the fan."""


@dataclass(frozen=True)
class Sector:
    """A convex probe's field of view in an image, with its grid of echo samples.

    The scan lines start on an arc of radius ``face_mm`` around the apex and run ``depth_mm``
    further. Samples are (S, L): depth samples along the lines, then lines from left to right.
    """

    height_px: int
    width_px: int
    face_mm: float
    depth_mm: float
    half_angle_rad: float

    @property
    def spacing_mm(self) -> float:
        """Side of a square pixel such that the fan fills the image, to 0.0001 mm."""
        height_mm = self.face_mm + self.depth_mm - self.face_mm * math.cos(self.half_angle_rad)
        width_mm = 2 * (self.face_mm + self.depth_mm) * math.sin(self.half_angle_rad)
        tight_mm = max(
            height_mm / (self.height_px - 1 - 2 * MARGIN_PX),
            width_mm / (self.width_px - 1 - 2 * MARGIN_PX),
        )
        return math.ceil(tight_mm * 1e4) / 1e4

    @property
    def samples(self) -> int:
        """Samples along a line: nearly two a pixel, as the axial resolution is the finer one."""
        return max(64, round(1.7 * self.depth_mm / self.spacing_mm))

    @property
    def lines(self) -> int:
        """Scan lines: about one for each 1.5 pixels of image width."""
        return max(64, round(self.width_px / 1.5))

    def columns_mm(self) -> FloatArray:
        """x of the columns' pixel centres, float64 (W,)."""
        return (np.arange(self.width_px) - (self.width_px - 1) / 2) * self.spacing_mm

    def rows_mm(self) -> FloatArray:
        """y of the rows' pixel centres, float64 (H,); the fan sits in the middle of the image."""
        top_mm = self.face_mm * math.cos(self.half_angle_rad)
        middle_mm = (top_mm + self.face_mm + self.depth_mm) / 2
        return middle_mm + (np.arange(self.height_px) - (self.height_px - 1) / 2) * self.spacing_mm

    def depths_mm(self) -> npt.NDArray[np.float32]:
        """Depth of the samples below the probe's face, float32 (S, 1)."""
        return np.linspace(0, self.depth_mm, self.samples, dtype=np.float32)[:, None]

    def angles_rad(self) -> npt.NDArray[np.float32]:
        """Angles of the lines from straight down, float32 (1, L), negative to the left."""
        half = self.half_angle_rad
        return np.linspace(-half, half, self.lines, dtype=np.float32)[None, :]

    def holds(self, points_mm: FloatArray, *, side_mm: float, near_mm: float) -> bool:
        """Whether all points (N, 2) lie in the fan.

        They must keep ``near_mm`` from the probe's face and ``side_mm`` from the other edges.
        """
        x_mm, y_mm = points_mm.T
        radius_mm = np.hypot(x_mm, y_mm)
        to_side_mm = radius_mm * np.sin(self.half_angle_rad - np.abs(np.arctan2(x_mm, y_mm)))
        to_bottom_mm = self.face_mm + self.depth_mm - radius_mm
        return bool(
            np.minimum(to_side_mm, to_bottom_mm).min() >= side_mm
            and (radius_mm - self.face_mm).min() >= near_mm
        )

    def to_image(self, echoes: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Scan conversion: samples (S, L) to pixels (H, W), bilinear, 0 outside the fan."""
        x_mm, y_mm = np.meshgrid(
            self.columns_mm().astype(np.float32), self.rows_mm().astype(np.float32)
        )
        angle_rad = np.arctan2(x_mm, y_mm)
        sample = (np.hypot(x_mm, y_mm) - self.face_mm) * ((self.samples - 1) / self.depth_mm)
        line = (angle_rad / self.half_angle_rad + 1) * ((self.lines - 1) / 2)
        image: npt.NDArray[np.float32] = ndimage.map_coordinates(
            echoes, np.stack([sample, line]), order=1, mode="constant", cval=0.0
        )
        return image
