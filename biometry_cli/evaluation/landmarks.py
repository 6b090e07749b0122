"""Errors of landmarks over a split."""

import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from biometry_cli.data.labels import LabelSchema
from biometry_cli.data.points import calipers_of
from biometry_cli.data.samples import Sample
from biometry_cli.errors import DataError
from biometry_cli.evaluation.measures import Values, column, pair_of
from biometry_cli.evaluation.references import usable_points
from biometry_cli.inference.reading import Reading
from biometry_cli.results.evaluation import Case
from biometry_cli.tasks.landmarks.metrics import (
    SUCCESS_MM,
    both,
    distance,
    matched,
    normalised_error,
)

CLOSE = 0.1
"""Share of the image's diagonal at which ``closeness`` falls to 0."""


@dataclass(frozen=True)
class _Error:
    """One annotated point: how far the answer is from it; None where the answer has no such point.

    ``group`` is its caliper, or the point itself.
    """

    group: str
    px: float | None
    mm: float | None


class PointFigures:
    """Compares points; the ends of a caliper in their better order.

    ``closeness`` is 1 less the radial error over a tenth of the image's diagonal, at least 0, and
    0 for a point that is missed or found where there is none: it chooses the checkpoint.
    A point that was annotated outside its image is left out.
    """

    def __init__(self, labels: LabelSchema) -> None:
        self._names = labels.points
        self._calipers = labels.calipers
        ends = {labels.points[p]: name for name, places in self._calipers.items() for p in places}
        self._group_of = {name: ends.get(name, name) for name in labels.points}
        self._errors: list[_Error] = []

    def compare(self, sample: Sample, reading: Reading) -> Values:
        """The figures of one image. Raises DataError without landmarks."""
        answer = reading.prediction.points
        if sample.points is None or answer is None:
            raise DataError("has no landmarks to compare with", where=sample.image)
        size = (reading.pixels.shape[0], reading.pixels.shape[1])
        truth = usable_points(sample, self._names, size)
        found = {n: None if p is None else (p.x, p.y) for n, p in answer.items() if n in truth}
        names = tuple(truth)
        found = dict(matched(found, truth, names, calipers_of(names)))
        spacing = pair_of(reading.prediction.spacing_mm)
        errors, closeness, false = [], [], 0
        for name in names:
            wanted, given = truth[name], found.get(name)
            if wanted is None:
                false += given is not None
                closeness.append(float(given is None))
                continue
            px = None if given is None else distance(given, wanted)
            mm = None if given is None or spacing is None else distance(given, wanted, spacing)
            errors.append(_Error(self._group_of[name], px, mm))
            share = math.inf if px is None else px / (CLOSE * math.hypot(*size))
            closeness.append(max(0.0, 1 - share))
        self._errors += errors
        values: Values = {
            "mre_px": _mean([error.px for error in errors]),
            "mre_mm": _mean([error.mm for error in errors]) if spacing else None,
            "points": float(len(errors)),
            "points_missed": float(sum(error.px is None for error in errors)),
            "points_false": float(false),
            "closeness": float(np.mean(closeness)) if closeness else None,
        }
        for group in dict.fromkeys(self._group_of[name] for name in names):
            own = [error for error in errors if error.group == group]
            values[f"mre_{group}_px"] = _mean([error.px for error in own])
            if spacing:
                values[f"mre_{group}_mm"] = _mean([error.mm for error in own])
        for caliper, places in calipers_of(names).items():
            first, second = (names[place] for place in places)
            ends, true_ends = both(found, first, second), both(truth, first, second)
            if ends is not None and true_ends is not None:
                nme = normalised_error(ends, true_ends, spacing or (1.0, 1.0))
                values[f"nme_{caliper}"] = nme if math.isfinite(nme) else None
        return values

    def sum_up(self, cases: list[Case]) -> tuple[dict[str, float | None], dict[str, int]]:
        """Means over points, NME over calipers; success rates over all annotated points in mm."""
        metrics: dict[str, float | None] = {}
        counts: dict[str, int] = {
            name: int(sum(column(cases, name)))
            for name in ("points", "points_missed", "points_false")
        }
        grouped: dict[str, list[_Error]] = defaultdict(list)
        for error in self._errors:
            grouped[error.group].append(error)
        calibrated = any(error.mm is not None for error in self._errors)
        for group, errors in {"": self._errors, **grouped}.items():
            key = f"_{group}" if group else ""
            metrics[f"mre{key}_px"] = _mean([error.px for error in errors])
            if calibrated:
                metrics[f"mre{key}_mm"] = _mean([error.mm for error in errors])
                metrics |= _success(errors, key)
            if group:
                counts[f"points_{group}"] = len(errors)
                counts[f"points_{group}_missed"] = sum(error.px is None for error in errors)
        by_caliper = {name: column(cases, f"nme_{name}") for name in self._calipers}
        if by_caliper:
            metrics["nme"] = _mean([nme for own in by_caliper.values() for nme in own])
        metrics |= {f"nme_{name}": _mean(own) for name, own in by_caliper.items()}
        metrics["closeness"] = _mean(column(cases, "closeness"))
        return metrics, counts


def _success(errors: list[_Error], key: str) -> dict[str, float | None]:
    """Share of points within each radius; a missed one is within none.

    Points of images without a pixel size have no error in mm and do not count.
    """
    counted = [error for error in errors if error.mm is not None or error.px is None]
    rates: dict[str, float | None] = {}
    for radius_mm in SUCCESS_MM:
        within = [error.mm is not None and error.mm <= radius_mm for error in counted]
        rates[f"sdr{key}_{radius_mm:g}mm"] = float(np.mean(within)) if within else None
    return rates


def _mean(values: list[float | None] | list[float]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None
