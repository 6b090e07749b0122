"""Figures of a model that measures over a split: one case an image, agreement, strata."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from biometry_cli.data.samples import Sample
from biometry_cli.evaluation.agreement import Pair, agreement
from biometry_cli.evaluation.dating import DATED_MEASURES, ga_error_days
from biometry_cli.evaluation.references import by_points, references_of
from biometry_cli.evaluation.strata import cells_of, in_order, strata_of
from biometry_cli.inference.reading import Reading
from biometry_cli.measure.catalog import place_of_measure
from biometry_cli.results.evaluation import BY_POINTS, Agreement, Case, Stratum
from biometry_cli.results.measures import Measurement

Values = dict[str, float | str | None]


class Figures(Protocol):
    """What one kind of answer, masks or points, is compared by."""

    def compare(self, sample: Sample, reading: Reading) -> Values:
        """The figures of one image."""
        ...

    def sum_up(self, cases: list[Case]) -> tuple[dict[str, float | None], dict[str, int]]:
        """The metrics over all images by name, and counts."""
        ...


class MeasureScores:
    """Collects one case an image and sums them up.

    Args:
        parts: the comparisons of masks, points or both.
        points: the names of the points that give references for measures.
    """

    def __init__(self, parts: Sequence[Figures], points: tuple[str, ...] = ()) -> None:
        self._parts, self._points = parts, points
        self._samples: list[Sample] = []
        self._pairs: list[Pair] = []
        self.cases: list[Case] = []

    def add(self, sample: Sample, reading: Reading) -> None:
        """Compare one reading with its sample's annotations and reference measures.

        Raises:
            DataError: an annotation is missing, unreadable or does not fit the image.
        """
        values: Values = {}
        for part in self._parts:
            values |= part.compare(sample, reading)
        pairs = _pairs(sample, reading, self._points)
        for pair in pairs:
            values |= _measure_values(pair)
        values["flags"] = " ".join(reading.prediction.flags)
        self._samples.append(sample)
        self._pairs += pairs
        self.cases.append(Case(file=str(sample.image), values=values))

    def confusion(self) -> None:
        """Measuring has no confusion matrix of images."""
        return

    def summary(self) -> tuple[dict[str, float | None], dict[str, int]]:
        """The metrics by name, and over how many images each was taken."""
        metrics: dict[str, float | None] = {}
        counts: dict[str, int] = {}
        for part in self._parts:
            own_metrics, own_counts = part.sum_up(self.cases)
            metrics |= own_metrics
            counts |= own_counts
        self._sum_up_measures(metrics, counts)
        return metrics, counts

    def agreement(self, *, resamples: int) -> list[Agreement]:
        """One entry a measure with a reference, with intervals from so many resamples."""
        return _agreements(self._pairs, resamples)

    def strata(self, by: str, *, resamples: int) -> list[Stratum]:
        """The agreement in each stratum of the column ``by``; cases get theirs as ``stratum``."""
        names = strata_of(cells_of(by, self._samples, self.cases))
        name_of = {case.file: name for case, name in zip(self.cases, names, strict=True)}
        self.cases = [
            case.model_copy(update={"values": case.values | {"stratum": name_of[case.file]}})
            for case in self.cases
        ]
        pairs = [replace(pair, stratum=name_of[pair.file]) for pair in self._pairs]
        sizes = Counter(names)
        return [
            Stratum(
                value=name,
                n=sizes[name],
                agreement=_agreements([p for p in pairs if p.stratum == name], resamples),
            )
            for name in in_order(names)
        ]

    def _sum_up_measures(self, metrics: dict[str, float | None], counts: dict[str, int]) -> None:
        """Bias, SD, MAE and the number missing, of each measure with a reference.

        ``hc_ga_days`` counts the images behind the error of the age: both sizes within range.
        """
        suffix = "_reference_mm"
        referenced = {key for case in self.cases for key in case.values if key.endswith(suffix)}
        for key in sorted(referenced):
            measure = key.removesuffix(suffix)
            errors = np.array(column(self.cases, f"{measure}_error_mm"))
            counts[f"{measure}_mm"] = len(errors)
            counts[f"{measure}_missing"] = len(column(self.cases, key)) - len(errors)
            if any(f"{measure}_ga_error_days" in case.values for case in self.cases):
                counts[f"{measure}_ga_days"] = len(column(self.cases, f"{measure}_ga_error_days"))
            if len(errors):
                metrics[f"{measure}_mae_mm"] = float(np.abs(errors).mean())
                metrics[f"{measure}_bias_mm"] = float(errors.mean())
                metrics[f"{measure}_sd_mm"] = float(errors.std(ddof=1)) if len(errors) > 1 else None


def column(cases: Sequence[Case], name: str) -> list[float]:
    """The numbers under one name, of the cases that have it."""
    found = (case.values.get(name) for case in cases)
    return [value for value in found if isinstance(value, float)]


def pair_of(spacing: float | tuple[float, float] | None) -> tuple[float, float] | None:
    """A prediction's pixel size as (row, column)."""
    return (spacing, spacing) if isinstance(spacing, float) else spacing


def _pairs(sample: Sample, reading: Reading, points: tuple[str, ...]) -> list[Pair]:
    """Reference and prediction in mm, of each measure with a reference.

    Where a model of masks and points gives a measure twice, the one between points is named apart.
    """
    spacing = pair_of(reading.prediction.spacing_mm)
    references = references_of(sample, points, spacing)
    second = reading.prediction.point_measurements
    pairs = _paired(sample, references, reading.prediction.measurements)
    if reading.masks is not None and points:
        apart = {by_points(name): value for name, value in references.items()}
        named = [m.model_copy(update={"name": by_points(m.name)}) for m in second]
        pairs += _paired(sample, apart, named)
    return pairs


def _paired(
    sample: Sample, references: Mapping[str, float], measurements: Sequence[Measurement]
) -> list[Pair]:
    found = {m.name.upper(): m for m in measurements if m.unit == "mm"}
    return [
        Pair(
            file=str(sample.image),
            subject=sample.subject,
            measure=name,
            reference_mm=reference_mm,
            predicted_mm=found[name].value if name in found else None,
            interval_mm=found[name].interval if name in found else None,
        )
        for name, reference_mm in references.items()
    ]


def _measure_values(pair: Pair) -> Values:
    """What a case says of one measure; the interval only where the prediction has one."""
    key, predicted_mm = pair.measure.lower(), pair.predicted_mm
    values: Values = {
        f"{key}_mm": predicted_mm,
        f"{key}_reference_mm": pair.reference_mm,
        f"{key}_error_mm": None if predicted_mm is None else predicted_mm - pair.reference_mm,
    }
    if pair.interval_mm is not None:
        values[f"{key}_interval_low_mm"], values[f"{key}_interval_high_mm"] = pair.interval_mm
    if pair.measure.removesuffix(BY_POINTS) in DATED_MEASURES:
        days = None
        if predicted_mm is not None:
            days = ga_error_days(pair.measure, pair.reference_mm, predicted_mm)
        values[f"{key}_ga_error_days"] = days
    return values


def _agreements(pairs: list[Pair], resamples: int) -> list[Agreement]:
    measures = sorted({pair.measure for pair in pairs}, key=_place)
    return [agreement(measure, pairs, resamples=resamples) for measure in measures]


def _place(measure: str) -> tuple[int, str, str]:
    """Where a measure stands in a report; a second reading right below the first."""
    first = measure.removesuffix(BY_POINTS)
    return place_of_measure(first), first, measure
