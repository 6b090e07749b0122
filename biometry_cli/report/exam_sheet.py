"""The images of one exam side by side, with what they say together."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PIL import Image

from biometry_cli.report.overlay import draw_banner, draw_marks
from biometry_cli.report.panel import BACKGROUND, Panel
from biometry_cli.report.readout import UNLIKE_TRAINING, list_caption, list_exam
from biometry_cli.results.prediction import Exam

if TYPE_CHECKING:
    from biometry_cli.inference.reading import Reading

WIDEST_PX = 1600
_HIGHEST_PX = 420  # of a scan
_MOST_PER_ROW = 4
_GAP_PX = 8
_UNIT_PX = 0.9
_COLUMN_PX = 480  # of the exam's figures


def draw_exam_sheet(readings: Sequence["Reading"], exam: Exam) -> Image.Image:
    """A contact sheet: the scans at one height with their captions, and the exam below.

    Args:
        readings: the exam's images, at least one; up to four stand in a row.
        exam: what they say together.

    Returns:
        An RGB picture, at most 1600 px wide.

    Raises:
        ValueError: no readings.
    """
    if not readings:
        raise ValueError("an exam sheet needs at least one reading")
    per_row = math.ceil(len(readings) / math.ceil(len(readings) / _MOST_PER_ROW))
    rows = [readings[start : start + per_row] for start in range(0, len(readings), per_row)]
    height_px = min(_HIGHEST_PX, *(_fitting_height(row) for row in rows))
    strips = [_in_row([_captioned(reading, exam, height_px) for reading in row]) for row in rows]
    columns = [Panel(_COLUMN_PX, 1, _UNIT_PX) for _ in range(2)]
    list_exam(columns, exam)
    return _stacked([*strips, _in_row([column.picture for column in columns])])


def _fitting_height(row: Sequence["Reading"]) -> int:
    """The height of the scans at which a row fills the sheet's width."""
    free_px = WIDEST_PX - _GAP_PX * (len(row) - 1)
    return int(free_px / sum(_aspect(reading) for reading in row))


def _aspect(reading: "Reading") -> float:
    height, width = reading.pixels.shape
    return float(width / height)


def _captioned(reading: "Reading", exam: Exam, height_px: int) -> Image.Image:
    width_px = max(1, int(height_px * _aspect(reading)))
    scan = draw_marks(reading, (width_px, height_px), _UNIT_PX)
    if UNLIKE_TRAINING in reading.prediction.flags:
        draw_banner(scan, _UNIT_PX)
    caption = Panel(width_px, 1, _UNIT_PX)
    list_caption(caption, reading.prediction, exam)
    return _stacked([scan, caption.picture])


def _in_row(pictures: Sequence[Image.Image]) -> Image.Image:
    width_px = sum(each.width for each in pictures) + _GAP_PX * (len(pictures) - 1)
    row = Image.new("RGB", (width_px, max(each.height for each in pictures)), BACKGROUND)
    left_px = 0
    for each in pictures:
        row.paste(each, (left_px, 0))
        left_px += each.width + _GAP_PX
    return row


def _stacked(pictures: Sequence[Image.Image]) -> Image.Image:
    height_px = sum(each.height for each in pictures)
    stack = Image.new("RGB", (max(each.width for each in pictures), height_px), BACKGROUND)
    top_px = 0
    for each in pictures:
        stack.paste(each, (0, top_px))
        top_px += each.height
    return stack
