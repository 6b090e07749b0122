"""Several images of one fetus taken together: one value a measure, then age, weight, centiles."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from biometry_cli.inference.answer import BROKEN_PROMISE, assess_measures
from biometry_cli.inference.reading import Failure, Reading
from biometry_cli.measure.catalog import measure_names, place_of_structure
from biometry_cli.measure.growth.assess import GivenAge
from biometry_cli.measure.structures import MeasuredStructure
from biometry_cli.results.flags import (
    IMPLAUSIBLE_SIZE,
    NO_SPACING,
    NO_USABLE_MEASURE,
    UNLIKE_TRAINING,
    Flag,
)
from biometry_cli.results.measures import Measurement
from biometry_cli.results.prediction import Exam, ExamMeasurement, LeftOut

Choice = Literal["best", "median"]

_OF_ONE_IMAGE = "approximate: as wide as that of one image, around the median of several"
# An image shows one plane: what it shows much less surely than that is a false find.
_LEAST_CERTAINTY = 0.9


@dataclass(frozen=True)
class _Offer:
    """One structure of one image, and its measures by name."""

    file: str
    structure: MeasuredStructure
    measures: dict[str, Measurement]

    def rank(self) -> tuple[int, float]:
        """Smaller is better: fewer flags, then more certainty."""
        flags = {flag for each in self.measures.values() for flag in each.flags}
        return len(flags), -self.structure.certainty


def combine_exam(
    name: str,
    answers: Sequence[Reading | Failure],
    *,
    choice: Choice = "best",
    keep_unlike: bool = False,
    age: GivenAge | None = None,
) -> Exam:
    """Treat the images as one fetus.

    An image that cannot be read, shows a plane on which nothing is measured, has no known pixel
    size or is unlike the training images is left out, and so is a structure with a size that no
    fetus has, or one that its image shows less than 90 % as surely as its surest one.
    With "best", all measures of a structure come from the image with the fewest flags, then from
    the one whose mask is surest. With "median", each measure is the median of all that offer it.

    Args:
        name: of the exam.
        answers: one a file, in order.
        choice: "best" or "median".
        keep_unlike: use images that are unlike the training images, too.
        age: the gestational age that sizes are scored against; estimated when None.

    Returns:
        The exam; without a usable measure it has the flag ``no_usable_measure``.
    """
    left_out: list[LeftOut] = []
    offers: dict[str, list[_Offer]] = {}
    for answer in answers:
        reason = _unusable(answer, keep_unlike)
        found = [] if reason or isinstance(answer, Failure) else _offers(answer)
        if reason or not found:
            file = answer.file if isinstance(answer, Failure) else answer.prediction.file
            left_out.append(LeftOut(file=str(file), reason=reason or _nothing_in(answer)))
        for offer in found:
            offers.setdefault(offer.structure.name, []).append(offer)
    take = _best if choice == "best" else _median
    ordered = sorted(offers, key=place_of_structure)
    measurements = [measure for name in ordered for measure in take(offers[name])]
    flags = [str(Flag(kind, each.name)) for each in measurements for kind in each.flags]
    flags += [] if measurements else [NO_USABLE_MEASURE]
    used = {file for each in measurements for file in each.files}
    flags += [
        str(Flag(UNLIKE_TRAINING, answer.prediction.file))
        for answer in answers
        if isinstance(answer, Reading)
        and answer.prediction.file in used
        and UNLIKE_TRAINING in answer.prediction.flags
    ]
    assessment, doubts = assess_measures(measurements, age)
    return Exam(
        name=name,
        choice=choice,
        files=[str(a.file if isinstance(a, Failure) else a.prediction.file) for a in answers],
        measurements=measurements,
        left_out=left_out,
        gestational_age=assessment.gestational_age,
        fetal_weight=assessment.fetal_weight,
        centiles=assessment.centiles,
        notes=assessment.notes,
        flags=flags + doubts,
    )


def _unusable(answer: Reading | Failure, keep_unlike: bool) -> str | None:
    if isinstance(answer, Failure):
        return answer.error.what
    flags, plane = answer.prediction.flags, answer.prediction.plane
    if plane is not None and plane.reason is not None:
        return plane.reason
    if UNLIKE_TRAINING in flags and not keep_unlike:
        return "unlike the images that the model learned from"
    if NO_SPACING in flags:
        return "its pixel size is not known"
    return None


def _nothing_in(answer: Reading | Failure) -> str:
    found = [] if isinstance(answer, Failure) else answer.prediction.measurements
    if any(IMPLAUSIBLE_SIZE in each.flags for each in found):
        return "its measures are sizes that no fetus has: check the pixel size"
    return "nothing measurable found"


def _offers(reading: Reading) -> list[_Offer]:
    surest = max((each.certainty for each in reading.measured), default=0.0)
    offers = []
    for structure in reading.measured:
        names = {*measure_names(structure.name), *(each.name for each in structure.measures)}
        measures = {e.name: e for e in reading.prediction.measurements if e.name in names}
        # One absurd size makes its outline, or the pixel size, doubtful: the others go with it.
        absurd = any(IMPLAUSIBLE_SIZE in each.flags for each in measures.values())
        if measures and not absurd and structure.certainty >= _LEAST_CERTAINTY * surest:
            offers.append(_Offer(reading.prediction.file, structure, measures))
    return offers


def _best(offers: Sequence[_Offer]) -> list[ExamMeasurement]:
    chosen = min(offers, key=_Offer.rank)
    return [
        _exam_measure(each, files=[chosen.file], candidates=_count(offers, each.name))
        for each in chosen.measures.values()
    ]


def _median(offers: Sequence[_Offer]) -> list[ExamMeasurement]:
    taken = []
    for name in dict.fromkeys(name for offer in offers for name in offer.measures):
        offering = [offer for offer in offers if name in offer.measures]
        values = [offer.measures[name] for offer in offering]
        files = [offer.file for offer in offering]
        if len(values) == 1:
            taken.append(_exam_measure(values[0], files=files, candidates=1))
            continue
        middle = median(each.value for each in values)
        nearest = min(values, key=lambda each: abs(each.value - middle))
        taken.append(_exam_measure(_moved(nearest, middle, values), files, len(values)))
    return taken


def _moved(nearest: Measurement, middle: float, values: Sequence[Measurement]) -> Measurement:
    """The measure of one image with the median of several as its value."""
    shift = middle - nearest.value
    interval = nearest.interval
    guarantee = nearest.guarantee
    if interval is not None:
        interval = (max(0.0, interval[0] + shift), interval[1] + shift)
        broken = any(each.guarantee == BROKEN_PROMISE for each in values)
        guarantee = BROKEN_PROMISE if broken else _OF_ONE_IMAGE
    return nearest.model_copy(
        update={
            "value": middle,
            "interval": interval,
            "guarantee": guarantee,
            "method": f"median of {len(values)} images: {nearest.method}",
            "calipers": None,
            "flags": list(dict.fromkeys(flag for each in values for flag in each.flags)),
        }
    )


def _exam_measure(measure: Measurement, files: list[str], candidates: int) -> ExamMeasurement:
    return ExamMeasurement(**measure.model_dump(), files=files, candidates=candidates)


def _count(offers: Sequence[_Offer], name: str) -> int:
    return sum(name in offer.measures for offer in offers)
