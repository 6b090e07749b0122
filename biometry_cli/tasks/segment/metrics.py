"""Overlap and surface distances between two masks.

An empty mask: where prediction and truth both lack a structure, nothing is counted (None). Where
only one lacks it, Dice and IoU are 0 and distances have no value (None); the caller counts them.
"""

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from biometry_cli.results.scores import Overlap

BoolArray = npt.NDArray[np.bool_]


def compare_masks(
    predicted: BoolArray,
    truth: BoolArray,
    spacing: tuple[float, float] = (1.0, 1.0),
    *,
    distances: bool = True,
) -> Overlap:
    """Compare two masks (H, W); distances come in the unit of the spacing.

    Args:
        predicted, truth: the structure's pixels.
        spacing: (row, column) size of a pixel in mm; ones for distances in pixels.
        distances: whether to work out surface distances too, which take longer.
    """
    sizes = int(predicted.sum()), int(truth.sum())
    if sizes == (0, 0):
        return Overlap(None, None)
    shared = int((predicted & truth).sum())
    dice, iou = 2 * shared / sum(sizes), shared / (sum(sizes) - shared)
    if not distances or 0 in sizes:
        return Overlap(dice, iou)
    outward, inward = surface_distances(predicted, truth, spacing)
    return Overlap(
        dice,
        iou,
        # The larger of the two directed 95th percentiles.
        hd95=float(max(np.percentile(outward, 95), np.percentile(inward, 95))),
        # Averaged over the points of both surfaces together.
        assd=float((outward.sum() + inward.sum()) / (len(outward) + len(inward))),
    )


def surface_distances(
    first: BoolArray, second: BoolArray, spacing: tuple[float, float]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Distance of each surface pixel of one mask to the other's surface, and the reverse.

    A surface pixel belongs to the mask and has one of its four neighbours outside it. Neither
    mask may be empty.
    """
    rows, columns = np.nonzero(first | second)
    # Distances are only asked for at surface pixels, so the box around both masks is enough.
    box = np.s_[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    surfaces = [_surface(np.pad(mask[box], 1)) for mask in (first, second)]
    away = [ndimage.distance_transform_edt(~surface, sampling=spacing) for surface in surfaces]
    return away[1][surfaces[0]], away[0][surfaces[1]]


def _surface(mask: BoolArray) -> BoolArray:
    surface: BoolArray = mask & ~ndimage.binary_erosion(mask)
    return surface
