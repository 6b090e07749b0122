"""Size by gestational age after Hadlock 1984: the other side of its dating formulas."""

from collections.abc import Callable
from dataclasses import dataclass

from biometry_cli.measure.growth.propagation import slope

SOURCE = "Hadlock 1984, Radiology 152:497"
WEEKS_RANGE = (14.0, 42.0)


@dataclass(frozen=True)
class SizeByAge:
    """Mean in cm from exact weeks, and the standard deviation in cm, the same at every age."""

    mean_cm: Callable[[float], float]
    sd_cm: float


SIZES = {
    "HC": SizeByAge(lambda w: -11.48 + 1.56 * w - 0.0002548 * w**3, 1.0),
    "AC": SizeByAge(lambda w: -13.3 + 1.61 * w - 0.00998 * w**2, 1.34),
    "BPD": SizeByAge(lambda w: -3.08 + 0.41 * w - 0.000061 * w**3, 0.3),
    "FL": SizeByAge(lambda w: -3.91 + 0.427 * w - 0.0034 * w**2, 0.3),
}


def mean_mm(measure: str, weeks: float) -> float:
    """Mean HC, AC, BPD (outer-inner) or FL in mm at exact weeks, 14 to 42 (Hadlock 1984)."""
    return 10 * SIZES[measure].mean_cm(weeks)


def sd_mm(measure: str) -> float:
    """Standard deviation of HC, AC, BPD or FL in mm, the same at every age (Hadlock 1984)."""
    return 10 * SIZES[measure].sd_cm


def sd_weeks(measure: str, weeks: float) -> float:
    """The scatter of ages behind one size: the SD of size over its growth a week, in weeks."""
    size = SIZES[measure]
    return size.sd_cm / slope(size.mean_cm, weeks)
