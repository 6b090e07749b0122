"""What pictures are drawn from, taken from readings."""

from biometry_cli.inference.reading import Reading
from biometry_cli.report.picture.scan import Scan


def scan_of(reading: Reading) -> Scan:
    """A reading without its maps.

    Beside masks, what is measured between points alone is drawn as a reading of points, once.
    """
    again = reading.measured_by_points
    measured = tuple(each for each in reading.measured if not again or each.by == "mask")
    return Scan(reading.prediction, reading.pixels, measured, again)
