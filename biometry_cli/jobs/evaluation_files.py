"""All files that ``eval`` writes: tables, cases and charts in a folder, and a report."""

from pathlib import Path

from PIL import Image

from biometry_cli.bundle import library_versions
from biometry_cli.data.labels import LabelSchema
from biometry_cli.data.landmarks import LANDMARKS_FILE
from biometry_cli.data.layout import Dataset
from biometry_cli.data.masks import read_mask
from biometry_cli.data.samples import Sample
from biometry_cli.evaluation.evaluate import sources_of
from biometry_cli.evaluation.references import usable_points
from biometry_cli.files import make_folder, replacing
from biometry_cli.inference.predictor import Predictor
from biometry_cli.inference.reading import Reading
from biometry_cli.jobs.provenance import model_facts, provenance
from biometry_cli.jobs.scans import scan_of
from biometry_cli.marks import is_our_png, mark_png
from biometry_cli.measure.calipers import caliper_measures
from biometry_cli.measure.catalog import measure_names
from biometry_cli.report.cases import Annotation, case_title, draw_case, pick_cases
from biometry_cli.report.history import read_history
from biometry_cli.report.manifest import (
    MANIFEST_FILE,
    is_listed,
    is_manifest,
    read_facts,
    write_manifest,
)
from biometry_cli.report.tabular import is_cases_csv, is_metrics, write_cases, write_metrics
from biometry_cli.results.evaluation import BY_POINTS, Evaluation
from biometry_cli.results.prediction import FoundPoint
from biometry_cli.results.scores import SplitScores
from biometry_cli.settings import Settings
from biometry_cli.targets import require_free

CASES_FILE, METRICS_FILE = "cases.csv", "metrics.json"


def require_free_folder(folder: Path, labels: LabelSchema) -> None:
    """Raise UsageError where an evaluation in ``folder`` would destroy a user's file.

    ``labels`` of the model tell which charts there may be.
    """
    from biometry_cli.report.sheet.evaluation import chart_stems

    require_free(folder / CASES_FILE, is_cases_csv, "table of cases")
    require_free(folder / METRICS_FILE, is_metrics, "table of figures")
    require_free(folder / MANIFEST_FILE, is_manifest, "manifest")
    measures = [name for each in labels.structures for name in measure_names(each)]
    between = [name for of in caliper_measures(labels.calipers).values() for name in of]
    measures += [*between, *(f"{name}{BY_POINTS}" for name in between)]
    stems = chart_stems(measures, classes=labels.task == "classify")
    for stem in ("worst", "median", "best", *stems):
        require_free(folder / f"{stem}.png", _is_our_picture, "picture")


def _is_our_picture(path: Path) -> bool:
    return is_our_png(path) or is_listed(path)


class EvaluationFiles:
    """Writes one evaluation.

    Args:
        scores, evaluation: the figures, as they were found and as they are published.
        predictor, dataset: what was compared with what.
        settings: as resolved, for the provenance.
        spacing_mm: (row, column) that stood above the data's own.
        history: the ``history.csv`` of the model's run; None where it has none.
    """

    def __init__(
        self,
        scores: SplitScores,
        evaluation: Evaluation,
        predictor: Predictor,
        dataset: Dataset,
        settings: Settings,
        *,
        spacing_mm: tuple[float, float] | None,
        history: Path | None,
    ) -> None:
        self._scores, self._evaluation = scores, evaluation
        self._predictor, self._dataset = predictor, dataset
        self._settings, self._spacing_mm, self._history = settings, spacing_mm, history
        self._samples = dataset.split(scores.split)
        self._pictures = self._draw_cases()

    def write_folder(self, folder: Path) -> None:
        """Write ``cases.csv``, ``metrics.json``, pictures, charts and the manifest of these.

        Raises:
            UsageError: something cannot be written.
        """
        from biometry_cli.report.charts.style import write_png
        from biometry_cli.report.sheet.evaluation import evaluation_charts

        make_folder(folder)
        outputs = [folder / CASES_FILE, folder / METRICS_FILE]
        write_cases(outputs[0], self._evaluation)
        write_metrics(outputs[1], self._evaluation)
        for rank, (_, picture) in self._pictures.items():
            outputs.append(folder / f"{rank}.png")
            with replacing(outputs[-1]) as temporary:
                picture.save(temporary)
                mark_png(temporary, "case")
        for stem, chart in evaluation_charts(self._scores).items():
            outputs.append(folder / f"{stem}.png")
            write_png(outputs[-1], chart)
        write_manifest(
            folder / MANIFEST_FILE,
            command="biometry eval",
            model=model_facts(self._predictor.card, self._predictor.name),
            inputs=[*(sample.image for sample in self._samples), *self._annotations()],
            outputs=sorted(outputs),
            settings=self._settings.model_dump(mode="json", exclude_none=True),
            versions=library_versions(),
        )

    def write_report(self, path: Path) -> None:
        """Write the page. Raises UsageError where it cannot be written."""
        from biometry_cli.report.page.page import write_page
        from biometry_cli.report.sheet.evaluation import evaluation_lead, evaluation_sections
        from biometry_cli.report.sheet.provenance import provenance_section

        inputs = [read_facts(sample.image) for sample in self._samples]
        origin = provenance(self._predictor, self._settings, inputs)
        named = f"{self._predictor.card.model.name} on {self._dataset.root.name}"
        write_page(
            path,
            f"Evaluation: {named}, {self._scores.split}",
            [*evaluation_lead(self._scores), origin.created],
            evaluation_sections(
                self._scores,
                cases=self._pictures.values(),
                history=[] if self._history is None else read_history(self._history),
            ),
            provenance_section(origin),
        )

    def _draw_cases(self) -> dict[str, tuple[str, Image.Image]]:
        """Worst, median and best case, side by side with the truth: title and picture."""
        samples = {str(sample.image): sample for sample in self._samples}
        drawn = {}
        for rank, image in pick_cases(self._scores.images).items():
            sample = samples[image.file]
            reading = next(self._predictor.readings(sources_of([sample], self._spacing_mm)))
            if not isinstance(reading, Reading):
                raise reading.error
            title = f"{rank}: {case_title(image)}"
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
