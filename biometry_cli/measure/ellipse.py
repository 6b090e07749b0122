"""Ellipses: their geometry, and the one that lies closest to a set of outline points."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biometry_cli.measure.ellipse_refine import feet, refined_ellipse
from biometry_cli.measure.ellipse_start import consensus_ellipse

Points = NDArray[np.float64]
Segment = tuple[tuple[float, float], tuple[float, float]]

FEWEST_POINTS = 6  # five numbers make an ellipse; a sixth point is the least that can contradict it


@dataclass(frozen=True)
class Ellipse:
    """An ellipse; all lengths in one unit, which is that of the points it was fitted to.

    ``angle_rad`` turns the major axis from +x towards +y and lies in [0, pi); for a circle it
    is arbitrary. ``semi_major`` >= ``semi_minor`` > 0.
    """

    center_x: float
    center_y: float
    semi_major: float
    semi_minor: float
    angle_rad: float

    def perimeter(self) -> float:
        """Circumference, in the ellipse's unit.

        Ramanujan's second approximation (Modular equations and approximations to pi, Quarterly
        Journal of Mathematics 45, 1914); off by under 1e-9 of the value at axis ratios over 0.5.
        """
        total = self.semi_major + self.semi_minor
        h = ((self.semi_major - self.semi_minor) / total) ** 2
        return math.pi * total * (1 + 3 * h / (10 + math.sqrt(4 - 3 * h)))

    def area(self) -> float:
        """Enclosed area, in the square of the ellipse's unit."""
        return math.pi * self.semi_major * self.semi_minor

    def points(self, count: int) -> Points:
        """``count`` points on the ellipse, (count, 2) float64 x, y, from the major axis' end.

        They are evenly spaced in the eccentric angle, not in arc length.
        """
        angles = np.arange(count) * (2 * math.pi / count)
        unit_circle = np.column_stack([np.cos(angles), np.sin(angles)])
        center = np.array([self.center_x, self.center_y])
        return center + (unit_circle * [self.semi_major, self.semi_minor]) @ self._axes().T

    def major_axis_ends(self) -> Segment:
        """Both ends of the long diameter, each (x, y)."""
        return self._ends(self.semi_major, self.angle_rad)

    def minor_axis_ends(self) -> Segment:
        """Both ends of the short diameter, each (x, y)."""
        return self._ends(self.semi_minor, self.angle_rad + math.pi / 2)

    def scaled(self, scale_x: float, scale_y: float) -> "Ellipse":
        """The exact image under x -> scale_x * x, y -> scale_y * y (both scales > 0).

        With unequal scales the axes of the image are not the images of the axes.
        """
        scales = np.array([scale_x, scale_y])
        image = scales[:, None] * self._axes() * [self.semi_major, self.semi_minor]
        directions, semi_axes, _ = np.linalg.svd(image)
        center = scales * [self.center_x, self.center_y]
        return ellipse_from_axes(center, semi_axes, directions)

    def distances(self, points: Points) -> Points:
        """Signed orthogonal distance of each of (N, 2) points, (N,) float64, positive outside.

        Exact near the ellipse; approximate for points deep inside or far away.
        """
        center = np.array([self.center_x, self.center_y])
        semi_axes = np.array([self.semi_major, self.semi_minor])
        return feet((points - center) @ self._axes(), semi_axes)[2]

    def _axes(self) -> NDArray[np.float64]:
        """(2, 2) matrix with the unit vectors of the major and the minor axis as its columns."""
        cosine, sine = math.cos(self.angle_rad), math.sin(self.angle_rad)
        return np.array([[cosine, -sine], [sine, cosine]])

    def _ends(self, semi_axis: float, angle_rad: float) -> Segment:
        dx, dy = semi_axis * math.cos(angle_rad), semi_axis * math.sin(angle_rad)
        return (
            (self.center_x - dx, self.center_y - dy),
            (self.center_x + dx, self.center_y + dy),
        )


def fit_ellipse(points: Points) -> Ellipse:
    """The ellipse closest to the points, by orthogonal distance and robust against outliers.

    The direct fit that most points agree with starts a least-squares fit of the orthogonal
    distances, in which points far off the ellipse (spurs, dents, leaks) lose their vote.

    Args:
        points: (N, 2) x, y in any one unit; N >= 6. They may cover a part of the ellipse only.

    Raises:
        ValueError: too few points, points that are not finite or lie on a line, or points that
            bend too little to determine an ellipse.
    """
    points = np.asarray(points, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < FEWEST_POINTS:
        raise ValueError(
            f"an ellipse needs (N, 2) points with N >= {FEWEST_POINTS}, not {points.shape}"
        )
    if not np.isfinite(points).all():
        raise ValueError("ellipse points must be finite")
    origin = points.mean(axis=0)
    spread = float(np.sqrt(np.mean((points - origin) ** 2)))
    if np.linalg.matrix_rank(points - origin, tol=1e-6 * spread * math.sqrt(len(points))) < 2:
        raise ValueError("the points lie on a line, not on an ellipse")
    normalised = (points - origin) / spread
    center, semi_axes, directions = refined_ellipse(normalised, consensus_ellipse(normalised))
    return ellipse_from_axes(origin + spread * center, spread * semi_axes, directions)


def ellipse_from_axes(
    center: Points, semi_axes: Points, directions: NDArray[np.float64]
) -> Ellipse:
    """Centre (2,), semi-axes (2,) in any order and their directions (2, 2), one axis a column."""
    major = int(np.argmax(semi_axes))
    x, y = directions[:, major]
    # atan2 of a tiny negative y gives -0 + pi == pi, which is outside the half-open range.
    angle_rad = math.atan2(y, x) % math.pi
    return Ellipse(
        center_x=float(center[0]),
        center_y=float(center[1]),
        semi_major=float(semi_axes[major]),
        semi_minor=float(semi_axes[1 - major]),
        angle_rad=0.0 if angle_rad >= math.pi else angle_rad,
    )
