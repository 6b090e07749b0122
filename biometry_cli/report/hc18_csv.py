"""Head ellipses as the HC18 challenge takes them: a table in millimetres.

Columns ``filename, center_x_mm, center_y_mm, semi_axes_a_mm, semi_axes_b_mm, angle_rad``, as in
van den Heuvel et al., Automated measurement of fetal head circumference using 2D ultrasound
images, PLoS ONE 13(8):e0200412, 2018, and https://hc18.grand-challenge.org.
"""

import math
from pathlib import Path

from biometry_cli.measure.calipers import diameters_ellipse
from biometry_cli.measure.ellipse import Ellipse
from biometry_cli.report.growing_csv import GrowingCsv
from biometry_cli.report.sheet.words import file_name, spacing_pair
from biometry_cli.results.measures import EllipseShape
from biometry_cli.results.prediction import FailedFile, Prediction

COLUMNS = (
    "filename",
    "center_x_mm",
    "center_y_mm",
    "semi_axes_a_mm",
    "semi_axes_b_mm",
    "angle_rad",
)


class Hc18Csv(GrowingCsv):
    """A submission that grows by one line an image and appears when it is complete.

    Lengths are in mm from the centre of the image's first pixel, x to the right and y down;
    a >= b; the angle turns the major axis from +x towards +y and lies in [0, pi). Under unequal
    pixel sizes the ellipse is still exact.

    The challenge's reader takes numbers alone, so an image without a head's ellipse or without a
    pixel size gets no line, and neither does one that failed: ``left_out`` names them. A
    submission with images left out is not complete: say so.

    Args:
        path: the file.

    Attributes:
        written: the number of lines below the header.
        left_out: file and reason of each image without a line.

    Raises:
        UsageError: the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, COLUMNS)
        self.written = 0
        self.left_out: list[tuple[str, str]] = []

    def add(self, answer: Prediction | FailedFile) -> None:
        """Write the line of one image, or note why it has none."""
        if isinstance(answer, FailedFile):
            self.left_out.append((answer.file, answer.error.message))
            return
        ellipse = head_ellipse_mm(answer)
        if ellipse is None:
            reason = "no pixel size" if answer.spacing_mm is None else "no ellipse of a head"
            reason = (answer.plane and answer.plane.reason) or reason
            self.left_out.append((answer.file, reason))
            return
        lengths_mm = (ellipse.center_x, ellipse.center_y, ellipse.semi_major, ellipse.semi_minor)
        self.write(
            [
                file_name(answer.file),
                *(f"{length_mm:.6f}" for length_mm in lengths_mm),
                # Eight places of pi are rounded down: no angle below it is written as above it.
                f"{ellipse.angle_rad:.8f}",
            ]
        )
        self.written += 1


def head_ellipse_mm(prediction: Prediction) -> Ellipse | None:
    """The head's ellipse in mm; None without one, or without a pixel size.

    It is the one fitted to the mask, or where a model answers with points, the one whose axes are
    as long as the two calipers: its perimeter is the HC that is reported.
    """
    spacing = spacing_pair(prediction.spacing_mm)
    shapes = [each.ellipse for each in prediction.structures if each.name == "head"]
    shape: EllipseShape | None = shapes[0] if shapes else None
    if spacing is None:
        return None
    if shape is None:
        ends = [each.calipers for each in prediction.measurements if each.name == "HC"]
        return diameters_ellipse(ends[0], spacing) if ends and ends[0] else None
    in_px = Ellipse(
        center_x=shape.center_x_px,
        center_y=shape.center_y_px,
        semi_major=shape.semi_major_px,
        semi_minor=shape.semi_minor_px,
        angle_rad=math.radians(shape.angle_deg) % math.pi,
    )
    return in_px.scaled(spacing.column_mm, spacing.row_mm)
