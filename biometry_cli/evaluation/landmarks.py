"""Errors of landmarks: one image, and a split."""

import math
from collections.abc import Sequence

from biometry_cli.data.labels import LabelSchema
from biometry_cli.data.points import calipers_of
from biometry_cli.data.samples import Sample
from biometry_cli.errors import DataError
from biometry_cli.evaluation.references import pair_of, usable_points
from biometry_cli.inference.reading import Reading
from biometry_cli.results.figures import CLOSENESS, MRE, NME, SDR, Kind
from biometry_cli.results.scores import Group, Grouped, Mean, PointError, PointErrors, mean_of
from biometry_cli.tasks.landmarks.metrics import both, distance, matched, normalised_error

CLOSE = 0.1
"""Share of the image's diagonal at which ``closeness`` falls to 0."""


def compare(sample: Sample, reading: Reading, labels: LabelSchema) -> PointErrors:
    """The points of one image against its annotation; ends of a caliper in their better order.

    ``closeness`` is 1 less the radial error over a tenth of the image's diagonal, at least 0, and
    0 for a point that is missed or found where there is none: it chooses the checkpoint.
    A point that was annotated outside its image is left out.

    Raises:
        DataError: there are no landmarks.
    """
    answer = reading.prediction.points
    if sample.points is None or answer is None:
        raise DataError("has no landmarks to compare with", where=sample.image)
    size = (reading.pixels.shape[0], reading.pixels.shape[1])
    truth = usable_points(sample, labels.points, size)
    names, calipers = tuple(truth), calipers_of(tuple(truth))
    points = {n: None if p is None else (p.x, p.y) for n, p in answer.items() if n in truth}
    points = dict(matched(points, truth, names, calipers))
    spacing = pair_of(reading.prediction.spacing_mm)
    group_of = _group_of(labels)
    errors, closeness, false = [], [], 0
    for name in names:
        wanted, given = truth[name], points.get(name)
        if wanted is None:
            false += given is not None
            closeness.append(float(given is None))
            continue
        px = None if given is None else distance(given, wanted)
        mm = None if given is None or spacing is None else distance(given, wanted, spacing)
        errors.append(PointError(group_of[name], px, mm))
        share = math.inf if px is None else px / (CLOSE * math.hypot(*size))
        closeness.append(max(0.0, 1 - share))
    nme: dict[str, float | None] = {}
    for caliper, places in calipers.items():
        first, second = (names[place] for place in places)
        ends, true_ends = both(points, first, second), both(truth, first, second)
        if ends is not None and true_ends is not None:
            error = normalised_error(ends, true_ends, spacing or (1.0, 1.0))
            nme[caliper] = error if math.isfinite(error) else None
    return PointErrors(
        errors=errors,
        groups=list(dict.fromkeys(group_of[name] for name in names)),
        false=false,
        closeness=mean_of(closeness).value,
        nme=nme,
        calibrated=spacing is not None,
    )


def sum_up(images: Sequence[PointErrors], labels: LabelSchema) -> Grouped:
    """Means over points, NME over calipers; success rates over all annotated points in mm.

    A caliper or point that no image shows has no figure but its NME.
    """
    errors = [error for image in images for error in image.errors]
    calibrated = any(error.mm is not None for error in errors)
    groups = {}
    for name in dict.fromkeys(_group_of(labels).values()):
        of_group = [error for error in errors if error.group == name]
        figures = _figures(of_group, calibrated)
        if name in labels.calipers:
            figures[NME] = mean_of([image.nme.get(name) for image in images])
        groups[name] = Group(len(of_group), figures, _missed(of_group))
    figures = _figures(errors, calibrated)
    if labels.calipers:
        figures[NME] = mean_of([error for image in images for error in image.nme.values()])
    figures[CLOSENESS] = mean_of([image.closeness for image in images])
    overall = Group(len(errors), figures, _missed(errors))
    return Grouped(groups, overall, false=sum(image.false for image in images))


def _figures(errors: Sequence[PointError], calibrated: bool) -> dict[Kind, Mean]:
    """Radial errors of the points found, and the share of points within each radius.

    A missed point is within none; one of an image without a pixel size does not count.
    """
    figures = {MRE["px"]: mean_of([error.px for error in errors])}
    if calibrated:
        figures[MRE["mm"]] = mean_of([error.mm for error in errors])
        counted = [error for error in errors if error.mm is not None or error.px is None]
        for radius_mm, kind in SDR.items():
            within = [error.mm is not None and error.mm <= radius_mm for error in counted]
            figures[kind] = mean_of(within)
    return figures


def _missed(errors: Sequence[PointError]) -> int:
    return sum(error.px is None for error in errors)


def _group_of(labels: LabelSchema) -> dict[str, str]:
    """The caliper of each point, or the point itself."""
    ends = {labels.points[p]: name for name, places in labels.calipers.items() for p in places}
    return {name: ends.get(name, name) for name in labels.points}
