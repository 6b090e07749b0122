"""What a measure should be: the data's own reference, else what its annotation measures."""

from collections.abc import Iterable, Mapping

from biometry_cli.data.contradictions import measured_mask, measured_points
from biometry_cli.data.labels import LabelSchema
from biometry_cli.data.landmarks import outside
from biometry_cli.data.layout import Dataset
from biometry_cli.data.masks import read_mask
from biometry_cli.data.points import Point, calipers_of
from biometry_cli.data.samples import Sample
from biometry_cli.measure.calipers import caliper_measures
from biometry_cli.measure.catalog import measure_names
from biometry_cli.measure.structures import MeasuredStructure
from biometry_cli.results.evaluation import BY_POINTS
from biometry_cli.results.measures import Measurement
from biometry_cli.results.prediction import Prediction
from biometry_cli.results.scores import Pair

Spacing = tuple[float, float]


def pair_of(spacing: float | Spacing | None) -> Spacing | None:
    """A prediction's pixel size as (row, column)."""
    return (spacing, spacing) if isinstance(spacing, float) else spacing


def pairs_of(sample: Sample, answer: Prediction, labels: LabelSchema) -> list[Pair]:
    """Reference and prediction in mm, of each measure of one image that has a reference.

    A measure that a model reads twice, from masks and between points, is there twice, the second
    time as ``HC_POINTS``. One that its points alone can give is there once.
    """
    references = references_of(sample, labels.points, pair_of(answer.spacing_mm))
    measures = _by_name(answer.measurements)
    if not labels.segments:
        return _paired(sample, references, measures)
    by_points = _by_name(answer.point_measurements)
    of_masks = {name.upper() for each in labels.structures for name in measure_names(each)}
    of_points = {name for names in caliper_measures(labels.calipers).values() for name in names}
    alone = {name: each for name, each in by_points.items() if name not in of_masks}
    again = {name: mm for name, mm in references.items() if name in of_masks & of_points}
    return [
        *_paired(sample, references, alone | measures),
        *_paired(sample, again, by_points, ending=BY_POINTS),
    ]


def _by_name(measurements: Iterable[Measurement]) -> dict[str, Measurement]:
    """Measures in mm by their name in capitals, as references have it."""
    return {each.name.upper(): each for each in measurements if each.unit == "mm"}


def _paired(
    sample: Sample,
    references: Mapping[str, float],
    measures: Mapping[str, Measurement],
    ending: str = "",
) -> list[Pair]:
    return [
        Pair(
            file=str(sample.image),
            subject=sample.subject,
            measure=f"{name}{ending}",
            reference_mm=reference_mm,
            predicted_mm=measures[name].value if name in measures else None,
            interval_mm=measures[name].interval if name in measures else None,
        )
        for name, reference_mm in references.items()
    ]


def references_of(
    sample: Sample, points: tuple[str, ...], spacing: Spacing | None
) -> dict[str, float]:
    """Reference measures of one image in mm by name; those of ``spacing.csv`` come first.

    Args:
        sample: the image.
        points: the points whose annotated calipers are references too; empty for none.
        spacing: (row, column) in mm; without it there are no calipers in mm.
    """
    references = dict(sample.calibration.reference_mm)
    if spacing is not None and points and sample.points is not None:
        for structure in measured_points(sample, points, spacing):
            for measure in structure.measures:
                if measure.unit == "mm" and measure.value > 0:
                    references.setdefault(measure.name, measure.value)
    return references


def annotated_masks(
    sample: Sample, dataset: Dataset, spacing: Spacing | None
) -> tuple[MeasuredStructure, ...]:
    """What the annotated mask of an image measures; nothing without one.

    Raises:
        DataError: a mask that cannot be read.
    """
    if sample.mask is None:
        return ()
    structures = dataset.labels.structures
    return measured_mask(read_mask(sample.mask, structures, dataset.coding), structures, spacing)


def usable_points(
    sample: Sample, names: tuple[str, ...], size: tuple[int, int]
) -> dict[str, Point | None]:
    """Annotated points by name; those outside the image, with their calipers, are left out."""
    known = sample.points or {}
    off = set(outside(known, size))
    for places in calipers_of(names).values():
        ends = {names[place] for place in places}
        if ends & off:
            off |= ends
    return {name: known.get(name) for name in names if name not in off}
