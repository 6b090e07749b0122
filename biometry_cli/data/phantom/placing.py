"""A body's outline and pose, the field of view that suits it, and its place in there."""

import math
from dataclasses import replace

import numpy as np

from biometry_cli.data.phantom.sector import Sector
from biometry_cli.data.phantom.shapes import Ellipse, Shape

SIDE_ROOM_MM = 4.0
NEAR_ROOM_MM = 9.0
"""The mother's abdominal wall lies between the probe and the fetus."""
SHALLOWEST_MM = 60.0


def ellipse_of_perimeter(perimeter_mm: float, axis_ratio: float, angle_rad: float) -> Ellipse:
    """The ellipse around (0, 0) with that perimeter (Ramanujan's second approximation)."""
    unit = Ellipse(0, 0, 1, axis_ratio, angle_rad)
    a_mm = perimeter_mm / unit.perimeter_mm
    return replace(unit, a_mm=a_mm, b_mm=axis_ratio * a_mm)


def head_angle_rad(rng: np.random.Generator) -> float:
    """A head is scanned from its side: its long axis lies within 35° of the horizontal."""
    return float(rng.uniform(-0.6, 0.6)) + float(rng.choice((0.0, math.pi)))


def trunk_angle_rad(rng: np.random.Generator) -> float:
    """Any direction but a spine turned to the probe, which would hide all else."""
    return float(rng.uniform(-math.pi - 0.5, 0.5))


def place_in_sector(
    rng: np.random.Generator, outline: Shape, *, height_px: int, width_px: int, zoom: float
) -> tuple[Sector, float, float]:
    """Choose a field of view that holds ``outline`` and a place for it in there.

    Args:
        rng: draws the probe, the depth and the place.
        outline: the shape at its size and angle, centred at (0, 0).
        height_px, width_px: size of the image.
        zoom: depth of the fan over the outline's larger extent, before it is made to fit.

    Returns:
        The sector, and x and y in mm for the outline's centre.
    """
    points_mm = outline.outline_mm()
    # A wide image suits a wide fan; a square one the narrower fan of a more curved probe.
    aspect = min(max(width_px / height_px, 0.8), 1.6)
    face_mm = rng.uniform(30, 41) * aspect
    half_angle_rad = math.radians(rng.uniform(9, 16) + 15.5 * aspect)
    depth_mm = max(zoom * float(np.ptp(points_mm, axis=0).max()), SHALLOWEST_MM)
    while True:
        sector = Sector(height_px, width_px, face_mm, depth_mm, half_angle_rad)
        for _ in range(30):
            radius_mm = face_mm + depth_mm * rng.uniform(0.4, 0.72)
            angle_rad = half_angle_rad * rng.uniform(-0.45, 0.45)
            x_mm, y_mm = radius_mm * math.sin(angle_rad), radius_mm * math.cos(angle_rad)
            placed_mm = points_mm + np.array([x_mm, y_mm])
            if sector.holds(placed_mm, side_mm=SIDE_ROOM_MM, near_mm=NEAR_ROOM_MM):
                return sector, x_mm, y_mm
        depth_mm *= 1.04
