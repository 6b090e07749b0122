"""The predictor over a split, compared with the truth: ``eval``, and the validation in training."""

from collections.abc import Callable, Sequence

from biometry_cli.bundle import ModelCard
from biometry_cli.data.frames import Source, Spacing
from biometry_cli.data.layout import Dataset
from biometry_cli.data.samples import Sample
from biometry_cli.data.tables import SPACING_FILE
from biometry_cli.errors import ModelFileError, UsageError
from biometry_cli.evaluation.classification import ClassificationScores
from biometry_cli.evaluation.landmarks import PointFigures
from biometry_cli.evaluation.measures import Figures, MeasureScores
from biometry_cli.evaluation.segmentation import MaskFigures
from biometry_cli.evaluation.strata import require_column
from biometry_cli.inference.predictor import Predictor
from biometry_cli.inference.reading import Failure
from biometry_cli.results.evaluation import Evaluation, ReliabilityBin
from biometry_cli.results.flags import UNLIKE_TRAINING

_SCORES = {"segment": "dice", "classify": "balanced_accuracy", "landmarks": "closeness"}


def evaluate(
    predictor: Predictor,
    dataset: Dataset,
    split: str,
    *,
    spacing_mm: tuple[float, float] | None = None,
    batch_size: int = 8,
    distances: bool = True,
    resamples: int = 0,
    by: str | None = None,
    on_image: Callable[[], None] | None = None,
) -> Evaluation:
    """Answer every image of a split and compare.

    Args:
        predictor: the model.
        dataset: data of the model's task and classes.
        split: "train", "val" or "test".
        spacing_mm: (row, column) that stands above the data's own.
        batch_size: images that pass the network together.
        distances: whether to work out surface distances, which take longer.
        resamples: of the bootstrap behind the intervals of the agreement; 0 gives none.
        by: column of ``spacing.csv``, or "dice" or "flags", whose values part the images into
            strata; for segmentation alone.
        on_image: called after each image, for a progress bar.

    Raises:
        DataError: an empty split, or an image or mask that cannot be read.
        ModelFileError: a model of another task or other classes.
        UsageError: ``by`` is no column there, or the model classifies.
    """
    samples = dataset.split(split)
    require_fit(predictor, dataset)
    if by is not None:
        _require_strata(by, samples, predictor.card.task)
    scores = _scores(dataset, predictor.card, distances=distances)
    sources = sources_of(samples, spacing_mm)
    readings = predictor.readings(sources, batch_size, assess=False)
    unlike = 0
    for sample, reading in zip(samples, readings, strict=True):
        if isinstance(reading, Failure):
            raise reading.error
        scores.add(sample, reading)
        unlike += UNLIKE_TRAINING in reading.prediction.flags
        if on_image is not None:
            on_image()
    metrics, counts = scores.summary()
    if predictor.card.calibration.appearance:
        counts[UNLIKE_TRAINING] = unlike
    agreement, strata = [], []
    if isinstance(scores, MeasureScores):
        agreement = scores.agreement(resamples=resamples)
        strata = [] if by is None else scores.strata(by, resamples=resamples)
    reliability: dict[str, list[ReliabilityBin]] = {}
    if isinstance(scores, ClassificationScores):
        reliability = scores.reliability()
    return Evaluation(
        task=predictor.card.task,
        split=split,
        n=len(samples),
        metrics=metrics,
        counts=counts,
        classes=list(dataset.labels.classes),
        points=list(dataset.labels.points),
        confusion_matrix=scores.confusion(),
        **reliability,
        agreement=agreement,
        by=by,
        strata=strata,
        model=predictor.name,
        data=str(dataset.root),
        cases=scores.cases,
    )


def score_of(evaluation: Evaluation) -> float:
    """What chooses the best epoch, higher is better: the mean over the task's parts."""
    values = [evaluation.metrics[name] for name in _score_names(evaluation.task)]
    return sum(-1.0 if value is None else value for value in values) / len(values)


def score_name(task: str) -> str:
    """What ``score_of`` is called in a table."""
    return " and ".join(name.replace("_", " ") for name in _score_names(task))


def _score_names(task: str) -> list[str]:
    return [_SCORES[part] for part in task.split(",")]


def _scores(
    dataset: Dataset, card: ModelCard, *, distances: bool
) -> MeasureScores | ClassificationScores:
    labels = dataset.labels
    if labels.task == "classify":
        return ClassificationScores(labels.classes, card.calibration.classes)
    parts: list[Figures] = [MaskFigures(dataset, distances=distances)] if labels.segments else []
    if labels.finds_points:
        parts.append(PointFigures(labels))
    return MeasureScores(parts, labels.points)


def _require_strata(by: str, samples: Sequence[Sample], task: str) -> None:
    if task == "classify":
        raise UsageError(
            f"--by {by} compares measures in mm, and the model classifies",
            mend="Leave --by out, or name a model that measures by --weights",
        )
    require_column(by, samples)


def sources_of(
    samples: Sequence[Sample], spacing_mm: tuple[float, float] | None = None
) -> list[Source]:
    """Sources of samples: the given spacing, else each sample's own."""
    sources = []
    for sample in samples:
        pair, origin = spacing_mm, "given"
        if pair is None:
            pair, origin = sample.calibration.spacing_mm, SPACING_FILE
        sources.append(Source(sample.image, None if pair is None else Spacing(*pair, origin)))
    return sources


def require_fit(predictor: Predictor, dataset: Dataset) -> None:
    """Raise ModelFileError unless the model answers the data's task with the data's classes."""
    known, wanted = predictor.card.labels, dataset.labels
    if known.task != wanted.task:
        raise ModelFileError(
            f"the model {predictor.name} was trained for the task {known.task}, and the data "
            f"{dataset.root} asks for {wanted.task}",
            mend="Name another model by --weights, or the task by --task",
        )
    if known.classes != wanted.classes:
        raise ModelFileError(
            f"the model {predictor.name} knows the classes {', '.join(known.classes)}, and the "
            f"data {dataset.root} has {', '.join(wanted.classes)}",
            mend="Name a model of the same classes by --weights, or the classes by --structures",
        )
    if set(known.points) != set(wanted.points):
        raise ModelFileError(
            f"the model {predictor.name} knows the landmarks {', '.join(known.points)}, and the "
            f"data {dataset.root} has {', '.join(wanted.points)}",
            mend="Name a model of the same landmarks by --weights, or list those to take in "
            "dataset.toml under landmarks",
        )
