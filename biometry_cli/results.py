"""What the product answers: the types behind ``--json``, the tables and the Python API.

Pixel coordinates are ``x`` to the right and ``y`` down, with pixel centres at whole numbers, in
the source image. Lengths are in millimetres where the pixel spacing is known, else in pixels.
"""

from pydantic import BaseModel, ConfigDict


class Result(BaseModel):
    """Base of every result: immutable, and no field beyond the declared ones."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Measurement(Result):
    """One measure of one structure.

    ``name`` is the field's own term (HC, BPD, OFD, AC, FL, ...); ``unit`` is mm, px, mm², px² or %.
    """

    name: str
    value: float
    unit: str


class EllipseShape(Result):
    """An ellipse in source pixels; ``angle_deg`` turns the major axis from +x towards +y."""

    center_x_px: float
    center_y_px: float
    semi_major_px: float
    semi_minor_px: float
    angle_deg: float


class Structure(Result):
    """One structure found in an image. ``area_fraction`` is its share of the image, 0 to 1."""

    name: str
    area_px: float
    area_fraction: float
    ellipse: EllipseShape | None = None


class Prediction(Result):
    """What one model says of one image.

    ``spacing_mm`` is one number, or [row, column] where they differ, or None when not known.
    ``label`` and ``probabilities`` are set for classification; ``structures`` and
    ``measurements`` for segmentation.
    """

    file: str
    task: str
    model: str
    spacing_mm: float | tuple[float, float] | None = None
    structures: list[Structure] = []
    measurements: list[Measurement] = []
    label: str | None = None
    probabilities: dict[str, float] | None = None
    flags: list[str] = []


class ErrorDetail(Result):
    """Why one input failed: a short code and one paragraph."""

    code: str
    message: str


class FailedFile(Result):
    """An input that could not be answered, in the place of its prediction."""

    file: str
    error: ErrorDetail


class Case(Result):
    """One evaluated image: its figures by name, None where a figure does not apply."""

    file: str
    values: dict[str, float | str | None]


class Evaluation(Result):
    """A model's figures over one split.

    ``metrics`` are means over the images that have the figure; ``counts`` says over how many.
    ``confusion_matrix[i][j]`` counts images of class i that were called class j.
    """

    task: str
    split: str
    n: int
    metrics: dict[str, float | None]
    counts: dict[str, int] = {}
    classes: list[str] = []
    confusion_matrix: list[list[int]] | None = None
    model: str = ""
    data: str = ""
    cases: list[Case] = []
