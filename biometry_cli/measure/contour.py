"""The outline of a structure in a soft mask, finer than the pixel grid.

Coordinates are x to the right and y down, with pixel centres at whole numbers: an image of
height H and width W covers -0.5 to W - 0.5 and -0.5 to H - 0.5.
"""

import contourpy
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from biometry_cli.measure.ellipse import Points

STEP_PX = 0.5  # between contour points: fine enough that chords lose nothing at the smallest shapes
SMOOTHING_PX = 2.0  # evens out the steps of a binary mask, keeps anything longer than about 10 px


def component_sizes(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Pixel count of each component of a mask (H, W); pixels may touch at corners."""
    return np.bincount(_labels(mask).ravel())[1:]


def largest_component(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The component of a mask (H, W) with the most pixels; empty where the mask is."""
    labels = _labels(mask)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return np.asarray(mask & (labels == np.argmax(sizes)))


def soft_contour(probability: NDArray[np.floating], level: float = 0.5) -> Points:
    """The closed outer contour of the largest component above ``level``.

    The contour crosses between pixel centres where the linearly interpolated probability equals
    the level. Holes and other components are left out. Where the structure is cut off by the
    image border, the contour closes along that border.

    Args:
        probability: (H, W), 0 to 1; a binary mask of 0 and 1 will do.
        level: between 0 and 1, both excluded.

    Returns:
        (N, 2) float64 x, y in px, about ``STEP_PX`` apart and uniform in arc length, the first
        point not repeated at the end; (0, 2) where no pixel exceeds the level.

    Raises:
        ValueError: not a finite map of two dimensions, or a level outside 0 to 1.
    """
    probability = np.asarray(probability, dtype=np.float64)
    if probability.ndim != 2 or not np.isfinite(probability).all():
        raise ValueError(f"expected a finite map (H, W), not one of shape {probability.shape}")
    if not 0 < level < 1:
        raise ValueError(f"the level must lie between 0 and 1, not {level}")
    component = largest_component(probability > level)
    if not component.any():
        return np.empty((0, 2))
    # Pixels of other components share no grid cell with this one, so its contour stays as it is.
    framed = np.pad(np.where(component, probability, np.minimum(probability, level)), 1, "edge")
    # Mirrored about the level, the frame puts the crossing at the edge of the border pixels.
    rim = np.ones(framed.shape, dtype=bool)
    rim[1:-1, 1:-1] = False
    framed[rim] = np.minimum(framed[rim], 2 * level - framed[rim])
    lines = contourpy.contour_generator(z=framed).lines(level)
    outline = max((np.asarray(line) for line in lines), key=lambda line: abs(signed_area(line)))
    return _resampled(outline - 1)


def on_border(points: Points, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Which of (N, 2) contour points lie on the border of an image of shape (H, W).

    Those are the points beyond the centres of the outermost pixels: there the contour follows
    the image's edge and says nothing of the structure's own outline.
    """
    x, y = points.T
    return np.asarray((x < 0) | (y < 0) | (x > shape[1] - 1) | (y > shape[0] - 1))


def signed_area(points: Points) -> float:
    """Area of a closed polygon (N, 2), in the square of its unit; the sign tells its turn.

    The shoelace formula.
    """
    x, y = (points - points[0]).T
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2


def smoothed(points: Points) -> Points:
    """A uniformly spaced closed contour (N, 2) in px without its pixel-sized steps.

    The length of a binary mask's outline exceeds that of the shape by several per cent however
    fine the grid; this outline has the shape's length. The filter passes 1 - (1 - g)² of each
    wavelength, g a Gaussian of ``SMOOTHING_PX``, so that unlike g alone it does not shrink arcs.
    """
    complex_line = points[:, 0] + 1j * points[:, 1]
    cycles_per_px = np.fft.fftfreq(len(points), d=polygon_length(points) / len(points))
    gaussian = np.exp(-2 * (np.pi * SMOOTHING_PX * cycles_per_px) ** 2)
    line = np.fft.ifft(np.fft.fft(complex_line) * (1 - (1 - gaussian) ** 2))
    return np.column_stack([line.real, line.imag])


def polygon_length(points: Points) -> float:
    """Perimeter of a closed polygon (N, 2), in its unit."""
    return float(np.linalg.norm(np.roll(points, -1, axis=0) - points, axis=1).sum())


def _resampled(line: Points) -> Points:
    """A closed line (first point repeated last) at uniform arc length, the repeat dropped."""
    arc = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    at = np.linspace(0, arc[-1], max(int(np.ceil(arc[-1] / STEP_PX)), 8), endpoint=False)
    return np.column_stack([np.interp(at, arc, line[:, axis]) for axis in (0, 1)])


def _labels(mask: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Components of a mask (H, W), numbered from 1; the background is 0."""
    return np.asarray(ndimage.label(mask, structure=np.ones((3, 3)))[0], dtype=np.int32)
