"""A scan with what was found on it: outlines, ellipses, calipers, figures and a scale bar."""

import math

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from biometry_cli.report.picture.lettering import font, shortened
from biometry_cli.report.picture.listing import list_blocks
from biometry_cli.report.picture.marks import draw_found, legend
from biometry_cli.report.picture.panel import WIDTH, Panel
from biometry_cli.report.picture.pen import VERMILION, WHITE, Pen
from biometry_cli.report.picture.scan import Scan, structure_styles
from biometry_cli.report.sheet.prediction import prediction_sheet
from biometry_cli.report.sheet.words import Spacing, spacing_pair

LEAST_SIDE_PX = 800  # of the drawn scan's longer side
_SCALE_BARS_MM = (10, 20, 50, 5, 2, 1)  # 10 mm where it fits
_BANNER_UNITS, _BANNER_LETTERS = 34, 18


def mask_image(mask: npt.NDArray[np.uint8]) -> Image.Image:
    """A mask (H, W) uint8 as an 8-bit gray picture of its class indices."""
    return Image.fromarray(np.ascontiguousarray(mask, np.uint8))


def scan_image(pixels: npt.NDArray[np.float32], size_px: tuple[int, int]) -> Image.Image:
    """Gray pixels (H, W), 0 to 1, as an RGB picture of ``size_px`` (width, height)."""
    levels = (np.clip(pixels, 0, 1) * 255).round().astype(np.uint8)
    return Image.fromarray(levels).resize(size_px, Image.Resampling.BICUBIC).convert("RGB")


def draw_overlay(scan: Scan) -> Image.Image:
    """The scan at the top left, enlarged by a whole number, figures on its right.

    Pixel (x, y) of the scan covers the k by k pixels from (x * k, y * k) on, where k is the
    least whole number that makes the longer side of the scan 800 px or more. A banner over the
    top of the picture marks figures that must not be trusted.

    Returns:
        An RGB picture, wider than the scan and at least as high.
    """
    size_px, unit_px = _enlarged(scan)
    drawn = draw_marks(scan, size_px, unit_px)
    panel = Panel(round(WIDTH * unit_px), drawn.height, unit_px)
    if scan.warnings:
        panel.skip(_BANNER_UNITS * unit_px)
    list_scan(panel, scan)
    picture = panel.beside(drawn)
    draw_banner(picture, scan, unit_px)
    return picture


def list_scan(panel: Panel, scan: Scan) -> None:
    """Everything that a picture's panel says of one image, then what its lines are."""
    styles = structure_styles(each.name for each in scan.measured)
    outlined = {each.name for each in scan.measured if len(each.contour_px)}
    drawn = {name: style for name, style in styles.items() if name in outlined}
    list_blocks(panel, prediction_sheet(scan.prediction), drawn)
    panel.gap()
    panel.small(", ".join(legend(scan)))


def draw_scan(scan: Scan) -> Image.Image:
    """The same scan without the figures on its right, for a page that has them beside it."""
    size_px, unit_px = _enlarged(scan)
    drawn = draw_marks(scan, size_px, unit_px)
    draw_banner(drawn, scan, unit_px)
    return drawn


def _enlarged(scan: Scan) -> tuple[tuple[int, int], float]:
    """Size (width, height) of the drawn scan, and the width of a thin line, in px."""
    height, width = scan.pixels.shape
    zoom = max(1, math.ceil(LEAST_SIDE_PX / max(height, width)))
    return (width * zoom, height * zoom), max(height, width) * zoom / LEAST_SIDE_PX


def draw_marks(scan: Scan, size_px: tuple[int, int], unit_px: float) -> Image.Image:
    """The scan at ``size_px`` (width, height) with everything found drawn on it.

    Args:
        unit_px: width of a thin line; all strokes and letters are multiples of it.
    """
    picture = scan_image(scan.pixels, size_px)
    if scan.prediction.task == "classify":
        return picture
    zoom = size_px[0] / scan.pixels.shape[1]
    pen = Pen(size_px, zoom, unit_px)
    spacing = spacing_pair(scan.prediction.spacing_mm)
    if spacing is not None:
        _draw_scale(pen, spacing, scan.pixels.shape, unit_px / zoom)
    draw_found(pen, scan, unit_px / zoom)
    return pen.onto(picture)


def draw_banner(picture: Image.Image, scan: Scan, unit_px: float) -> None:
    """Say across the top of a picture why its figures are not to be trusted, if they are not."""
    if not scan.warnings:
        return
    height_px = round(_BANNER_UNITS * unit_px)
    face = font(max(1, round(_BANNER_LETTERS * unit_px)), bold=True)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, picture.width, height_px - 1), fill=VERMILION)
    text = shortened(f"! do not trust: {scan.warnings[0]}", picture.width - height_px, face)
    draw.text((picture.width / 2, height_px / 2), text, "black", face, "mm")


def _draw_scale(pen: Pen, spacing: Spacing, shape: tuple[int, ...], unit: float) -> None:
    """A bar of round length at the lower left, and an upright one where pixels aren't square."""
    height, width = shape
    longest_px, shortest_px = 0.3 * min(height, width), 30 * unit
    fitting = [
        length_mm
        for length_mm in _SCALE_BARS_MM
        if shortest_px <= length_mm / max(spacing) and length_mm / min(spacing) <= longest_px
    ]
    if not fitting:
        return
    length_mm = fitting[0]
    corner = np.array([20 * unit, height - 20 * unit])
    across = np.array([length_mm / spacing.column_mm, 0])
    up = np.array([0, -length_mm / spacing.row_mm])
    tick = 5 * unit
    bars = [(across, np.array([0, tick]))]
    if spacing.row_mm != spacing.column_mm:
        bars.append((up, np.array([tick, 0])))
    for bar, cap in bars:
        pen.line(np.array([corner, corner + bar]), WHITE, 2)
        for end in (corner, corner + bar):
            pen.line(np.array([end - cap, end + cap]), WHITE, 2)
    pen.text(corner + across / 2 + [0, -16 * unit], f"{length_mm} mm", WHITE)
