"""A reading with everything dropped but one structure."""

from dataclasses import replace

import numpy as np

from biometry_cli.data.labels import LabelSchema
from biometry_cli.inference.reading import Reading
from biometry_cli.measure.calipers import caliper_measures
from biometry_cli.measure.catalog import measure_names, structure_of
from biometry_cli.results.prediction import FoundPoint
from biometry_cli.tasks.segment.decode import DecodedMasks

NOT_ON_THIS_PLANE = "not_on_this_plane"


def only(reading: Reading, structure: str, labels: LabelSchema) -> Reading:
    """Keep one structure: its outline, points, measures, mask and flags.

    Args:
        reading: of a model that measures; no age, weight or centiles yet.
        structure: one that the model knows.
        labels: the model's.

    Returns:
        The reading with a flag ``NAME:not_on_this_plane`` for each other structure that was found.
    """
    prediction, names = reading.prediction, _measures(structure, labels)
    own, own_by_points = (
        tuple(each for each in found if each.name == structure)
        for found in (reading.measured, reading.measured_by_points)
    )
    found = (*reading.measured, *reading.measured_by_points)
    others = list(dict.fromkeys(each.name for each in found if each.name != structure))
    of_others = {*others}.union(*(_measures(each, labels) for each in others)) - names
    flags = [flag for flag in prediction.flags if flag.rpartition(":")[0] not in of_others]
    points = _points(prediction.points, structure, labels)
    shown = any(point is not None for point in (points or {}).values())
    if not (own or own_by_points or shown) and "no_structure" not in flags:
        flags.append("no_structure")
    kept = {
        "structures": [each for each in prediction.structures if each.name == structure],
        "measurements": [each for each in prediction.measurements if each.name in names],
        "points": points,
        "point_measurements": [m for m in prediction.point_measurements if m.name in names],
        "flags": [*flags, *(f"{name}:{NOT_ON_THIS_PLANE}" for name in others)],
    }
    return replace(
        reading,
        prediction=prediction.model_copy(update=kept),
        masks=None if reading.masks is None else _masks(reading.masks, structure, labels),
        measured=own,
        measured_by_points=own_by_points,
    )


def _measures(structure: str, labels: LabelSchema) -> set[str]:
    """What the model can measure of a structure, in its masks and between its points."""
    by_masks = measure_names(structure) if structure in labels.structures else ()
    return {*by_masks, *caliper_measures(labels.calipers).get(structure, ())}


def _points(
    points: dict[str, FoundPoint | None] | None, structure: str, labels: LabelSchema
) -> dict[str, FoundPoint | None] | None:
    """The ends of the structure's calipers alone, where there are points."""
    if points is None:
        return None
    own = {
        labels.points[end]
        for caliper, ends in labels.calipers.items()
        for end in ends
        if structure_of(caliper) == structure
    }
    return {name: point for name, point in points.items() if name in own}


def _masks(masks: DecodedMasks, structure: str, labels: LabelSchema) -> DecodedMasks:
    """The masks with nothing but the structure; empty where it is known by its points alone."""
    own = np.array([name == structure for name in labels.structures])
    indices = 1 + np.flatnonzero(own)
    return DecodedMasks(
        probabilities=np.where(own[:, None, None], masks.probabilities, np.float32(0)),
        mask=np.where(np.isin(masks.mask, indices), masks.mask, np.uint8(0)),
    )
