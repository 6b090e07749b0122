"""One scan for measuring: a head, an abdomen or a femur of known size, with its exact truth."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from biometry_cli.data.phantom import anatomy, beam
from biometry_cli.data.phantom.growth import sample_fetus
from biometry_cli.data.phantom.placing import (
    ellipse_of_perimeter,
    head_angle_rad,
    place_in_sector,
    trunk_angle_rad,
)
from biometry_cli.data.phantom.scene import Scene
from biometry_cli.data.phantom.sector import Sector
from biometry_cli.data.phantom.shapes import Capsule, Ellipse, pixel_coverage

Structure = Literal["head", "abdomen", "femur"]
STRUCTURES: tuple[Structure, ...] = ("head", "abdomen", "femur")
"""In the order of their class indices, which start at 1."""


@dataclass(frozen=True)
class Phantom:
    """A synthetic scan and its truth.

    Attributes:
        pixels: uint8 (H, W), 0 outside the fan.
        mask: uint8 (H, W), 0 background, 1 head, 2 abdomen, 3 femur; a pixel belongs to a
            structure when its centre lies inside.
        coverage: float32 (3, H, W), 0..1, the area of each pixel inside head, abdomen and femur.
        spacing_mm: side of a square pixel.
        measures_mm: head -> hc_mm, bpd_mm and ofd_mm (both outer to outer); abdomen -> ac_mm;
            femur -> fl_mm (tip to tip).
        points_px: caliper ends (x, y), pixel centres at whole numbers: head -> ofd_1, ofd_2,
            bpd_1, bpd_2; abdomen -> tad_1 and on (the longer diameter), apad_1 and on;
            femur -> fl_1, fl_2.
    """

    pixels: npt.NDArray[np.uint8]
    mask: npt.NDArray[np.uint8]
    coverage: npt.NDArray[np.float32]
    spacing_mm: float
    measures_mm: dict[str, float]
    points_px: dict[str, tuple[float, float]]


def draw_phantom(
    structure: Structure,
    rng: np.random.Generator,
    *,
    height_px: int = 192,
    width_px: int = 272,
    size_mm: float | None = None,
    axis_ratio: float | None = None,
    angle_rad: float | None = None,
) -> Phantom:
    """Draw a scan of one structure.

    Args:
        structure: what the scan shows.
        rng: the only source of chance; equal states give equal scans.
        height_px, width_px: size of the image, at least 64 each.
        size_mm: HC, AC or FL; by default that of a random fetus of 18 to 38 weeks.
        axis_ratio: short over long axis of a head or abdomen, 0..1; random by default.
        angle_rad: direction of the long axis, from x towards y; random by default.

    Returns:
        The scan; its field of view is chosen such that the structure lies wholly inside.
    """
    outline, zoom = body_outline(structure, rng, size_mm, axis_ratio, angle_rad)

    def paint(scene: Scene, rng: np.random.Generator, body: Ellipse) -> None:
        anatomy.paint_surroundings(scene, rng, body)
        (anatomy.paint_abdomen if structure == "abdomen" else anatomy.paint_head)(scene, rng, body)

    pixels, sector, placed = scan_body(
        outline, zoom, paint, rng, height_px=height_px, width_px=width_px
    )
    mask, coverage = _truth(structure, placed, sector)
    return Phantom(
        pixels,
        mask,
        coverage,
        sector.spacing_mm,
        true_measures_mm(structure, placed),
        _caliper_ends(structure, placed, sector),
    )


def scan_body(
    outline: Capsule | Ellipse,
    zoom: float,
    paint: Callable[[Scene, np.random.Generator, Ellipse], None] | None,
    rng: np.random.Generator,
    *,
    height_px: int,
    width_px: int,
) -> tuple[npt.NDArray[np.uint8], Sector, Capsule | Ellipse]:
    """Place a body in a field of view, paint it with all around it, and scan that.

    Args:
        outline: the body's outline around (0, 0); a capsule is a femur.
        zoom: depth of the fan over the outline's larger extent.
        paint: paints the scene, given the outline in its place; None for a femur, which has
            one look alone.
        rng: the only source of chance.
        height_px, width_px: size of the image.

    Returns:
        uint8 (H, W), 0 outside the fan; the field of view; the outline in its place.
    """
    sector, x_mm, y_mm = place_in_sector(
        rng, outline, height_px=height_px, width_px=width_px, zoom=zoom
    )
    placed = replace(outline, x_mm=x_mm, y_mm=y_mm)
    scene = Scene.tissue(sector)
    if isinstance(placed, Capsule):
        anatomy.paint_femur(scene, rng, placed)
    elif paint is not None:
        paint(scene, rng, placed)
    return beam.scan(scene, beam.sample_settings(rng), rng), sector, placed


def true_measures_mm(structure: Structure, outline: Capsule | Ellipse) -> dict[str, float]:
    """The measures that an outline has, as in ``Phantom.measures_mm``."""
    if isinstance(outline, Capsule):
        return {"fl_mm": outline.length_mm}
    if structure == "abdomen":
        return {"ac_mm": outline.perimeter_mm}
    return {
        "hc_mm": outline.perimeter_mm,
        "bpd_mm": 2 * outline.b_mm,
        "ofd_mm": 2 * outline.a_mm,
    }


def body_outline(
    structure: Structure,
    rng: np.random.Generator,
    size_mm: float | None = None,
    axis_ratio: float | None = None,
    angle_rad: float | None = None,
) -> tuple[Capsule | Ellipse, float]:
    """The structure's outline around (0, 0), and the zoom that shows it.

    The arguments are those of ``draw_phantom``.
    """
    fetus = sample_fetus(rng)
    if structure == "femur":
        length_mm = fetus.fl_mm if size_mm is None else size_mm
        tilt_rad = rng.uniform(-0.6, 0.6) if angle_rad is None else angle_rad
        width_mm = length_mm * rng.uniform(0.075, 0.11)
        return Capsule(0, 0, length_mm, width_mm, tilt_rad), rng.uniform(1.3, 2.0)
    if structure == "abdomen":
        outline = ellipse_of_perimeter(
            fetus.ac_mm if size_mm is None else size_mm,
            fetus.abdomen_axis_ratio if axis_ratio is None else axis_ratio,
            trunk_angle_rad(rng) if angle_rad is None else angle_rad,
        )
        return outline, rng.uniform(1.0, 1.45)
    outline = ellipse_of_perimeter(
        fetus.hc_mm if size_mm is None else size_mm,
        fetus.head_axis_ratio if axis_ratio is None else axis_ratio,
        head_angle_rad(rng) if angle_rad is None else angle_rad,
    )
    return outline, rng.uniform(0.9, 1.3)


def _caliper_ends(
    structure: Structure, outline: Capsule | Ellipse, sector: Sector
) -> dict[str, tuple[float, float]]:
    along_mm = np.array([math.cos(outline.angle_rad), math.sin(outline.angle_rad)])
    across_mm = np.array([-along_mm[1], along_mm[0]])
    if isinstance(outline, Capsule):
        half_mm = {"fl": outline.length_mm / 2 * along_mm}
    else:
        names = ("ofd", "bpd") if structure == "head" else ("tad", "apad")
        half_mm = {names[0]: outline.a_mm * along_mm, names[1]: outline.b_mm * across_mm}
    first_mm = np.array([sector.columns_mm()[0], sector.rows_mm()[0]])
    center_px = (np.array([outline.x_mm, outline.y_mm]) - first_mm) / sector.spacing_mm
    ends = {}
    for name, half in half_mm.items():
        for number, side in ((1, -1), (2, 1)):
            x_px, y_px = center_px + side * half / sector.spacing_mm
            ends[f"{name}_{number}"] = (float(x_px), float(y_px))
    return ends


def _truth(
    structure: Structure, outline: Capsule | Ellipse, sector: Sector
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
    columns_mm, rows_mm = sector.columns_mm(), sector.rows_mm()
    index = STRUCTURES.index(structure)
    inside = outline.inset_mm(columns_mm[None, :], rows_mm[:, None]) >= 0
    coverage = np.zeros((len(STRUCTURES), *inside.shape), np.float32)
    coverage[index] = pixel_coverage(outline, columns_mm, rows_mm, sector.spacing_mm)
    return inside.astype(np.uint8) * np.uint8(index + 1), coverage
