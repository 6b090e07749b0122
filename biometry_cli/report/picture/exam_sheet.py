"""The images of one exam side by side, with what they say together."""

import math
from collections.abc import Sequence

from PIL import Image

from biometry_cli.report.picture.listing import list_blocks
from biometry_cli.report.picture.marks import READ_TWICE
from biometry_cli.report.picture.overlay import draw_banner, draw_marks
from biometry_cli.report.picture.panel import GAP_PX, Panel, in_row, stacked
from biometry_cli.report.picture.scan import Scan
from biometry_cli.report.sheet.blocks import Heading, Rows
from biometry_cli.report.sheet.exam import caption, exam_sheet
from biometry_cli.results.prediction import Exam

WIDEST_PX = 1600
_HIGHEST_PX = 420  # of a scan
_MOST_PER_ROW = 4
_UNIT_PX = 0.9
_COLUMN_PX = 480  # of the exam's figures


def draw_exam_sheet(scans: Sequence[Scan], exam: Exam) -> Image.Image:
    """A contact sheet: the scans at one height with their captions, and the exam below.

    Args:
        scans: the exam's images, at least one; up to four stand in a row.
        exam: what they say together.

    Returns:
        An RGB picture, at most 1600 px wide.

    Raises:
        ValueError: no scans.
    """
    if not scans:
        raise ValueError("an exam sheet needs at least one scan")
    per_row = math.ceil(len(scans) / math.ceil(len(scans) / _MOST_PER_ROW))
    rows = [scans[start : start + per_row] for start in range(0, len(scans), per_row)]
    height_px = min(_HIGHEST_PX, *(_fitting_height(row) for row in rows))
    strips = [in_row([_captioned(scan, exam, height_px) for scan in row]) for row in rows]
    left, right = Panel(_COLUMN_PX, 1, _UNIT_PX), Panel(_COLUMN_PX, 1, _UNIT_PX)
    list_exam(left, right, exam)
    if any(scan.measured_by_points for scan in scans):
        left.small(READ_TWICE)
    return stacked([*strips, in_row([left.picture, right.picture])])


def list_exam(left: Panel, right: Panel, exam: Exam) -> None:
    """An exam over two panels: its measures in the left one, what they mean in the right one."""
    blocks = exam_sheet(exam)
    list_blocks(left, [block for block in blocks if isinstance(block, Heading | Rows)])
    list_blocks(right, [block for block in blocks if not isinstance(block, Heading | Rows)])


def _fitting_height(row: Sequence[Scan]) -> int:
    """The height of the scans at which a row fills the sheet's width."""
    free_px = WIDEST_PX - GAP_PX * (len(row) - 1)
    return int(free_px / sum(_aspect(scan) for scan in row))


def _aspect(scan: Scan) -> float:
    height, width = scan.pixels.shape
    return float(width / height)


def _captioned(scan: Scan, exam: Exam, height_px: int) -> Image.Image:
    width_px = max(1, int(height_px * _aspect(scan)))
    drawn = draw_marks(scan, (width_px, height_px), _UNIT_PX)
    draw_banner(drawn, scan, _UNIT_PX)
    below = Panel(width_px, 1, _UNIT_PX)
    list_blocks(below, caption(scan.prediction, exam))
    return stacked([drawn, below.picture])
