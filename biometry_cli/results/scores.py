"""What an evaluation finds, before ``evaluation/flat.py`` publishes it under flat names."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from biometry_cli.results.base import Interval
from biometry_cli.results.evaluation import Agreement, ReliabilityBin
from biometry_cli.results.figures import Kind


class Mean(NamedTuple):
    """A mean, None of nothing, and over how many images or points it was taken."""

    value: float | None
    n: int


NO_MEAN = Mean(None, 0)


def mean_of(values: Iterable[float | None]) -> Mean:
    """The mean of those that exist."""
    known = [value for value in values if value is not None]
    return Mean(math.fsum(known) / len(known), len(known)) if known else NO_MEAN


@dataclass(frozen=True)
class Overlap:
    """Masks of one structure in one image; ``hd95`` and ``assd`` in mm or px.

    A figure that does not exist there is None.
    """

    dice: float | None
    iou: float | None
    hd95: float | None = None
    assd: float | None = None


@dataclass(frozen=True)
class MaskScores:
    """The masks of one image against the truth, by structure.

    ``unit`` is that of the distances, mm or px; None where they were not worked out.
    """

    overlaps: Mapping[str, Overlap]
    unit: str | None

    @property
    def dice(self) -> float | None:
        """The mean over the structures that have one."""
        return mean_of(overlap.dice for overlap in self.overlaps.values()).value


class PointError(NamedTuple):
    """How far an annotated point's answer is from it; None where there is no such answer.

    ``group`` is its caliper, or the point itself.
    """

    group: str
    px: float | None
    mm: float | None


@dataclass(frozen=True)
class PointErrors:
    """The points of one image against the truth.

    Attributes:
        errors: of each annotated point.
        groups: calipers and single points that the image was looked through for.
        false: how many points were found where there is none.
        closeness: 0 to 1; see ``evaluation/landmarks.py``.
        nme: normalised error of each caliper with both ends in truth and answer.
        calibrated: whether the image has a pixel size, so that errors are known in mm.
    """

    errors: Sequence[PointError]
    groups: Sequence[str]
    false: int
    closeness: float | None
    nme: Mapping[str, float | None]
    calibrated: bool

    @property
    def missed(self) -> int:
        """How many annotated points have no answer."""
        return sum(error.px is None for error in self.errors)

    def radial_error(self, unit: str, group: str | None = None) -> float | None:
        """Mean over the points found, of one group or all, in "px" or "mm"."""
        errors = [error for error in self.errors if group in (None, error.group)]
        return mean_of(error.px if unit == "px" else error.mm for error in errors).value


@dataclass(frozen=True)
class Call:
    """A classifier's answer to one image beside the true class.

    ``probabilities`` by class; ``logits`` as the network gave them, None where they are not known.
    """

    truth: str
    called: str
    probabilities: Mapping[str, float]
    logits: Sequence[float] | None = None


@dataclass(frozen=True)
class Pair:
    """One image's reference and prediction of one measure, in mm.

    ``predicted_mm`` is None where the measure was not found; ``interval_mm`` is the prediction's
    own 95 % interval; ``stratum`` names the group of images that this one belongs to.
    """

    file: str
    subject: str
    measure: str
    reference_mm: float
    predicted_mm: float | None
    interval_mm: Interval | None = None
    stratum: str | None = None

    @property
    def difference_mm(self) -> float:
        """Prediction - reference; nan where the measure was not found."""
        return math.nan if self.predicted_mm is None else self.predicted_mm - self.reference_mm


@dataclass(frozen=True)
class ImageScores:
    """One evaluated image; what does not apply to the model is None or empty."""

    file: str
    flags: Sequence[str]
    masks: MaskScores | None = None
    points: PointErrors | None = None
    call: Call | None = None
    pairs: Sequence[Pair] = ()
    stratum: str | None = None

    @property
    def score(self) -> float | None:
        """Tells better from worse images: Dice, closeness of points, probability of the truth."""
        if self.masks is not None:
            return self.masks.dice
        if self.points is not None:
            return self.points.closeness
        return None if self.call is None else self.call.probabilities[self.call.truth]


@dataclass(frozen=True)
class Group:
    """One structure, caliper, point or class over a split, or all of them together.

    ``n`` counts its images or annotated points, ``missed`` the points not found.
    """

    n: int
    figures: Mapping[Kind, Mean]
    missed: int = 0


@dataclass(frozen=True)
class Grouped:
    """Figures of one part of the answers: by structure, caliper, point or class, and over all.

    ``false`` counts the points found where there is none.
    """

    groups: Mapping[str, Group]
    overall: Group
    false: int = 0


@dataclass(frozen=True)
class Classification(Grouped):
    """Figures of a classifier.

    Attributes:
        unsure: images that it did not answer; None where it has no threshold.
        confusion_matrix: ``[i][j]`` counts images of class i that were called class j.
        reliability, reliability_uncalibrated: its probabilities against the truth, and those
            before its temperature, where it has one.
    """

    unsure: int | None = None
    confusion_matrix: Sequence[Sequence[int]] = ()
    reliability: Sequence[ReliabilityBin] = ()
    reliability_uncalibrated: Sequence[ReliabilityBin] = ()


@dataclass(frozen=True)
class Measured:
    """One measure over a split, or over one stratum of it: how it agrees, and its pairs.

    ``dated`` counts the images behind the error of the gestational age, with both sizes in the
    formula's range; None of a measure that gives no age.
    """

    agreement: Agreement
    pairs: Sequence[Pair]
    dated: int | None = None

    @property
    def found(self) -> list[Pair]:
        """The pairs of images in which it was found."""
        return [pair for pair in self.pairs if pair.predicted_mm is not None]


@dataclass(frozen=True)
class StratumScores:
    """The images that share one value of a column."""

    value: str
    n: int
    measured: Sequence[Measured]


@dataclass(frozen=True)
class SplitScores:
    """All that is known of a model over one split; parts that the model lacks are None or empty.

    Attributes:
        task, split, model, data: what was compared with what.
        classes, points: of the labels, in their order.
        images: one entry an image.
        masks, landmarks, classification: figures of each part.
        measured: one entry a measure with a reference, in the order of a report.
        by, strata: the column whose values part the images, and each value's measures.
        unlike: images unlike the training images; None of a model that cannot tell.
        warnings: sentences that say why the figures may not mean what they seem to.
    """

    task: str
    split: str
    model: str
    data: str
    classes: Sequence[str]
    points: Sequence[str]
    images: Sequence[ImageScores]
    masks: Grouped | None = None
    landmarks: Grouped | None = None
    classification: Classification | None = None
    measured: Sequence[Measured] = ()
    by: str | None = None
    strata: Sequence[StratumScores] = ()
    unlike: int | None = None
    warnings: Sequence[str] = ()

    @property
    def parts(self) -> dict[str, Grouped]:
        """The parts that the model has, by their task."""
        named = {
            "segment": self.masks,
            "landmarks": self.landmarks,
            "classify": self.classification,
        }
        return {task: part for task, part in named.items() if part is not None}
