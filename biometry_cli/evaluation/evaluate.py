"""The predictor over a split, compared with the truth: ``eval``, and the validation in training."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from biometry_cli.data.contradictions import Size, contradictions, sizes_of
from biometry_cli.data.frames import Source, Spacing
from biometry_cli.data.layout import Dataset
from biometry_cli.data.masks import IndexArray
from biometry_cli.data.membership import Membership, pixels_key
from biometry_cli.data.samples import Sample
from biometry_cli.errors import ModelFileError, UsageError
from biometry_cli.evaluation import classification, landmarks, segmentation
from biometry_cli.evaluation.agreement import measured
from biometry_cli.evaluation.references import pair_of, pairs_of
from biometry_cli.evaluation.strata import cells_of, in_order, require_column, strata_of
from biometry_cli.inference.predictor import Predictor
from biometry_cli.inference.reading import Failure, Reading
from biometry_cli.learned import warnings_of
from biometry_cli.measure.catalog import place_of_measure
from biometry_cli.results.evaluation import BY_POINTS
from biometry_cli.results.figures import BALANCED_ACCURACY, CLOSENESS, DICE
from biometry_cli.results.flags import UNLIKE_TRAINING
from biometry_cli.results.scores import (
    ImageScores,
    Measured,
    Pair,
    SplitScores,
    StratumScores,
)

_CHOSEN_BY = {"segment": DICE, "classify": BALANCED_ACCURACY, "landmarks": CLOSENESS}


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
) -> SplitScores:
    """Answer every image of a split and compare.

    Args:
        predictor: the model.
        dataset: data of the model's task and classes.
        split: "train", "val" or "test".
        spacing_mm: (row, column) that stands above the data's own.
        batch_size: images that pass the network together.
        distances: whether to work out surface distances, which take longer, and whether the
            annotations agree with the table.
        resamples: of the bootstrap behind the intervals of the agreement; 0 gives none.
        by: column of ``spacing.csv``, or "dice" or "flags", whose values part the images into
            strata; for models that measure alone.
        on_image: called after each image, for a progress bar.

    Raises:
        DataError: an empty split, or an image or annotation that cannot be read.
        ModelFileError: a model of another task or other classes.
        UsageError: ``by`` is no column there, or the model classifies.
    """
    samples = dataset.split(split)
    require_fit(predictor, dataset)
    labels, fitted = dataset.labels, predictor.card.calibration
    if by is not None:
        _require_strata(by, samples, labels.task)
    images: list[ImageScores] = []
    keys: list[tuple[str, str]] = []
    # Validation repeats itself and its warnings would too: they are for who reads the figures.
    compared, sizes = distances and labels.task != "classify", list[Size]()
    readings = predictor.readings(sources_of(samples, spacing_mm), batch_size, assess=False)
    for sample, reading in zip(samples, readings, strict=True):
        if isinstance(reading, Failure):
            raise reading.error
        truth = None
        if labels.segments:
            truth = segmentation.annotation_of(sample, reading, dataset)
        images.append(_compare(sample, reading, dataset, truth, distances=distances))
        if compared:
            spacing = pair_of(reading.prediction.spacing_mm)
            sizes += sizes_of(sample, truth, labels, spacing)
        keys.append((sample.subject, pixels_key(reading.pixels)))
        if on_image is not None:
            on_image()
    if by is not None:
        names = strata_of(cells_of(by, samples, images))
        images = [_in_stratum(*each) for each in zip(images, names, strict=True)]
    masks = [image.masks for image in images if image.masks is not None]
    points = [image.points for image in images if image.points is not None]
    unlike = sum(UNLIKE_TRAINING in image.flags for image in images)
    return SplitScores(
        task=labels.task,
        split=split,
        model=predictor.name,
        data=str(dataset.root),
        classes=labels.classes,
        points=labels.points,
        images=images,
        masks=segmentation.sum_up(masks, labels.structures) if labels.segments else None,
        landmarks=landmarks.sum_up(points, labels) if labels.finds_points else None,
        classification=classification.sum_up(images, labels.classes, fitted.classes)
        if labels.task == "classify"
        else None,
        measured=_measured(images, resamples),
        by=by,
        strata=[] if by is None else _strata(images, resamples),
        unlike=unlike if fitted.appearance else None,
        warnings=[
            *warnings_of(predictor.card),
            *contradictions(sizes),
            *_learned_from(predictor.card.training.membership, split, keys),
        ],
    )


def score_of(scores: SplitScores) -> float:
    """What chooses the best epoch, higher is better: the mean over the task's parts."""
    values = [part.overall.figures[_CHOSEN_BY[task]].value for task, part in scores.parts.items()]
    return sum(-1.0 if value is None else value for value in values) / len(values)


def score_name(task: str) -> str:
    """What ``score_of`` is called in a table."""
    return " and ".join(_CHOSEN_BY[part].label for part in task.split(","))


def _compare(
    sample: Sample,
    reading: Reading,
    dataset: Dataset,
    truth: IndexArray | None,
    *,
    distances: bool,
) -> ImageScores:
    labels, classifies = dataset.labels, dataset.labels.task == "classify"
    return ImageScores(
        file=str(sample.image),
        flags=reading.prediction.flags,
        masks=segmentation.compare(sample, reading, dataset, distances=distances, truth=truth)
        if labels.segments
        else None,
        points=landmarks.compare(sample, reading, labels) if labels.finds_points else None,
        call=classification.compare(sample, reading) if classifies else None,
        pairs=[] if classifies else pairs_of(sample, reading.prediction, labels),
    )


def _learned_from(membership: Membership, split: str, keys: Sequence[tuple[str, str]]) -> list[str]:
    """A sentence where the model knows images of the split from another, better known one."""
    seen = membership.seen(keys)
    counts = {
        "that it learned from": seen["train"] if split != "train" else 0,
        "that chose and calibrated it": seen["val"] if split == "test" else 0,
    }
    parts = [f"{count} {words}" for words, count in counts.items() if count]
    if not parts:
        return []
    return [
        f"Of the {len(keys)} images of {split}, the model knows {' and '.join(parts)}, or others "
        "of these subjects: its figures here are better than on new subjects. Evaluate on "
        "subjects that it has not seen."
    ]


def _in_stratum(image: ImageScores, stratum: str) -> ImageScores:
    pairs = [replace(pair, stratum=stratum) for pair in image.pairs]
    return replace(image, stratum=stratum, pairs=pairs)


def _measured(images: Sequence[ImageScores], resamples: int) -> list[Measured]:
    """Each measure with a reference, a second reading right below the first."""
    pairs: dict[str, list[Pair]] = {}
    for image in images:
        for pair in image.pairs:
            pairs.setdefault(pair.measure, []).append(pair)

    def place(measure: str) -> tuple[int, str, str]:
        first = measure.removesuffix(BY_POINTS)
        return place_of_measure(first), first, measure

    return [
        measured(measure, pairs[measure], resamples=resamples)
        for measure in sorted(pairs, key=place)
    ]


def _strata(images: Sequence[ImageScores], resamples: int) -> list[StratumScores]:
    by_name: dict[str, list[ImageScores]] = {}
    for image in images:
        by_name.setdefault(image.stratum or "", []).append(image)
    return [
        StratumScores(name, len(by_name[name]), _measured(by_name[name], resamples))
        for name in in_order(by_name)
    ]


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
            pair, origin = sample.calibration.spacing_mm, str(sample.calibration.table)
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
