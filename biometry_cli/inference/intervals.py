"""From a measure's calibration to its interval, and to what that interval promises."""

from biometry_cli.calibration import LEVEL, MeasureCalibration
from biometry_cli.results.base import Interval

FEWEST_SUBJECTS = 19
"""With fewer, the 95 % quantile of the residuals lies beyond the largest of them."""


def interval_of(value: float, unit: str, fitted: MeasureCalibration) -> Interval | None:
    """The 95 % interval of one value, never below 0.

    Args:
        value: as measured, in ``unit``.
        unit: mm, px, mm², px² or %.
        fitted: the measure's calibration. Its absolute half-width serves in its own unit alone.
    """
    if fitted.relative is None or fitted.absolute is None:
        return None
    absolute = fitted.taken == "absolute" and fitted.unit == unit
    half_width = fitted.absolute if absolute else fitted.relative * value
    return max(0.0, value - half_width), value + half_width


def guarantee_of(fitted: MeasureCalibration | None) -> str:
    """What an interval of this measure promises, in a sentence; or why there is none."""
    if fitted is None:
        return "no interval: the model was not calibrated"
    if fitted.relative is None:
        return (
            f"no interval: {fitted.subjects} calibration subjects, and {FEWEST_SUBJECTS} are needed"
        )
    promise = (
        f"holds the reference in {100 * LEVEL:.0f} % of new subjects like those calibrated on, "
        f"with {100 * fitted.confidence:.0f} % confidence"
    )
    if fitted.apart:
        return f"{promise} (split-conformal, {fitted.subjects} subjects kept apart)"
    return (
        f"approximate: {promise} (split-conformal, {fitted.subjects} subjects, which also chose "
        "the checkpoint)"
    )
