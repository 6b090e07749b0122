"""Overlap and distances of masks over a split."""

import numpy as np

from biometry_cli.data.layout import Dataset
from biometry_cli.data.masks import read_mask
from biometry_cli.data.samples import Sample
from biometry_cli.errors import DataError
from biometry_cli.evaluation.measures import Values, column, pair_of
from biometry_cli.inference.reading import Reading
from biometry_cli.results.evaluation import Case
from biometry_cli.tasks.segment.metrics import compare_masks


class MaskFigures:
    """Compares masks.

    A figure of a structure is averaged over the images that have it; ``dice``, ``iou``, ``hd95``
    and ``assd`` average the structures' figures, each structure counting the same.
    """

    def __init__(self, dataset: Dataset, *, distances: bool) -> None:
        self._structures = dataset.labels.structures
        self._coding = dataset.coding
        self._distances = distances

    def compare(self, sample: Sample, reading: Reading) -> Values:
        """The figures of one image.

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
        spacing = pair_of(reading.prediction.spacing_mm)
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
        return values

    def sum_up(self, cases: list[Case]) -> tuple[dict[str, float | None], dict[str, int]]:
        """The metrics by name, and over how many images each was taken."""
        metrics: dict[str, float | None] = {}
        counts: dict[str, int] = {}
        for kind in ("dice", "iou", "hd95", "assd") if self._distances else ("dice", "iou"):
            for unit in ("_mm", "_px") if kind in ("hd95", "assd") else ("",):
                names = {s: f"{kind}_{s}{unit}" for s in self._structures}
                columns = {s: column(cases, name) for s, name in names.items()}
                if unit and not any(columns.values()):
                    continue
                means = [float(np.mean(each)) for each in columns.values() if each]
                metrics[f"{kind}{unit}"] = float(np.mean(means)) if means else None
                for structure, each in columns.items():
                    metrics[names[structure]] = float(np.mean(each)) if each else None
                    counts[names[structure]] = len(each)
        return metrics, counts
