"""What ``eval`` answers: a model's figures over one split."""

from biometry_cli.results.base import Interval, Result

BY_POINTS = "_POINTS"
"""Ends the name of a measure between points beside the same one from a mask: ``HC_POINTS``."""


class Case(Result):
    """One evaluated image: its figures by name, None where a figure does not apply."""

    file: str
    values: dict[str, float | str | None]


class Figure(Result):
    """A figure of a sample; ``interval`` is its 95 % interval by bootstrap over subjects."""

    value: float | None = None
    interval: Interval | None = None


class Agreement(Result):
    """How a measure agrees with its reference over a split, in mm.

    Differences are prediction - reference.

    Attributes:
        n, subjects: images with both, and the subjects they come from.
        missing: images with a reference in which the measure was not found.
        bias, sd: mean and standard deviation of the differences.
        mae, mape: mean absolute difference in mm, and in % of the reference.
        loa_low, loa_high: 95 % limits of agreement, bias -+ 1.96 SD (Bland and Altman 1986).
        icc: ICC(2,1), two-way random effects, absolute agreement, single measure.
        within_5_percent: share of images with a difference of at most 5 % of the reference.
        ga_error_days: mean absolute difference, in days, of the gestational ages that the
            measure and its reference give by Hadlock 1984.
        coverage: share of the references inside their prediction's 95 % interval.
        interval_width_mm: mean width of those intervals.
    """

    measure: str
    n: int
    subjects: int
    missing: int
    bias: Figure
    sd: Figure
    mae: Figure
    mape: Figure
    loa_low: Figure
    loa_high: Figure
    icc: Figure
    within_5_percent: Figure
    ga_error_days: Figure
    coverage: Figure
    interval_width_mm: Figure


class Stratum(Result):
    """The agreement of the images that share one value of a column."""

    value: str
    n: int
    agreement: list[Agreement] = []


class ReliabilityBin(Result):
    """Images of a classifier whose top probability lies in (low, high].

    Attributes:
        images: how many.
        probability: the mean of their top probabilities; None without images.
        right: the share of them that was called right; None without images.
    """

    low: float
    high: float
    images: int
    probability: float | None = None
    right: float | None = None


class Evaluation(Result):
    """A model's figures over one split.

    ``metrics`` are means over the images that have the figure; ``counts`` says over how many.
    ``agreement`` has one entry a measure with a reference; ``strata`` repeat it for each value of
    the column ``by``. ``points`` are the landmarks.
    ``confusion_matrix[i][j]`` counts images of class i that were called class j. ``reliability``
    holds a classifier's probabilities against the truth, and ``reliability_uncalibrated`` those
    before its temperature, where it has one. ``warnings`` say why figures may not mean what they
    seem to.
    """

    task: str
    split: str
    n: int
    metrics: dict[str, float | None]
    counts: dict[str, int] = {}
    classes: list[str] = []
    points: list[str] = []
    confusion_matrix: list[list[int]] | None = None
    reliability: list[ReliabilityBin] = []
    reliability_uncalibrated: list[ReliabilityBin] = []
    agreement: list[Agreement] = []
    by: str | None = None
    strata: list[Stratum] = []
    model: str = ""
    data: str = ""
    cases: list[Case] = []
    warnings: list[str] = []
