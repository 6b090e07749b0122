"""What ``predict`` answers: one image, or several images of one fetus."""

from biometry_cli.results.base import Result
from biometry_cli.results.clinical import Centile, FetalWeight, GestationalAge
from biometry_cli.results.measures import Measurement, Structure

UNSURE = "unsure"
"""Flag of a classification whose top probability lies below the model's threshold."""


class Prediction(Result):
    """What one model says of one image.

    ``spacing_mm`` is one number, or [row, column] where they differ, or None when not known.
    ``label`` and ``probabilities`` are set for classification, and stay where the flag ``unsure``
    says that the likeliest class is not likely enough; ``structures`` and ``measurements`` for
    segmentation. ``unlike_training`` is how far the image lies from what
    the model learned from: above 1 it is flagged ``unlike_training``; None where the model holds
    no such score. Age, weight and centiles come from this image alone, and stay empty without
    a pixel size.
    """

    file: str
    task: str
    model: str
    spacing_mm: float | tuple[float, float] | None = None
    structures: list[Structure] = []
    measurements: list[Measurement] = []
    label: str | None = None
    probabilities: dict[str, float] | None = None
    unlike_training: float | None = None
    gestational_age: GestationalAge | None = None
    fetal_weight: FetalWeight | None = None
    centiles: list[Centile] = []
    notes: list[str] = []
    flags: list[str] = []


class ErrorDetail(Result):
    """Why one input failed: a short code and one paragraph."""

    code: str
    message: str


class FailedFile(Result):
    """An input that could not be answered, in the place of its prediction."""

    file: str
    error: ErrorDetail


class ExamMeasurement(Measurement):
    """A measure of an exam, and the images that it was taken from.

    ``candidates`` counts the images that offered it; ``files`` are those behind the value: one
    with the choice "best", all with "median".
    """

    files: list[str]
    candidates: int


class LeftOut(Result):
    """An image that an exam did not use, and why."""

    file: str
    reason: str


class Exam(Result):
    """Several images of one fetus, taken together.

    ``choice`` says how one value was taken from several images: "best" or "median".
    """

    name: str
    choice: str
    files: list[str]
    measurements: list[ExamMeasurement] = []
    left_out: list[LeftOut] = []
    gestational_age: GestationalAge | None = None
    fetal_weight: FetalWeight | None = None
    centiles: list[Centile] = []
    notes: list[str] = []
    flags: list[str] = []


class ExamResult(Result):
    """What ``predict --exam --json`` prints: the exam, then every image's own answer."""

    exam: Exam
    images: list[Prediction | FailedFile]
