"""How an image looks, in 299 numbers: texture, spectrum, gray levels and layout.

Two kinds of scans that a person tells apart at a glance (another machine, another organ, a drawing,
a photo) differ in these numbers, whatever the network makes of them. They are worked out on the
image as it enters the network, before its gray values are normalised.
"""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float64]

LIT = 0.02  # darker pixels are the black around the fan and hold no texture
_PATTERN_LEVELS, _RESIDUAL_LEVELS = 4, 3  # halvings of the image that each kind is taken on
_RING_EDGES = np.geomspace(0.01, 0.5, 13)  # cycles a pixel
_GRID = (6, 8)  # rows and columns of the layout
_GRAY_LEVELS = 16
_GRAY_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
_NOTHING = 1e-6  # keeps the logarithm of an empty spectrum finite


def describe(canvas: FloatArray) -> Vector:
    """The appearance of one image.

    Args:
        canvas: (h, w) float32, 0 to 1, as placed on the network's input; 32 pixels or more a side.

    Returns:
        (299,) float64, finite: local binary patterns (Ojala, Pietikainen and Maenpaa, IEEE TPAMI
        2002) on four scales, co-occurrences of second differences (as in Fridrich and Kodovsky's
        rich models, IEEE TIFS 2012) on three, the radial power spectrum, the mean gray value of
        6 x 8 fields, and the histogram of the lit pixels.
    """
    scales = [canvas.astype(np.float64)]
    for _ in range(_PATTERN_LEVELS - 1):
        scales.append(_halved(scales[-1]))
    parts = [_patterns(scale) for scale in scales]
    parts += [_residuals(scale) for scale in scales[:_RESIDUAL_LEVELS]]
    parts += [_spectrum(scales[0]), _layout(scales[0]), _grays(scales[0])]
    return np.concatenate(parts)


def _halved(plane: Vector) -> Vector:
    height, width = (side // 2 * 2 for side in plane.shape)
    fields = plane[:height, :width].reshape(height // 2, 2, width // 2, 2)
    return np.asarray(fields.mean(axis=(1, 3)))


def _shares(codes: npt.NDArray[np.intp], count: int) -> Vector:
    """Square roots of the shares of each code, which spread evenly where counts do not."""
    counts = np.bincount(codes, minlength=count)
    return np.asarray(np.sqrt(counts / max(1, codes.size)))


def _patterns(plane: Vector) -> Vector:
    """Rotation-invariant uniform patterns of the eight neighbours: (10,)."""
    height, width = plane.shape
    ring = ((0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0))
    center = plane[1:-1, 1:-1]
    brighter = np.stack(
        [plane[y : y + height - 2, x : x + width - 2] > center for y, x in ring]
    ).astype(np.int8)
    changes = np.abs(brighter - np.roll(brighter, 1, axis=0)).sum(axis=0)
    codes = np.where(changes <= 2, brighter.sum(axis=0), 9)
    return _shares(codes[center > LIT].astype(np.intp), 10)


def _residuals(plane: Vector) -> Vector:
    """Pairs of neighbouring second differences in five steps, both ways, and their size: (54,)."""
    parts: list[Vector] = []
    for turned in (plane, plane.T):
        residual = turned[2:] - 2 * turned[1:-1] + turned[:-2]
        lit = turned[1:-1] > LIT
        size = (float(np.median(np.abs(residual[lit]))) if lit.any() else 0.0) + 1e-4
        # The step follows the image's own noise, so that only the shape of the texture counts.
        steps = np.clip(np.round(residual / (1.5 * size)), -2, 2).astype(np.intp) + 2
        for first, second, both in (
            (steps[:-1], steps[1:], lit[:-1] & lit[1:]),
            (steps[:, :-1], steps[:, 1:], lit[:, :-1] & lit[:, 1:]),
        ):
            counts = np.bincount((5 * first + second)[both], minlength=25).astype(np.float64)
            counts += counts[::-1]  # a texture and its negative are alike
            parts.append(np.sqrt(counts[:13] / max(1.0, counts.sum())))
        parts.append(np.array([np.log(size)]))
    return np.concatenate(parts)


def _spectrum(plane: Vector) -> Vector:
    """Log power in rings, upright and level waves apart, and the mean of all: (25,)."""
    height, width = plane.shape
    lit = plane > LIT
    level = plane[lit].mean() if lit.any() else 0.0
    window = np.hanning(height)[:, None] * np.hanning(width)
    power = np.abs(np.fft.rfft2((plane - level) * lit * window)) ** 2
    up, across = np.abs(np.fft.fftfreq(height))[:, None], np.fft.rfftfreq(width)[None]
    ring = np.digitize(np.hypot(up, across), _RING_EDGES) - 1
    count = len(_RING_EDGES) - 1
    inside = (ring >= 0) & (ring < count)
    codes = np.where(up > across, ring, ring + count)[inside]
    sums = np.bincount(codes, power[inside], minlength=2 * count)
    means = sums / np.maximum(np.bincount(codes, minlength=2 * count), 1)
    logs = np.log(means + _NOTHING)
    return np.append(logs - logs.mean(), logs.mean())


def _layout(plane: Vector) -> Vector:
    """Mean gray value of each field of the grid: (48,)."""
    rows, columns = _GRID
    height, width = plane.shape[0] // rows, plane.shape[1] // columns
    fields = plane[: rows * height, : columns * width].reshape(rows, height, columns, width)
    return np.asarray(fields.mean(axis=(1, 3))).ravel()


def _grays(plane: Vector) -> Vector:
    """Share of lit pixels, their histogram and their quantiles: (24,)."""
    lit = plane[plane > LIT]
    if lit.size == 0:
        return np.zeros(1 + _GRAY_LEVELS + len(_GRAY_QUANTILES))
    codes = np.minimum(lit * _GRAY_LEVELS, _GRAY_LEVELS - 1).astype(np.intp)
    quantiles = np.quantile(lit, _GRAY_QUANTILES)
    return np.concatenate([[lit.size / plane.size], _shares(codes, _GRAY_LEVELS), quantiles])
