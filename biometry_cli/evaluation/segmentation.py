"""Figures of a segmentation model over a split: overlap, distances, errors of measures."""

import numpy as np

from biometry_cli.data.layout import Dataset
from biometry_cli.data.masks import read_mask
from biometry_cli.data.samples import Sample
from biometry_cli.errors import DataError
from biometry_cli.inference.predictor import Reading
from biometry_cli.results.evaluation import Case
from biometry_cli.tasks.segment.metrics import compare_masks

Values = dict[str, float | str | None]


class SegmentationScores:
    """Collects one case an image and sums them up.

    A figure of a structure is averaged over the images that have it; ``dice``, ``iou``, ``hd95``
    and ``assd`` average the structures' figures, each structure counting the same.
    """

    def __init__(self, dataset: Dataset, *, distances: bool) -> None:
        self._structures = dataset.labels.structures
        self._coding = dataset.coding
        self._distances = distances
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
        values |= _measure_errors(sample, reading)
        values["flags"] = " ".join(reading.prediction.flags)
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

    def _sum_up_measures(self, metrics: dict[str, float | None], counts: dict[str, int]) -> None:
        """Bias, SD, MAE and the number missing, of each measure with a reference."""
        suffix = "_reference_mm"
        referenced = {key for case in self.cases for key in case.values if key.endswith(suffix)}
        for key in sorted(referenced):
            measure = key.removesuffix(suffix)
            errors = np.array(self._column(f"{measure}_error_mm"))
            counts[f"{measure}_mm"] = len(errors)
            counts[f"{measure}_missing"] = len(self._column(key)) - len(errors)
            if len(errors):
                metrics[f"{measure}_mae_mm"] = float(np.abs(errors).mean())
                metrics[f"{measure}_bias_mm"] = float(errors.mean())
                metrics[f"{measure}_sd_mm"] = float(errors.std(ddof=1)) if len(errors) > 1 else None

    def _column(self, name: str) -> list[float]:
        found = (case.values.get(name) for case in self.cases)
        return [value for value in found if isinstance(value, float)]


def _measure_errors(sample: Sample, reading: Reading) -> Values:
    """Prediction, reference and their difference in mm, of each measure with a reference."""
    values: Values = {}
    predicted = {m.name: m.value for m in reading.prediction.measurements if m.unit == "mm"}
    for name, reference_mm in sample.calibration.reference_mm.items():
        key = name.lower()
        values[f"{key}_mm"] = predicted.get(name)
        values[f"{key}_reference_mm"] = reference_mm
        found = predicted.get(name)
        values[f"{key}_error_mm"] = None if found is None else found - reference_mm
    return values


def _pair(spacing: float | tuple[float, float] | None) -> tuple[float, float] | None:
    return (spacing, spacing) if isinstance(spacing, float) else spacing
