"""An annotated ellipse -> a filled mask and the caliper points on its axes, in pixels."""

import math

import numpy as np

from biometry_cli.data.importers.plan import Pixels, Point
from biometry_cli.measure.ellipse import Ellipse, Segment


def ellipse_mask(ellipse: Ellipse, height: int, width: int) -> Pixels:
    """A binary mask (height, width) uint8: 255 where a pixel's centre lies in the ellipse."""
    x = np.arange(width) - ellipse.center_x
    y = np.arange(height)[:, None] - ellipse.center_y
    cosine, sine = math.cos(ellipse.angle_rad), math.sin(ellipse.angle_rad)
    along = (cosine * x + sine * y) / ellipse.semi_major
    across = (cosine * y - sine * x) / ellipse.semi_minor
    return np.where(along**2 + across**2 <= 1, 255, 0).astype(np.uint8)


def caliper_points(name: str, ends: Segment, height: int, width: int) -> dict[str, Point | None]:
    """``NAME_1`` and ``NAME_2``: the ends of a diameter, the one further left first.

    Of ends that stand above each other the upper one comes first. Where an end lies outside the
    image (height, width), nobody can place it there, and both points are None.
    """
    # Rounded, so that noise in the last digit does not decide between ends above each other.
    first, second = sorted(ends, key=lambda end: (round(end[0], 6), end[1]))
    inside = all(-0.5 <= x <= width - 0.5 and -0.5 <= y <= height - 0.5 for x, y in ends)
    if not inside:
        return {f"{name}_1": None, f"{name}_2": None}
    return {f"{name}_1": first, f"{name}_2": second}
