"""Single cases of an evaluation in pictures: what was answered beside what is true."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from biometry_cli.report.lettering import font, shortened
from biometry_cli.report.overlay import draw_overlay, scan_image
from biometry_cli.report.panel import BACKGROUND, DIM
from biometry_cli.report.pen import STRUCTURE_COLORS, WHITE, Pen
from biometry_cli.results.evaluation import Case

if TYPE_CHECKING:
    from biometry_cli.inference.reading import Reading

_SIDE_PX = 560  # the longer side of each picture that stands beside others
_UNIT_PX = 0.8
_TITLE_PX, _CAPTION_PX, _GAP_PX = 20, 14, 8

IndexArray = npt.NDArray[np.uint8]


def pick_cases(cases: Sequence[Case], metric: str) -> dict[str, Case]:
    """The "worst", "median" and "best" case by a metric of which more is better.

    A case without that figure counts as worst. Few cases may fill more than one place; no cases
    give an empty answer.
    """
    if not cases:
        return {}

    def rank(case: Case) -> float:
        value = case.values.get(metric)
        return value if isinstance(value, float | int) and value == value else float("-inf")

    ordered = sorted(cases, key=rank)
    return {"worst": ordered[0], "median": ordered[len(ordered) // 2], "best": ordered[-1]}


def draw_case(reading: "Reading", truth_mask: IndexArray | None, title: str) -> Image.Image:
    """One case under its title.

    Args:
        reading: the answer. That of a classifier is drawn as one scan with its probabilities.
        truth_mask: (H, W) class indices of the scan's size; None leaves the truth out.
        title: one line, with the figures or labels that the picture stands for.

    Returns:
        An RGB picture: for segmentation the scan, the prediction's and the truth's outlines side
        by side.
    """
    if reading.masks is None:
        return _titled(draw_overlay(reading), title)
    height, width = reading.pixels.shape
    zoom = _SIDE_PX / max(height, width)
    size_px = (max(1, round(width * zoom)), max(1, round(height * zoom)))
    scan = scan_image(reading.pixels, size_px)
    pictures = {"scan": scan, "prediction": _outlined(scan, reading.masks.mask, zoom)}
    if truth_mask is not None:
        pictures["truth"] = _outlined(scan, truth_mask, zoom)
    return _titled(_side_by_side(pictures), title)


def _outlined(scan: Image.Image, mask: IndexArray, zoom: float) -> Image.Image:
    """All outlines of all classes, holes too, so that nothing of a mask is hidden."""
    from contourpy import contour_generator

    pen = Pen(scan.size, zoom, _UNIT_PX)
    for index in np.unique(mask[mask > 0]).tolist():
        # A frame closes the outlines of what touches the border.
        inside = np.pad(mask == index, 1).astype(np.float64)
        color = STRUCTURE_COLORS[(index - 1) % len(STRUCTURE_COLORS)]
        for outline in contour_generator(z=inside).lines(0.5):
            pen.line(np.asarray(outline) - 1, color, 2.4)
    return pen.onto(scan)


def _side_by_side(pictures: dict[str, Image.Image]) -> Image.Image:
    width, height = next(iter(pictures.values())).size
    top_px = _CAPTION_PX + _GAP_PX
    total_px = len(pictures) * (width + _GAP_PX) - _GAP_PX
    sheet = Image.new("RGB", (total_px, height + top_px), BACKGROUND)
    draw = ImageDraw.Draw(sheet)
    for place, (caption, picture) in enumerate(pictures.items()):
        left_px = place * (width + _GAP_PX)
        draw.text((left_px, 0), caption, DIM, font(_CAPTION_PX))
        sheet.paste(picture, (left_px, top_px))
    return sheet


def _titled(picture: Image.Image, title: str) -> Image.Image:
    face = font(_TITLE_PX, bold=True)
    top_px = 2 * _TITLE_PX
    sheet = Image.new("RGB", (picture.width + 2 * _GAP_PX, picture.height + top_px), BACKGROUND)
    line = shortened(title, picture.width, face)
    ImageDraw.Draw(sheet).text((_GAP_PX, _TITLE_PX), line, WHITE, face, "lm")
    sheet.paste(picture, (_GAP_PX, top_px))
    return sheet
