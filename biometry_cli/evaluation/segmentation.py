"""Overlap and distances of masks: one image, and a split."""

from collections.abc import Sequence

from biometry_cli.data.layout import Dataset
from biometry_cli.data.masks import IndexArray, read_mask, require_size
from biometry_cli.data.samples import Sample
from biometry_cli.errors import DataError
from biometry_cli.evaluation.references import pair_of
from biometry_cli.inference.reading import Reading
from biometry_cli.results.figures import ASSD, DICE, HD95, IOU, OVERLAPS, Kind
from biometry_cli.results.scores import NO_MEAN, Group, Grouped, MaskScores, mean_of
from biometry_cli.tasks.segment.metrics import compare_masks


def annotation_of(sample: Sample, reading: Reading, dataset: Dataset) -> IndexArray:
    """The annotated mask of an image that has been answered, of the answer's size.

    Raises:
        DataError: the mask is missing, unreadable or of another size.
    """
    if sample.mask is None or reading.masks is None:
        raise DataError("has no mask to compare with", where=sample.image)
    truth = read_mask(sample.mask, dataset.labels.structures, dataset.coding)
    require_size(sample.mask, truth.shape, sample.image, reading.masks.mask.shape)
    return truth


def compare(
    sample: Sample,
    reading: Reading,
    dataset: Dataset,
    *,
    distances: bool = True,
    truth: IndexArray | None = None,
) -> MaskScores:
    """The masks of one image against its annotation, which is read where it is not given.

    Raises:
        DataError: as ``annotation_of``.
    """
    truth = annotation_of(sample, reading, dataset) if truth is None else truth
    assert reading.masks is not None  # or there were no annotation of its size
    predicted = reading.masks.mask
    structures = dataset.labels.structures
    spacing = pair_of(reading.prediction.spacing_mm)
    overlaps = {
        name: compare_masks(
            predicted == index, truth == index, spacing or (1.0, 1.0), distances=distances
        )
        for index, name in enumerate(structures, start=1)
    }
    unit = "mm" if spacing else "px"
    return MaskScores(overlaps, unit if distances else None)


def sum_up(images: Sequence[MaskScores], structures: Sequence[str]) -> Grouped:
    """Means over the images that have a structure; over all, each structure counts the same.

    Distances in mm and px stand apart; those that no image has are left out.
    """
    columns: dict[tuple[str, Kind], list[float | None]] = {}
    for image in images:
        for name, overlap in image.overlaps.items():
            figures = {DICE: overlap.dice, IOU: overlap.iou}
            if image.unit is not None:
                figures |= {HD95[image.unit]: overlap.hd95, ASSD[image.unit]: overlap.assd}
            for kind, value in figures.items():
                columns.setdefault((name, kind), []).append(value)
    means = {place: mean_of(values) for place, values in columns.items()}
    kinds = [
        kind
        for kind in OVERLAPS
        if kind in (DICE, IOU) or any(means.get((name, kind), NO_MEAN).n for name in structures)
    ]
    groups = {}
    for name in structures:
        of_structure = {kind: means.get((name, kind), NO_MEAN) for kind in kinds}
        groups[name] = Group(of_structure[DICE].n, of_structure)
    overall = {
        kind: mean_of([group.figures[kind].value for group in groups.values()]) for kind in kinds
    }
    return Grouped(groups, Group(len(images), overall))
