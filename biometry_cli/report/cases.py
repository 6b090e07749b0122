"""Single cases of an evaluation in pictures: what was answered beside what is true."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from biometry_cli.report.picture.lettering import font, shortened
from biometry_cli.report.picture.marks import draw_points
from biometry_cli.report.picture.overlay import draw_overlay, scan_image
from biometry_cli.report.picture.panel import BACKGROUND, DIM, GAP_PX, in_row, stacked
from biometry_cli.report.picture.pen import STRUCTURE_COLORS, WHITE, Pen
from biometry_cli.report.picture.scan import Scan
from biometry_cli.report.sheet.words import Spacing, file_name, spacing_pair
from biometry_cli.results.figures import DICE
from biometry_cli.results.prediction import FoundPoint
from biometry_cli.results.scores import ImageScores, PointErrors

_SIDE_PX = 560  # the longer side of each picture that stands beside others
_UNIT_PX = 0.8
_TITLE_PX, _CAPTION_PX = 20, 14

IndexArray = npt.NDArray[np.uint8]


def pick_cases(images: Sequence[ImageScores]) -> dict[str, ImageScores]:
    """The "worst", "median" and "best" image by its score; one without counts as worst.

    Few images may fill more than one place; no images give an empty answer.
    """
    if not images:
        return {}
    ordered = sorted(images, key=lambda image: -math.inf if image.score is None else image.score)
    return {"worst": ordered[0], "median": ordered[len(ordered) // 2], "best": ordered[-1]}


def case_title(image: ImageScores) -> str:
    """``scan.png, Dice 0.941``; errors of points, or the true and the called class."""
    name = file_name(image.file)
    if image.masks is not None:
        dice = image.masks.dice
        return f"{name}, {DICE.label} {'none' if dice is None else f'{dice:.3f}'}"
    if image.points is not None:
        return f"{name}, {_point_errors(image.points)}"
    if image.call is not None:
        return f"{name}, truth {image.call.truth}, called {image.call.called}"
    return name


def _point_errors(points: PointErrors) -> str:
    """``mean radial error 3.2 mm``, or how many points were missed where none was found."""
    missed = [f"{points.missed} points missed"] if points.missed else []
    for unit in ("mm", "px"):
        error = points.radial_error(unit)
        if error is not None:
            return ", ".join([f"mean radial error {error:.1f} {unit}", *missed])
    return ", ".join(missed) or "no points to compare"


@dataclass(frozen=True)
class Annotation:
    """Masks and points of an image, as they were annotated or answered.

    Attributes:
        mask: (H, W) class indices of the scan's size.
        points: by name, in pixels; None for one that is not visible.
    """

    mask: IndexArray | None = None
    points: Mapping[str, FoundPoint | None] = field(default_factory=dict)


def draw_case(scan: Scan, mask: IndexArray | None, truth: Annotation, title: str) -> Image.Image:
    """One case under its title.

    Args:
        scan: the answer. That of a classifier is drawn as one scan with its probabilities.
        mask: what was answered, class indices.
        truth: what it should have been; without any annotation it is left out.
        title: one line, with the figures or labels that the picture stands for.

    Returns:
        An RGB picture: the scan, then the prediction's and the truth's outlines and points side by
        side.
    """
    if scan.prediction.task == "classify":
        return _titled(draw_overlay(scan), title)
    height, width = scan.pixels.shape
    zoom = _SIDE_PX / max(height, width)
    size_px = (max(1, round(width * zoom)), max(1, round(height * zoom)))
    plain = scan_image(scan.pixels, size_px)
    answer = Annotation(mask, scan.prediction.points or {})
    spacing = spacing_pair(scan.prediction.spacing_mm)
    pictures = {
        "scan": plain,
        "prediction": _annotated(plain, answer, spacing, zoom),
    }
    if truth.mask is not None or truth.points:
        pictures["truth"] = _annotated(plain, truth, spacing, zoom)
    return _titled(in_row([_captioned(*each) for each in pictures.items()]), title)


def _annotated(
    scan: Image.Image, shown: Annotation, spacing: Spacing | None, zoom: float
) -> Image.Image:
    pen = Pen(scan.size, zoom, _UNIT_PX)
    if shown.mask is not None:
        _draw_outlines(pen, shown.mask)
    draw_points(
        pen,
        shown.points,
        spacing,
        beside_masks=shown.mask is not None,
        unit=_UNIT_PX / zoom,
    )
    return pen.onto(scan)


def _draw_outlines(pen: Pen, mask: IndexArray) -> None:
    """All outlines of all classes, holes too, so that nothing of a mask is hidden."""
    from contourpy import contour_generator

    for index in np.unique(mask[mask > 0]).tolist():
        # A frame closes the outlines of what touches the border.
        inside = np.pad(mask == index, 1).astype(np.float64)
        color = STRUCTURE_COLORS[(index - 1) % len(STRUCTURE_COLORS)]
        for outline in contour_generator(z=inside).lines(0.5):
            pen.line(np.asarray(outline) - 1, color, 2.4)


def _captioned(caption: str, picture: Image.Image) -> Image.Image:
    strip = Image.new("RGB", (picture.width, _CAPTION_PX + GAP_PX), BACKGROUND)
    ImageDraw.Draw(strip).text((0, 0), caption, DIM, font(_CAPTION_PX))
    return stacked([strip, picture])


def _titled(picture: Image.Image, title: str) -> Image.Image:
    face = font(_TITLE_PX, bold=True)
    top_px = 2 * _TITLE_PX
    sheet = Image.new("RGB", (picture.width + 2 * GAP_PX, picture.height + top_px), BACKGROUND)
    line = shortened(title, picture.width, face)
    ImageDraw.Draw(sheet).text((GAP_PX, _TITLE_PX), line, WHITE, face, "lm")
    sheet.paste(picture, (GAP_PX, top_px))
    return sheet
