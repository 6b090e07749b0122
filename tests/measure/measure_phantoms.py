"""Soft masks of shapes with known measures: each pixel holds the share of it that is covered."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SUBPIXELS = 8


def coverage(
    inside: Callable[[Floats, Floats], NDArray[np.bool_]], shape: tuple[int, int]
) -> Floats:
    """(H, W) area coverage of the region where ``inside(x_px, y_px)`` holds."""
    height, width = shape
    offsets = (np.arange(SUBPIXELS) + 0.5) / SUBPIXELS - 0.5
    x = (np.arange(width)[:, None] + offsets).ravel()
    y = (np.arange(height)[:, None] + offsets).ravel()
    fine = inside(x[None, :], y[:, None])
    return fine.reshape(height, SUBPIXELS, width, SUBPIXELS).mean(axis=(1, 3))


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
