"""All files that ``eval`` writes: tables, cases and charts in a folder, and a report."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from biometry_cli.bundle import library_versions
from biometry_cli.data.layout import Dataset
from biometry_cli.data.masks import read_mask
from biometry_cli.evaluation.evaluate import sources_of
from biometry_cli.files import make_folder, replacing, write_text
from biometry_cli.inference.predictor import Predictor
from biometry_cli.inference.reading import Reading
from biometry_cli.jobs.provenance import model_facts, provenance
from biometry_cli.report.cases import draw_case, pick_cases
from biometry_cli.report.manifest import MANIFEST_FILE, write_manifest
from biometry_cli.report.tabular import write_cases, write_metrics
from biometry_cli.results.evaluation import Case, Evaluation
from biometry_cli.settings import Settings

if TYPE_CHECKING:
    from biometry_cli.report.charts.pairs import Pair


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
            stem = measure.lower()
            write_bland_altman(
                folder / f"{stem}_bland_altman.png", pairs, measure, agreement.get(measure)
            )
            write_scatter(folder / f"{stem}_scatter.png", pairs, measure)
            write_error_by_size(folder / f"{stem}_error_by_size.png", pairs, measure)
        if self._evaluation.confusion_matrix is not None:
            write_png(folder / "confusion.png", confusion_chart(self._evaluation))
        if self._evaluation.reliability:
            write_png(folder / "reliability.png", reliability_chart(self._evaluation))
        masks = [sample.mask for sample in self._samples if sample.mask is not None]
        write_manifest(
            folder / MANIFEST_FILE,
            command="biometry eval",
            model=model_facts(self._predictor.card, self._predictor.name),
            inputs=[*(sample.image for sample in self._samples), *masks],
            outputs=sorted(
                file for file in folder.iterdir() if file.is_file() and file.name != MANIFEST_FILE
            ),
            settings=self._settings.model_dump(mode="json", exclude_none=True),
            versions=library_versions(),
        )

    def write_report(self, path: Path) -> None:
        """Write the page. Raises UsageError where it cannot be written."""
        from biometry_cli.report.html.evaluation_page import evaluation_page

        files = [sample.image for sample in self._samples]
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
        segments = self._evaluation.task == "segment"
        metric = "dice" if segments else "probability_of_label"
        samples = {str(sample.image): sample for sample in self._samples}
        drawn = {}
        for rank, case in pick_cases(self._evaluation.cases, metric).items():
            sample = samples[case.file]
            reading = next(self._predictor.readings(sources_of([sample], self._spacing_mm)))
            if not isinstance(reading, Reading):
                raise reading.error
            truth = None
            if sample.mask is not None and segments:
                labels = self._dataset.labels
                truth = read_mask(sample.mask, labels.structures, self._dataset.coding)
            title = _title(rank, case, metric)
            drawn[rank] = (title, draw_case(reading, truth, title))
        return drawn


def _title(rank: str, case: Case, metric: str) -> str:
    name = Path(case.file).name
    value = case.values.get(metric)
    figure = f"{value:.3f}" if isinstance(value, float) else "none"
    if metric == "dice":
        return f"{rank}: {name}, Dice {figure}"
    return f"{rank}: {name}, truth {case.values['label']}, called {case.values['predicted']}"


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
