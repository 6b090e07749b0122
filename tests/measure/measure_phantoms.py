"""Soft masks of shapes with known measures: each pixel holds the share of it that is covered."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.special import ellipe

Floats = NDArray[np.float64]
SUBPIXELS = 8


def coverage(
    inside: Callable[[Floats, Floats], NDArray[np.bool_]], shape: tuple[int, int]
) -> Floats:
    """(H, W) area coverage of the region where ``inside(x_px, y_px)`` holds.

    Only pixels next to the region's edge are divided: no part of it may be as thin as a pixel.
    """
    mask = binary(inside, shape)
    inner = ndimage.binary_erosion(mask, np.ones((3, 3)), border_value=1)
    rows, columns = np.nonzero(ndimage.binary_dilation(mask, np.ones((3, 3))) & ~inner)
    offsets = (np.arange(SUBPIXELS) + 0.5) / SUBPIXELS - 0.5
    x = columns[:, None, None] + offsets[None, None, :]
    y = rows[:, None, None] + offsets[None, :, None]
    mask[rows, columns] = inside(x, y).mean(axis=(1, 2))
    return mask


def binary(inside: Callable[[Floats, Floats], NDArray[np.bool_]], shape: tuple[int, int]) -> Floats:
    """(H, W) mask that is 1 where the pixel's centre lies inside."""
    x, y = np.arange(shape[1])[None, :], np.arange(shape[0])[:, None]
    return inside(x.astype(float), y.astype(float)).astype(float)


def _turned(
    x: Floats,
    y: Floats,
    center: tuple[float, float],
    angle_rad: float,
    spacing: tuple[float, float],
) -> tuple[Floats, Floats]:
    """Millimetres along and across an axis that ``angle_rad`` turns from +x towards +y."""
    dx, dy = (x - center[0]) * spacing[1], (y - center[1]) * spacing[0]
    cosine, sine = np.cos(angle_rad), np.sin(angle_rad)
    return dx * cosine + dy * sine, dy * cosine - dx * sine


def ellipse(
    center: tuple[float, float],
    semi_major: float,
    semi_minor: float,
    angle_rad: float,
    spacing: tuple[float, float] = (1.0, 1.0),
) -> Callable[[Floats, Floats], NDArray[np.bool_]]:
    """An ellipse with its centre in px, its semi-axes and angle in mm."""

    def inside(x: Floats, y: Floats) -> NDArray[np.bool_]:
        along, across = _turned(x, y, center, angle_rad, spacing)
        return (along / semi_major) ** 2 + (across / semi_minor) ** 2 <= 1

    return inside


def bar(
    center: tuple[float, float],
    length: float,
    width: float,
    angle_rad: float,
    spacing: tuple[float, float] = (1.0, 1.0),
) -> Callable[[Floats, Floats], NDArray[np.bool_]]:
    """A rectangle with its centre in px, its sides in mm."""

    def inside(x: Floats, y: Floats) -> NDArray[np.bool_]:
        along, across = _turned(x, y, center, angle_rad, spacing)
        return (np.abs(along) <= length / 2) & (np.abs(across) <= width / 2)

    return inside


def capsule(
    center: tuple[float, float],
    length: float,
    width: float,
    angle_rad: float,
    spacing: tuple[float, float] = (1.0, 1.0),
) -> Callable[[Floats, Floats], NDArray[np.bool_]]:
    """A bar with half-round ends; ``length`` includes them."""

    def inside(x: Floats, y: Floats) -> NDArray[np.bool_]:
        along, across = _turned(x, y, center, angle_rad, spacing)
        beyond = np.maximum(np.abs(along) - (length - width) / 2, 0)
        return beyond**2 + across**2 <= (width / 2) ** 2

    return inside


def bowed(
    center: tuple[float, float],
    chord: float,
    bow: float,
    width: float,
    angle_rad: float,
    spacing: tuple[float, float] = (1.0, 1.0),
) -> Callable[[Floats, Floats], NDArray[np.bool_]]:
    """A shaft along an arc, square at its ends; ``chord`` joins the middles of the ends.

    ``bow`` > 0 is how far the arc leaves the chord; ``center`` is the chord's, in px.
    """
    radius = (chord**2 / 4 + bow**2) / (2 * bow)

    def inside(x: Floats, y: Floats) -> NDArray[np.bool_]:
        along, across = _turned(x, y, center, angle_rad, spacing)
        depth = across + radius - bow
        turn = np.arctan2(along, depth)
        near = np.abs(np.hypot(along, depth) - radius) <= width / 2
        return near & (np.abs(turn) <= np.arcsin(chord / 2 / radius))

    return inside


def frame(
    reach: float, spacing: tuple[float, float]
) -> tuple[tuple[int, int], tuple[float, float]]:
    """The shape of an image that holds a shape of this half length in mm, and its middle in px."""
    height, width = (2 * math.ceil(reach / step) + 8 for step in spacing)
    return (height, width), ((width - 1) / 2, (height - 1) / 2)


def circumference(semi_major: float, semi_minor: float) -> float:
    """Of an ellipse, in its unit, by the complete elliptic integral of the second kind."""
    return 4 * semi_major * float(ellipe(1 - (semi_minor / semi_major) ** 2))
