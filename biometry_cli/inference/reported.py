"""What is said of a measure beyond its value: interval, flags, and what it means for the fetus."""

from collections.abc import Mapping, Sequence

from biometry_cli.calibration import MeasureCalibration
from biometry_cli.inference.intervals import guarantee_of, interval_of
from biometry_cli.measure.growth.assess import GivenAge, Size, assess
from biometry_cli.measure.growth.plausible import measure_flags, relation_reasons
from biometry_cli.measure.structures import MeasuredStructure
from biometry_cli.results.clinical import Assessment
from biometry_cli.results.measures import Measurement
from biometry_cli.results.prediction import Prediction

UNLIKE_TRAINING = "unlike_training"
IMPLAUSIBLE = "implausible_size"
_BROKEN_PROMISE = "does not hold for this image: it is unlike those that the model learned from"


def report_measures(
    measured: Sequence[MeasuredStructure],
    fitted: Mapping[str, MeasureCalibration],
    *,
    unlike: bool,
) -> list[Measurement]:
    """All measures of an image with their intervals and flags.

    Args:
        measured: the structures found.
        fitted: the model's calibration by measure.
        unlike: whether the image is unlike the training images, which voids every guarantee.
    """
    reported = []
    for structure in measured:
        for measure in structure.measures:
            own = fitted.get(measure.name)
            interval = None if own is None else interval_of(measure.value, measure.unit, own)
            flags = list(structure.flags)
            if measure.unit == "mm":
                flags += measure_flags(measure.name, measure.value)
            elif measure.unit.startswith("px"):
                flags.append("no_spacing")
            reported.append(
                Measurement(
                    name=measure.name,
                    value=measure.value,
                    unit=measure.unit,
                    interval=interval,
                    guarantee=_BROKEN_PROMISE if unlike and interval else guarantee_of(own),
                    method=measure.method,
                    convention=measure.convention,
                    calipers=measure.calipers_px,
                    flags=flags,
                )
            )
    return reported


def with_assessment(prediction: Prediction, given: GivenAge | None) -> Prediction:
    """The prediction with age, weight and centiles from its own measures."""
    assessment, flags = assess_measures(prediction.measurements, given)
    known = {name: getattr(assessment, name) for name in Assessment.model_fields}
    return prediction.model_copy(update=known | {"flags": [*prediction.flags, *flags]})


def assess_measures(
    measures: Sequence[Measurement], given: GivenAge | None
) -> tuple[Assessment, list[str]]:
    """Age, weight and centiles from measures in mm, and a flag where they do not fit together.

    A size that no fetus has is left out, with a note that names the likely slip. Empty without a
    measure in mm: pixels say nothing of an age.
    """
    sizes = {each.name: Size(each.value, each.interval) for each in measures if each.unit == "mm"}
    if not sizes:
        return Assessment(), []
    usable = {
        each.name: each.value
        for each in measures
        if each.unit == "mm" and IMPLAUSIBLE not in each.flags
    }
    flags = ["implausible_relation"] if relation_reasons(usable) else []
    return assess(sizes, given=given, bpd_convention="outer-outer"), flags
