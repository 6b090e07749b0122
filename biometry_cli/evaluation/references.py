"""What a measure should be: the data's own reference, else what its annotation measures."""

import numpy as np

from biometry_cli.data.landmarks import outside
from biometry_cli.data.layout import Dataset
from biometry_cli.data.masks import read_mask
from biometry_cli.data.points import Point, calipers_of
from biometry_cli.data.samples import Sample
from biometry_cli.measure.calipers import measure_calipers
from biometry_cli.measure.structures import MeasuredStructure, measure_structure
from biometry_cli.results.evaluation import BY_POINTS

Spacing = tuple[float, float]


def by_points(measure: str) -> str:
    """The name of a measure between points beside the same one from a mask: ``HC_POINTS``."""
    return f"{measure}{BY_POINTS}"


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
        for structure in annotated_calipers(sample, points, spacing):
            for measure in structure.measures:
                if measure.unit == "mm" and measure.value > 0:
                    references.setdefault(measure.name, measure.value)
    return references


def annotated_calipers(
    sample: Sample, points: tuple[str, ...], spacing: Spacing | None
) -> tuple[MeasuredStructure, ...]:
    """What the annotated points of an image measure."""
    ends = {}
    for caliper, places in calipers_of(points).items():
        pair = [(sample.points or {}).get(points[place]) for place in places]
        if pair[0] is not None and pair[1] is not None:
            ends[caliper] = (pair[0], pair[1])
    return measure_calipers(ends, spacing)


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
    mask = read_mask(sample.mask, structures, dataset.coding)
    measured = (
        measure_structure(name, (mask == index).astype(np.float32), spacing)
        for index, name in enumerate(structures, start=1)
    )
    return tuple(each for each in measured if each is not None)


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
