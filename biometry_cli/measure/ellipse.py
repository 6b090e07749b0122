"""Ellipses: their geometry, and the one that stands for any outline, elliptic or not."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Segment = tuple[tuple[float, float], tuple[float, float]]


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


def feet(local: Points, semi_axes: Points) -> tuple[Points, Points, Points]:
    """The points of an ellipse nearest to given points, in the ellipse's own frame.

    The foot is found by projecting on the tangent again and again, which converges fast where
    the distance is small beside the radius of curvature; elsewhere it is approximate.

    Args:
        local: (N, 2) points relative to the centre, along the two axes.
        semi_axes: (2,) in the same order.

    Returns:
        The feet's images on the unit circle (N, 2), the outward normals there (N, 2) and the
        signed orthogonal distances (N,), positive outside.
    """
    angle = np.arctan2(local[:, 1] / semi_axes[1], local[:, 0] / semi_axes[0])
    for _ in range(4):
        unit = np.column_stack([np.cos(angle), np.sin(angle)])
        tangent = unit[:, ::-1] * semi_axes * [-1.0, 1.0]
        angle += ((local - unit * semi_axes) * tangent).sum(axis=1) / (tangent**2).sum(axis=1)
    unit = np.column_stack([np.cos(angle), np.sin(angle)])
    normal = unit / semi_axes
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    distance = ((local - unit * semi_axes) * normal).sum(axis=1)
    return unit, normal, distance


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


def moment_ellipse(outline: Points) -> Ellipse:
    """The ellipse whose area has the same centroid and spread as the area inside an outline.

    Its axes have the directions and the proportions of the second central moments; for an
    elliptic outline it is that ellipse. Unlike a fit it exists for every shape, and it never
    reaches far beyond the outline. The moments are those of the polygon (Green's theorem).

    Args:
        outline: (N, 2) closed polygon that does not cross itself, N >= 3, in any one unit.

    Raises:
        ValueError: the outline encloses no area.
    """
    origin = outline.mean(axis=0)
    here = outline - origin
    after = np.roll(here, -1, axis=0)
    # Each edge makes a triangle with the origin, of this doubled area.
    doubled = here[:, 0] * after[:, 1] - after[:, 0] * here[:, 1]
    area = doubled.sum() / 2
    if area == 0:
        raise ValueError("the outline encloses no area")
    centroid = doubled @ (here + after) / (6 * area)
    both = here + after
    weighted = doubled[:, None]
    second = (weighted * here).T @ here + (weighted * after).T @ after + (weighted * both).T @ both
    covariance = second / (24 * area) - np.outer(centroid, centroid)
    variances, directions = np.linalg.eigh(covariance)
    return ellipse_from_axes(origin + centroid, 2 * np.sqrt(variances), directions)
