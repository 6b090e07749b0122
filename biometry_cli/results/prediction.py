"""What ``predict`` answers: one image, or several images of one fetus."""

from biometry_cli.results.base import Result
from biometry_cli.results.clinical import Centile, FetalWeight, GestationalAge
from biometry_cli.results.measures import Measurement, Structure


class FoundPoint(Result):
    """A landmark in source pixels, with pixel centres at whole numbers.

    ``confidence`` is how sure the model is that the point is there, and there: 0 to 1, or None
    where it answers with coordinates alone.
    """

    x: float
    y: float
    confidence: float | None = None


class PlaneFound(Result):
    """The standard plane that a classifier recognises in an image, and what is measured there.

    Attributes:
        label: the likeliest plane, ``probability`` its share of ``probabilities``, 0 to 1.
        structure: what such a plane is measured for; None where there is nothing.
        reason: why the image was not measured; None where it was.
        unlike_training: how far the image lies from what the classifier learned from, as in
            ``Prediction``.
        model: the classifier.
    """

    label: str
    probability: float
    probabilities: dict[str, float]
    structure: str | None = None
    reason: str | None = None
    unlike_training: float | None = None
    model: str


class Prediction(Result):
    """What one model says of one image.

    ``spacing_mm`` is one number, or [row, column] where they differ, or None when not known;
    ``spacing_origin`` says where it comes from: "given", or the file that holds it.
    ``label`` and ``probabilities`` are set for classification, and stay where the flag ``unsure``
    says that the likeliest class is not likely enough; ``structures`` and ``measurements`` are set
    for segmentation; ``points``, by name and None for one that is not visible,
    and ``measurements`` for landmarks. A model of both measures from its masks, and gives the
    measures between its points as ``point_measurements`` beside them. ``unlike_training`` is how
    far the image lies from what the model learned from: above 1 it is flagged
    ``unlike_training``; None where the model holds no such score. Age, weight and centiles come
    from this image alone, and stay empty without a pixel size.

    ``plane`` is set where the plane was recognised first. An image that was then not measured has
    the flag ``not_measured`` and is else what the classifier says of it.
    """

    file: str
    task: str
    model: str
    spacing_mm: float | tuple[float, float] | None = None
    spacing_origin: str | None = None
    structures: list[Structure] = []
    measurements: list[Measurement] = []
    points: dict[str, FoundPoint | None] | None = None
    point_measurements: list[Measurement] = []
    label: str | None = None
    probabilities: dict[str, float] | None = None
    unlike_training: float | None = None
    plane: PlaneFound | None = None
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
