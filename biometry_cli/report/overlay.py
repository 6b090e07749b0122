"""A scan with what was found on it: outlines, ellipses, calipers, figures and a scale bar."""

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image

from biometry_cli.report.panel import Panel
from biometry_cli.report.pen import SKY_BLUE, STRUCTURE_COLORS, WHITE, YELLOW, Color, Pen
from biometry_cli.report.words import Spacing, flag_text, spacing_pair, spacing_text, value_text

if TYPE_CHECKING:
    from biometry_cli.inference.predictor import Reading
    from biometry_cli.measure.structures import MeasuredStructure

LEAST_SIDE_PX = 800  # of the drawn scan's longer side
_OWN_COLORS = dict(zip(("head", "abdomen", "femur"), STRUCTURE_COLORS, strict=False))
_SCALE_BARS_MM = (10, 20, 50, 5, 2, 1)  # 10 mm where it fits
_TOP_CLASSES = 6


def mask_image(mask: npt.NDArray[np.uint8]) -> Image.Image:
    """A mask (H, W) uint8 as an 8-bit gray picture of its class indices."""
    return Image.fromarray(np.ascontiguousarray(mask, np.uint8))


def scan_image(pixels: npt.NDArray[np.float32], size_px: tuple[int, int]) -> Image.Image:
    """Gray pixels (H, W), 0 to 1, as an RGB picture of ``size_px`` (width, height)."""
    levels = (np.clip(pixels, 0, 1) * 255).round().astype(np.uint8)
    return Image.fromarray(levels).resize(size_px, Image.Resampling.BICUBIC).convert("RGB")


def draw_overlay(reading: "Reading") -> Image.Image:
    """Draw a reading: the scan at the top left, enlarged by a whole number, figures on its right.

    Pixel (x, y) of the scan covers the k by k pixels from (x * k, y * k) on, where k is the
    least whole number that makes the longer side of the scan 800 px or more.

    Returns:
        An RGB picture, wider than the scan and at least as high.
    """
    height, width = reading.pixels.shape
    zoom = max(1, math.ceil(LEAST_SIDE_PX / max(height, width)))
    size_px = (width * zoom, height * zoom)
    unit_px = max(size_px) / LEAST_SIDE_PX
    scan = scan_image(reading.pixels, size_px)
    panel = Panel(size_px[1], unit_px)
    panel.title(Path(reading.prediction.file).name)
    if reading.prediction.task == "classify":
        _list_classes(panel, reading)
        return panel.beside(scan)
    pen = Pen(size_px, zoom, unit_px)
    spacing = spacing_pair(reading.prediction.spacing_mm)
    if spacing is not None:
        panel.small(spacing_text(spacing))
        _draw_scale(pen, spacing, (height, width), unit_px / zoom)
    colors = _colors(reading.measured)
    for found in reading.measured:
        _draw_structure(pen, found, colors[found.name], unit_px / zoom)
        _list_measures(panel, found, colors[found.name])
    panel.gap()
    if reading.measured:
        panel.small("solid: outline, dashed: ellipse, dotted: calipers")
        panel.gap()
    for flag in reading.prediction.flags:
        panel.warning(flag_text(flag))
    return panel.beside(pen.onto(scan))


def _colors(measured: "tuple[MeasuredStructure, ...]") -> dict[str, Color]:
    """A color a structure; head, abdomen and femur keep theirs in every picture."""
    others = [each.name for each in measured if each.name not in _OWN_COLORS]
    free = STRUCTURE_COLORS[len(_OWN_COLORS) :]
    return _OWN_COLORS | {name: free[i % len(free)] for i, name in enumerate(others)}


def _draw_structure(pen: Pen, found: "MeasuredStructure", color: Color, unit: float) -> None:
    """``unit`` is the pen's, in pixels of the scan."""
    pen.line(found.contour_px, color, 2.4, closed=True)
    if found.ellipse_px is not None:
        pen.dashes(found.ellipse_px.points(360)[np.r_[:360, 0]], WHITE, 0.9, dash=5, gap=12)
    for name, (first, second) in found.calipers_px.items():
        ends = np.array([first, second])
        pen.dashes(ends, YELLOW, 1.6, dash=1.6, gap=5)
        for end in ends:
            pen.cross(end, YELLOW, 1.8, arm=8)
        # The name stands beyond the end that is further up, or further right at equal height.
        outer, inner = sorted(ends, key=lambda end: (end[1], -end[0]))
        direction = (outer - inner) / max(float(np.hypot(*(outer - inner))), 1e-9)
        words = name.removeprefix(f"{found.name}_").replace("_", " ")
        pen.text(outer + direction * (24 + 2 * len(words)) * unit, words, YELLOW)


def _list_measures(panel: Panel, found: "MeasuredStructure", color: Color) -> None:
    panel.gap()
    panel.title(found.name, color)
    for measure in found.measures:
        words = measure.name.removeprefix(f"{found.name}_").replace("_", " ")
        panel.row(words, value_text(measure.value, measure.unit))


def _list_classes(panel: Panel, reading: "Reading") -> None:
    prediction = reading.prediction
    panel.gap()
    ranked = sorted((prediction.probabilities or {}).items(), key=lambda item: -item[1])
    for name, probability in ranked[:_TOP_CLASSES]:
        chosen = name == prediction.label
        panel.row(name, f"{100 * probability:.1f} %", SKY_BLUE if chosen else WHITE)
        panel.bar(probability, SKY_BLUE if chosen else WHITE)
    panel.gap()
    for flag in prediction.flags:
        panel.warning(flag_text(flag))


def _draw_scale(pen: Pen, spacing: Spacing, shape: tuple[int, int], unit: float) -> None:
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
