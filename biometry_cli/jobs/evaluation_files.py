"""All files that ``eval`` writes: tables, cases and charts in a folder, and a report."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from biometry_cli.bundle import library_versions
from biometry_cli.data.landmarks import LANDMARKS_FILE
from biometry_cli.data.layout import Dataset
from biometry_cli.data.masks import read_mask
from biometry_cli.data.samples import Sample
from biometry_cli.evaluation.evaluate import sources_of
from biometry_cli.evaluation.references import usable_points
from biometry_cli.files import make_folder, replacing, write_text
from biometry_cli.inference.predictor import Predictor
from biometry_cli.inference.reading import Reading
from biometry_cli.jobs.provenance import model_facts, provenance
from biometry_cli.jobs.scans import scan_of
from biometry_cli.report.cases import Annotation, draw_case, pick_cases
from biometry_cli.report.manifest import MANIFEST_FILE, read_facts, write_manifest
from biometry_cli.report.sheet.words import measure_name
from biometry_cli.report.tabular import write_cases, write_metrics
from biometry_cli.results.evaluation import Case, Evaluation
from biometry_cli.results.prediction import FoundPoint
from biometry_cli.settings import Settings

if TYPE_CHECKING:
    from biometry_cli.report.charts.pairs import Pair

# Of which figure, more is better, the worst, median and best case are those of a task.
_CHOSEN_BY = {"segment": "dice", "landmarks": "closeness", "classify": "probability_of_label"}


class EvaluationFiles:
    """Writes one evaluation.

    Args:
        evaluation: the figures.
        predictor, dataset: what was compared with what.
        settings: as resolved, for the provenance.
        spacing_mm: (row, column) that stood above the data's own.
        history: the ``history.csv`` of the model's run; None where it has none.
    """

    def __init__(
        self,
        evaluation: Evaluation,
        predictor: Predictor,
        dataset: Dataset,
        settings: Settings,
        *,
        spacing_mm: tuple[float, float] | None,
        history: Path | None,
    ) -> None:
        self._evaluation, self._predictor, self._dataset = evaluation, predictor, dataset
        self._settings, self._spacing_mm, self._history = settings, spacing_mm, history
        self._samples = dataset.split(evaluation.split)
        self._pictures = self._draw_cases()
        self._pairs = _pairs(evaluation)

    def write_folder(self, folder: Path) -> None:
        """Write ``cases.csv``, ``metrics.json``, pictures, charts and the manifest.

        Raises:
            UsageError: something cannot be written.
        """
        from biometry_cli.report.charts.bland_altman import write_bland_altman
        from biometry_cli.report.charts.confusion_chart import confusion_chart
        from biometry_cli.report.charts.error_by_size import write_error_by_size
        from biometry_cli.report.charts.reliability_chart import reliability_chart
        from biometry_cli.report.charts.scatter import write_scatter
        from biometry_cli.report.charts.style import write_png

        make_folder(folder)
        write_cases(folder / "cases.csv", self._evaluation)
        write_metrics(folder / "metrics.json", self._evaluation)
        for rank, (_, picture) in self._pictures.items():
            with replacing(folder / f"{rank}.png") as temporary:
                picture.save(temporary)
        agreement = {each.measure: each for each in self._evaluation.agreement}
        for measure, pairs in self._pairs.items():
            stem, name = measure.lower(), measure_name(measure)
            write_bland_altman(
                folder / f"{stem}_bland_altman.png", pairs, name, agreement.get(measure)
            )
            write_scatter(folder / f"{stem}_scatter.png", pairs, name)
            write_error_by_size(folder / f"{stem}_error_by_size.png", pairs, name)
        if self._evaluation.confusion_matrix is not None:
            write_png(folder / "confusion.png", confusion_chart(self._evaluation))
        if self._evaluation.reliability:
            write_png(folder / "reliability.png", reliability_chart(self._evaluation))
        write_manifest(
            folder / MANIFEST_FILE,
            command="biometry eval",
            model=model_facts(self._predictor.card, self._predictor.name),
            inputs=[*(sample.image for sample in self._samples), *self._annotations()],
            outputs=sorted(
                file for file in folder.iterdir() if file.is_file() and file.name != MANIFEST_FILE
            ),
            settings=self._settings.model_dump(mode="json", exclude_none=True),
            versions=library_versions(),
        )

    def write_report(self, path: Path) -> None:
        """Write the page. Raises UsageError where it cannot be written."""
        from biometry_cli.report.html.evaluation_page import evaluation_page

        files = [read_facts(sample.image) for sample in self._samples]
        page = evaluation_page(
            self._evaluation,
            pairs=self._pairs,
            pictures=list(self._pictures.values()),
            history=[] if self._history is None else _read_history(self._history),
            provenance=provenance(self._predictor, self._settings, files),
            title=f"Evaluation: {self._predictor.card.model.name} on {self._dataset.root.name}, "
            f"{self._evaluation.split}",
        )
        write_text(path, page)

    def _draw_cases(self) -> dict[str, tuple[str, Image.Image]]:
        """Worst, median and best case, side by side with the truth: title and picture."""
        metric = _CHOSEN_BY[self._evaluation.task.partition(",")[0]]
        samples = {str(sample.image): sample for sample in self._samples}
        drawn = {}
        for rank, case in pick_cases(self._evaluation.cases, metric).items():
            sample = samples[case.file]
            reading = next(self._predictor.readings(sources_of([sample], self._spacing_mm)))
            if not isinstance(reading, Reading):
                raise reading.error
            title = _title(rank, case, metric)
            mask = None if reading.masks is None else reading.masks.mask
            picture = draw_case(scan_of(reading), mask, self._truth(sample, reading), title)
            drawn[rank] = (title, picture)
        return drawn

    def _truth(self, sample: Sample, reading: Reading) -> Annotation:
        labels = self._dataset.labels
        mask, points = None, {}
        if sample.mask is not None and labels.segments:
            mask = read_mask(sample.mask, labels.structures, self._dataset.coding)
        if labels.finds_points:
            size = (reading.pixels.shape[0], reading.pixels.shape[1])
            for name, point in usable_points(sample, labels.points, size).items():
                points[name] = None if point is None else FoundPoint(x=point[0], y=point[1])
        return Annotation(mask, points)

    def _annotations(self) -> list[Path]:
        """The files that hold the truth of the samples."""
        masks = [sample.mask for sample in self._samples if sample.mask is not None]
        if not self._dataset.labels.finds_points:
            return masks
        folders = dict.fromkeys(sample.image.parent.parent for sample in self._samples)
        return [*masks, *(folder / LANDMARKS_FILE for folder in folders)]


def _title(rank: str, case: Case, metric: str) -> str:
    name = Path(case.file).name
    value = case.values.get(metric)
    figure = f"{value:.3f}" if isinstance(value, float) else "none"
    if metric == "dice":
        return f"{rank}: {name}, Dice {figure}"
    if metric == "closeness":
        return f"{rank}: {name}, {_point_error(case)}"
    return f"{rank}: {name}, truth {case.values['label']}, called {case.values['predicted']}"


def _point_error(case: Case) -> str:
    """``mean radial error 3.2 mm``, or how many points were missed where none was found."""
    missed = case.values.get("points_missed")
    parts = [f"{missed:.0f} points missed"] if isinstance(missed, float) and missed else []
    for unit in ("mm", "px"):
        error = case.values.get(f"mre_{unit}")
        if isinstance(error, float):
            return ", ".join([f"mean radial error {error:.1f} {unit}", *parts])
    return ", ".join(parts) or "no points to compare"


def _pairs(evaluation: Evaluation) -> "dict[str, list[Pair]]":
    """Predictions beside references of each measure that has any."""
    from biometry_cli.report.charts.pairs import Pair

    pairs: dict[str, list[Pair]] = {}
    for agreement in evaluation.agreement:
        key = agreement.measure.lower()
        for case in evaluation.cases:
            reference, predicted, low, high = (
                case.values.get(f"{key}{end}_mm")
                for end in ("_reference", "", "_interval_low", "_interval_high")
            )
            if isinstance(reference, float) and isinstance(predicted, float):
                interval = None
                if isinstance(low, float) and isinstance(high, float):
                    interval = (low, high)
                stratum = case.values.get("stratum")
                name = stratum if isinstance(stratum, str) else None
                own = pairs.setdefault(agreement.measure, [])
                own.append(Pair(case.file, reference, predicted, interval, name))
    return pairs


def _read_history(path: Path) -> Sequence[dict[str, float]]:
    """The rows of a ``history.csv``, empty cells left out."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [
            {name: float(cell) for name, cell in row.items() if cell}
            for row in csv.DictReader(stream)
        ]
