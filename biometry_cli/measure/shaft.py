"""The two ends of an elongated structure, such as the ossified shaft of a femur."""

import math

import numpy as np

from biometry_cli.measure.contour import signed_area
from biometry_cli.measure.ellipse import Points, Segment, moment_ellipse

FEWEST_END_POINTS = 5
# A pixel's share of area is a box of variance 1/12 px², and linear interpolation between pixels
# adds 1/6 px²: the outline is that of a mask blurred by so much.
BLUR_VARIANCE_PX2 = 1 / 12 + 1 / 6


def shaft_ends(outline: Points, pixel: tuple[float, float]) -> Segment:
    """Where the long axis of an elongated outline leaves it, at either end.

    Each end is the height, in its middle, of a parabola through the middle half of the end's
    outline: a round end counts in full, a square one is not lengthened to its corners, and the
    steps of a binary mask average out, where the outermost point alone would overstate it. What
    pixels take off a narrow round end is given back: blur of a variance v across the shaft draws
    the tip of a curvature c back by c * v / 2. The distance of the ends is the straight length of
    the shaft, the bow of a bent one left out.

    Args:
        outline: (N, 2) closed polygon, uniform in arc length, in any one unit.
        pixel: (width, height) of the pixels that the outline was drawn from, in the same unit.

    Returns:
        Both ends, each (x, y), in the outline's unit.
    """
    spread = moment_ellipse(outline)
    outline = _denser(outline)
    middle = np.array([spread.center_x, spread.center_y])
    along_axis = np.array([math.cos(spread.angle_rad), math.sin(spread.angle_rad)])
    across_axis = np.array([-along_axis[1], along_axis[0]])
    along, across = (outline - middle) @ along_axis, (outline - middle) @ across_axis
    half_width = abs(signed_area(outline)) / (2 * float(np.ptp(along)))
    blur = BLUR_VARIANCE_PX2 * float(np.sum((across_axis * pixel) ** 2))
    ends = []
    for direction in (-1.0, 1.0):
        off_axis, reach = _end(across, direction * along, half_width, blur)
        ends.append(middle + off_axis * across_axis + direction * reach * along_axis)
    (x1, y1), (x2, y2) = ends
    return (float(x1), float(y1)), (float(x2), float(y2))


def _end(across: Points, along: Points, half_width: float, blur: float) -> tuple[float, float]:
    """The end of largest ``along``: its middle across the shaft, and how far it reaches there."""
    near = along > along.max() - half_width
    off_axis = float(across[near].min() + across[near].max()) / 2
    near &= np.abs(across - off_axis) < half_width / 2
    if np.count_nonzero(near) < FEWEST_END_POINTS:
        return off_axis, float(along.max())
    parabola = np.polynomial.Polynomial.fit(across[near] - off_axis, along[near], 2)
    # No end is rounder than a half circle; what seems so are the steps of a binary mask.
    curvature = min(max(-float(parabola.deriv(2)(0.0)), 0.0), 1 / half_width)
    return off_axis, float(parabola(0.0)) + curvature * blur / 2


def _denser(outline: Points) -> Points:
    """The outline with two more points on each of its chords: a thin shaft's end needs them."""
    after = np.roll(outline, -1, axis=0)
    thirds = [outline, (2 * outline + after) / 3, (outline + 2 * after) / 3]
    return np.stack(thirds, axis=1).reshape(-1, 2)
