"""The ellipse that stands for any outline, elliptic or not."""

import numpy as np
from numpy.typing import NDArray

from biometry_cli.measure.ellipse import Ellipse, ellipse_from_axes


def moment_ellipse(outline: NDArray[np.float64]) -> Ellipse:
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
