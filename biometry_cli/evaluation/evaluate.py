"""The predictor over a split, compared with the truth: ``eval``, and the validation in training."""

from collections.abc import Callable, Sequence

from biometry_cli.data.layout import Dataset
from biometry_cli.data.samples import Sample
from biometry_cli.errors import ModelFileError
from biometry_cli.evaluation.classification import ClassificationScores
from biometry_cli.evaluation.segmentation import SegmentationScores
from biometry_cli.inference.predictor import Failure, Predictor, Source
from biometry_cli.results.evaluation import Evaluation


def evaluate(
    predictor: Predictor,
    dataset: Dataset,
    split: str,
    *,
    spacing_mm: tuple[float, float] | None = None,
    batch_size: int = 8,
    distances: bool = True,
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
        on_image: called after each image, for a progress bar.

    Raises:
        DataError: an empty split, or an image or mask that cannot be read.
        ModelFileError: a model of another task or other classes.
    """
    samples = dataset.split(split)
    require_fit(predictor, dataset)
    scores: SegmentationScores | ClassificationScores
    if predictor.card.task == "segment":
        scores = SegmentationScores(dataset, distances=distances)
    else:
        scores = ClassificationScores(dataset.labels.classes)
    sources = sources_of(samples, spacing_mm)
    for sample, reading in zip(samples, predictor.readings(sources, batch_size), strict=True):
        if isinstance(reading, Failure):
            raise reading.error
        scores.add(sample, reading)
        if on_image is not None:
            on_image()
    metrics, counts = scores.summary()
    return Evaluation(
        task=predictor.card.task,
        split=split,
        n=len(samples),
        metrics=metrics,
        counts=counts,
        classes=list(dataset.labels.classes),
        confusion_matrix=scores.confusion(),
        model=predictor.name,
        data=str(dataset.root),
        cases=scores.cases,
    )


def sources_of(
    samples: Sequence[Sample], spacing_mm: tuple[float, float] | None = None
) -> list[Source]:
    """Sources of samples: the given spacing, else each sample's own."""
    return [Source(s.image, spacing_mm or s.calibration.spacing_mm) for s in samples]


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
