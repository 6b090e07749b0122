"""Orthogonal distances from an ellipse, and the ellipse that makes them small."""

import numpy as np
from numpy.typing import NDArray

from biometry_cli.measure.ellipse_start import Shape

Floats = NDArray[np.float64]

STEPS = 100
CONVERGED = 1e-7  # largest change of a parameter in the last step, in units of the points' spread
ORDINARY_DEVIATION = 0.005  # of the ellipse's size; a deviation like this is never an outlier
LARGEST_SEMI_AXIS = 50.0  # in units of the points' spread; so flat an arc determines no ellipse


def refined_ellipse(points: Floats, start: Shape) -> Shape:
    """Gauss-Newton steps on the orthogonal distances, re-weighted by Tukey's biweight.

    The ellipse is the image of the unit circle under a symmetric matrix, held here by its
    eigenvalues (semi-axes) and eigenvectors (directions): unlike an axis' angle, that matrix is
    well determined for a circle too.

    Args:
        points: (N, 2) float64, N >= 6, with mean 0 and root mean square about 1.
        start: centre, semi-axes and directions of an ellipse near the points.

    Raises:
        ValueError: the points bend too little to determine an ellipse.
    """
    center, semi_axes, directions = start
    for _ in range(STEPS):
        unit, normal, distance = feet((points - center) @ directions, semi_axes)
        weight = np.sqrt(_tukey_weights(distance, float(np.sqrt(semi_axes.prod()))))
        # How far the foot moves along the normal as centre x, y and matrix xx, xy, yy grow.
        jacobian = np.column_stack(
            [
                normal,
                normal[:, 0] * unit[:, 0],
                normal[:, 0] * unit[:, 1] + normal[:, 1] * unit[:, 0],
                normal[:, 1] * unit[:, 1],
            ]
        )
        step = np.linalg.lstsq(jacobian * weight[:, None], distance * weight)[0]
        center = center + directions @ step[:2]
        matrix = np.diag(semi_axes) + np.array([[step[2], step[3]], [step[3], step[4]]])
        semi_axes, turn = np.linalg.eigh(matrix)
        directions = directions @ turn
        if semi_axes[0] <= 0 or semi_axes[1] > LARGEST_SEMI_AXIS:
            raise ValueError("the points bend too little to determine an ellipse")
        if np.abs(step).max() < CONVERGED:
            break
    return center, semi_axes, directions


def feet(local: Floats, semi_axes: Floats) -> tuple[Floats, Floats, Floats]:
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


def _tukey_weights(distance: Floats, size: float) -> Floats:
    """Tukey's biweight at 95 % efficiency, its scale from the median absolute distance."""
    scale = max(1.4826 * float(np.median(np.abs(distance))), ORDINARY_DEVIATION * size)
    return np.asarray(np.clip(1 - (distance / (4.685 * scale)) ** 2, 0, None) ** 2)
