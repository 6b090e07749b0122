"""Figures of a segmentation model over a split: overlap, distances, errors of measures."""

from collections import Counter
from dataclasses import replace

import numpy as np

from biometry_cli.data.layout import Dataset
from biometry_cli.data.masks import read_mask
from biometry_cli.data.samples import Sample
from biometry_cli.errors import DataError
from biometry_cli.evaluation.agreement import Pair, agreement
from biometry_cli.evaluation.dating import DATED_MEASURES, ga_error_days
from biometry_cli.evaluation.strata import cells_of, in_order, strata_of
from biometry_cli.inference.predictor import Reading
from biometry_cli.results.evaluation import Agreement, Case, Stratum
from biometry_cli.tasks.segment.metrics import compare_masks

Values = dict[str, float | str | None]

_ORDER = ("HC", "BPD", "OFD", "AC", "TAD", "APAD", "FL")  # of a report; others follow by name


class SegmentationScores:
    """Collects one case an image and sums them up.

    A figure of a structure is averaged over the images that have it; ``dice``, ``iou``, ``hd95``
    and ``assd`` average the structures' figures, each structure counting the same.
    """

    def __init__(self, dataset: Dataset, *, distances: bool) -> None:
        self._structures = dataset.labels.structures
        self._coding = dataset.coding
        self._distances = distances
        self._samples: list[Sample] = []
        self._pairs: list[Pair] = []
        self.cases: list[Case] = []

    def add(self, sample: Sample, reading: Reading) -> None:
        """Compare one reading with its sample's mask and reference measures.

        Raises:
            DataError: the mask is missing, unreadable or of another size.
        """
        if sample.mask is None or reading.masks is None:
            raise DataError("has no mask to compare with", where=sample.image)
        truth = read_mask(sample.mask, self._structures, self._coding)
        if truth.shape != reading.masks.mask.shape:
            raise DataError(
                f"has another size than its image {sample.image.name}", where=sample.mask
            )
        spacing = _pair(reading.prediction.spacing_mm)
        unit = "mm" if spacing else "px"
        values: Values = {}
        for index, name in enumerate(self._structures, start=1):
            overlap = compare_masks(
                reading.masks.mask == index,
                truth == index,
                spacing or (1.0, 1.0),
                distances=self._distances,
            )
            values[f"dice_{name}"] = overlap.dice
            values[f"iou_{name}"] = overlap.iou
            if self._distances:
                values[f"hd95_{name}_{unit}"] = overlap.hd95
                values[f"assd_{name}_{unit}"] = overlap.assd
        dice = [v for name in self._structures if isinstance(v := values[f"dice_{name}"], float)]
        values["dice"] = float(np.mean(dice)) if dice else None
        pairs = _pairs(sample, reading)
        for pair in pairs:
            values |= _measure_values(pair)
        values["flags"] = " ".join(reading.prediction.flags)
        self._samples.append(sample)
        self._pairs += pairs
        self.cases.append(Case(file=str(sample.image), values=values))

    def confusion(self) -> None:
        """Segmentation has no confusion matrix of images."""
        return

    def summary(self) -> tuple[dict[str, float | None], dict[str, int]]:
        """The metrics by name, and over how many images each was taken."""
        metrics: dict[str, float | None] = {}
        counts: dict[str, int] = {}
        for kind in ("dice", "iou", "hd95", "assd") if self._distances else ("dice", "iou"):
            for unit in ("_mm", "_px") if kind in ("hd95", "assd") else ("",):
                names = {s: f"{kind}_{s}{unit}" for s in self._structures}
                columns = {s: self._column(name) for s, name in names.items()}
                if unit and not any(columns.values()):
                    continue
                means = [float(np.mean(column)) for column in columns.values() if column]
                metrics[f"{kind}{unit}"] = float(np.mean(means)) if means else None
                for structure, column in columns.items():
                    metrics[names[structure]] = float(np.mean(column)) if column else None
                    counts[names[structure]] = len(column)
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
            errors = np.array(self._column(f"{measure}_error_mm"))
            counts[f"{measure}_mm"] = len(errors)
            counts[f"{measure}_missing"] = len(self._column(key)) - len(errors)
            if any(f"{measure}_ga_error_days" in case.values for case in self.cases):
                counts[f"{measure}_ga_days"] = len(self._column(f"{measure}_ga_error_days"))
            if len(errors):
                metrics[f"{measure}_mae_mm"] = float(np.abs(errors).mean())
                metrics[f"{measure}_bias_mm"] = float(errors.mean())
                metrics[f"{measure}_sd_mm"] = float(errors.std(ddof=1)) if len(errors) > 1 else None

    def _column(self, name: str) -> list[float]:
        found = (case.values.get(name) for case in self.cases)
        return [value for value in found if isinstance(value, float)]


def _pairs(sample: Sample, reading: Reading) -> list[Pair]:
    """Reference and prediction in mm, of each measure with a reference."""
    found = {m.name.upper(): m for m in reading.prediction.measurements if m.unit == "mm"}
    return [
        Pair(
            file=str(sample.image),
            subject=sample.subject,
            measure=name,
            reference_mm=reference_mm,
            predicted_mm=found[name].value if name in found else None,
            interval_mm=found[name].interval if name in found else None,
        )
        for name, reference_mm in sample.calibration.reference_mm.items()
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
    if pair.measure in DATED_MEASURES:
        days = None
        if predicted_mm is not None:
            days = ga_error_days(pair.measure, pair.reference_mm, predicted_mm)
        values[f"{key}_ga_error_days"] = days
    return values


def _agreements(pairs: list[Pair], resamples: int) -> list[Agreement]:
    present = {pair.measure for pair in pairs}
    measures = [*(m for m in _ORDER if m in present), *sorted(present - set(_ORDER))]
    return [agreement(measure, pairs, resamples=resamples) for measure in measures]


def _pair(spacing: float | tuple[float, float] | None) -> tuple[float, float] | None:
    return (spacing, spacing) if isinstance(spacing, float) else spacing
