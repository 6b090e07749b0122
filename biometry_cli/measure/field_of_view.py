"""The part of a picture that the probe saw: the fan or box that holds tissue.

Around it a scanner writes black. Black there says nothing of the anatomy, and an outline that
follows the field's edge is not the structure's own.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import ConvexHull, QhullError

BLACK = 2.5 / 255  # up to two gray levels: compression leaves that much in a black background
SMALLEST_PATCH = 0.005  # of the picture's pixels; gray wedges, marks and letters are smaller
MOST_BROKEN_PX = 2.0  # tissue stays so close to a true edge of the field
LEAST_LINED = 0.8  # share of an edge that tissue must line; a shadow's rim is ragged
SHORTEST_EDGE_PX = 6.0  # any two or three pixels line an edge as short as these
BLURRED_PX = 1.5  # an outline so close to the field's edge may well be that edge


def field_of_view(pixels: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Which pixels of a scan lie inside the probe's field of view.

    The field is taken as convex: what lies beyond the convex hull of the tissue is outside, and
    only across those sides of the hull that tissue lines without gaps. Shadows, fluid and blanked
    boxes that cut into the hull therefore count as inside, and so does the corner of a field that
    is black all over, the arch under a curved probe, and everything in a scan whose background
    is not black.

    Args:
        pixels: (H, W) gray, 0 to 1.

    Returns:
        (H, W); all True where no edge is certain.

    Raises:
        ValueError: not a finite picture of two dimensions.
    """
    pixels = np.asarray(pixels)
    if pixels.ndim != 2 or not np.isfinite(pixels).all():
        raise ValueError(f"expected a finite picture (H, W), not one of shape {pixels.shape}")
    seen = np.ones(pixels.shape, dtype=bool)
    tissue = _tissue(pixels)
    rim = np.argwhere(tissue & ~ndimage.binary_erosion(tissue, border_value=0))
    try:
        hull = ConvexHull(rim)
    except (QhullError, ValueError):  # no tissue, or a single line of it
        return seen
    gap_px = ndimage.distance_transform_edt(~tissue)
    rows, columns = np.arange(pixels.shape[0])[:, None], np.arange(pixels.shape[1])[None, :]
    for (first, second), (row, column, offset) in zip(hull.simplices, hull.equations, strict=True):
        if _is_lined(rim[first], rim[second], gap_px):
            seen &= rows * row + columns * column + offset <= 0.5
    return seen


def off_field(points: NDArray[np.float64], seen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which of (N, 2) outline points say nothing of the anatomy.

    Those are the points outside the field, and those within 1.5 px of a pixel outside.

    Args:
        points: x, y in px.
        seen: (H, W), as ``field_of_view`` gives it.
    """
    if seen.all():
        return np.zeros(len(points), dtype=bool)
    inside_px = ndimage.distance_transform_edt(seen)
    at_points = ndimage.map_coordinates(inside_px, points.T[::-1], order=1, mode="nearest")
    return np.asarray(at_points <= BLURRED_PX)


def _tissue(pixels: NDArray[np.floating]) -> NDArray[np.bool_]:
    """The large patches of what is not black, (H, W)."""
    square = np.ones((3, 3), bool)
    bright = pixels > BLACK
    labels, _ = ndimage.label(ndimage.binary_opening(bright, square), square)
    large = np.bincount(labels.ravel()) >= SMALLEST_PATCH * pixels.size
    large[0] = False
    # The opening cut thin bridges to letters, and took the corners of the field with them.
    return np.asarray(bright & ndimage.binary_dilation(large[labels], square, iterations=2))


def _is_lined(
    start: NDArray[np.int64], end: NDArray[np.int64], gap_px: NDArray[np.float64]
) -> bool:
    """Whether tissue lines the edge between two pixels (row, column)."""
    length_px = float(np.hypot(*(end - start)))
    if length_px < SHORTEST_EDGE_PX:
        return False
    along = np.linspace(start, end, int(length_px) + 1).round().astype(int)
    return float(np.mean(gap_px[along[:, 0], along[:, 1]] <= MOST_BROKEN_PX)) >= LEAST_LINED
