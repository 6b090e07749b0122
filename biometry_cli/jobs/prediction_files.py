"""All files that ``predict`` writes beside what it prints."""

import re
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from biometry_cli.bundle import library_versions
from biometry_cli.data.labels import LabelSchema
from biometry_cli.errors import UsageError
from biometry_cli.files import make_folder, replacing, require_writable, write_text
from biometry_cli.inference.reading import Failure, Reading
from biometry_cli.jobs.models import Models
from biometry_cli.jobs.provenance import further_facts, growth_curves, model_facts, provenance
from biometry_cli.measure.calipers import caliper_measures
from biometry_cli.measure.catalog import measure_names
from biometry_cli.report.exam_sheet import draw_exam_sheet
from biometry_cli.report.hc18_csv import Hc18Csv
from biometry_cli.report.manifest import MANIFEST_FILE, write_manifest
from biometry_cli.report.overlay import draw_overlay, draw_scan, mask_image
from biometry_cli.report.tabular import PredictionCsv, points_column
from biometry_cli.results.prediction import Exam, FailedFile, Prediction
from biometry_cli.settings import Settings

if TYPE_CHECKING:
    from biometry_cli.report.html.prediction_page import Shown


@dataclass(frozen=True)
class WantedFiles:
    """What the user asked for.

    ``folder`` takes overlays, masks, a sheet of each exam (with ``overlay``) and a manifest; the
    others are files of their own.
    """

    folder: Path | None = None
    overlay: bool = False
    masks: bool = False
    csv: Path | None = None
    hc18_csv: Path | None = None
    report: Path | None = None

    def require_writable(self) -> None:
        """Raise UsageError where a file could not be written, or the flags do not fit."""
        if (self.overlay or self.masks) and self.folder is None:
            raise UsageError("--overlay and --masks need a folder", mend="Add --out DIR")
        if self.folder is not None and not (self.overlay or self.masks):
            raise UsageError("--out alone writes nothing", mend="Add --overlay or --masks")
        if self.report is not None:
            require_report(self.report)
        for file in (self.csv, self.hc18_csv):
            if file is not None:
                _require_file(file)
        if self.folder is not None:
            require_writable(self.folder)


def require_report(path: Path) -> None:
    """Raise UsageError unless a page can be written under this name."""
    if path.suffix not in (".html", ".htm"):
        raise UsageError("does not end in .html", where=path, mend="Choose such a name")
    _require_file(path)


def _require_file(path: Path) -> None:
    if path.is_dir():
        raise UsageError("is a folder", where=path, mend="Name a file")
    require_writable(path.parent)


class PredictionFiles:
    """Writes as answers come in; tables and the report appear when all are there.

    Args:
        wanted: which files.
        models: named in them.
        settings: as resolved, for the provenance.
        inputs: all images, for the provenance.

    Raises:
        UsageError: files that such models cannot give.
    """

    def __init__(
        self,
        wanted: WantedFiles,
        models: Models,
        settings: Settings,
        inputs: Sequence[Path],
    ) -> None:
        _require_fitting(wanted, models)
        self._wanted, self._models = wanted, models
        self._settings, self._inputs = settings, inputs
        self._stack = ExitStack()
        self._csv: PredictionCsv | None = None
        self._hc18: Hc18Csv | None = None
        self._shown: list[Shown | FailedFile] = []
        self._written: list[Path] = []
        self.remarks: list[str] = []

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            wanted = self._wanted
            if wanted.folder is not None:
                make_folder(wanted.folder)
            if wanted.csv is not None:
                self._csv = stack.enter_context(_table(wanted.csv, self._models))
            if wanted.hc18_csv is not None:
                self._hc18 = stack.enter_context(Hc18Csv(wanted.hc18_csv))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def add(self, reading: Reading | Failure, answer: Prediction | FailedFile, stem: str) -> None:
        """Draw and note one answer. Raises UsageError where it cannot be written."""
        for table in (self._csv, self._hc18):
            if table is not None:
                table.add(answer)
        if isinstance(reading, Reading):
            self._draw(reading, stem)
        if self._wanted.report is not None:
            from biometry_cli.report.html.prediction_page import Shown

            if isinstance(answer, FailedFile):
                self._shown.append(answer)
            elif isinstance(reading, Reading):
                self._shown.append(Shown(answer, draw_scan(reading)))

    def _draw(self, reading: Reading, stem: str) -> None:
        folder, masks = self._wanted.folder, reading.masks
        if folder is not None and self._wanted.overlay:
            with replacing(self._noted(folder / f"{stem}_overlay.png")) as temporary:
                draw_overlay(reading).save(temporary)
        if folder is not None and self._wanted.masks and masks is not None:
            with replacing(self._noted(folder / f"{stem}_mask.png")) as temporary:
                mask_image(masks.mask).save(temporary)

    def add_exam(self, exam: Exam, readings: Sequence[Reading]) -> None:
        """Draw an exam's images on one sheet. Raises UsageError where it cannot be written."""
        wanted = self._wanted
        if wanted.folder is not None and wanted.overlay and readings:
            plain = re.sub(r"[^\w.-]+", "_", exam.name)
            with replacing(self._noted(wanted.folder / f"{plain}_exam.png")) as temporary:
                draw_exam_sheet(readings, exam).save(temporary)

    def finish(self, exams: Sequence[Exam]) -> None:
        """Write the report and the manifest. Raises UsageError where they cannot be written."""
        wanted = self._wanted
        first, further = self._models.answering[0], further_facts(self._models)
        if self._hc18 is not None and self._hc18.left_out:
            file, reason = self._hc18.left_out[0]
            self.remarks.append(
                f"{wanted.hc18_csv}: {len(self._hc18.left_out)} of {len(self._inputs)} images "
                f"have no line, such as {Path(file).name} ({reason})"
            )
        if wanted.report is not None:
            from biometry_cli.report.html.prediction_page import prediction_page

            page = prediction_page(
                self._shown,
                exam=list(exams),
                curves=growth_curves(),
                provenance=provenance(first, self._settings, self._inputs, further),
                title=_title(exams, self._inputs),
            )
            write_text(wanted.report, page)
        if wanted.folder is not None:
            write_manifest(
                wanted.folder / MANIFEST_FILE,
                command="biometry predict",
                model=model_facts(first.card, first.name),
                more_models=list(further.values()),
                inputs=self._inputs,
                outputs=self._written,
                settings=self._settings.model_dump(mode="json", exclude_none=True),
                versions=library_versions(),
            )

    def _noted(self, path: Path) -> Path:
        self._written.append(path)
        return path


def _title(exams: Sequence[Exam], inputs: Sequence[Path]) -> str:
    if len(exams) == 1:
        return f"Fetal biometry: exam {exams[0].name}"
    if exams:
        return f"Fetal biometry: {len(exams)} exams"
    return f"Fetal biometry: {inputs[0].name if len(inputs) == 1 else f'{len(inputs)} images'}"


def _require_fitting(wanted: WantedFiles, models: Models) -> None:
    """Raise UsageError where the models cannot give what is wanted."""
    labels = [each.card.labels for each in models.answering]
    names = " and ".join(each.name for each in models.answering)
    if wanted.masks and not any(each.segments for each in labels):
        raise UsageError(
            f"--masks needs a model that gives masks, and {names} was trained for the task "
            f"{labels[0].task}",
            mend="Leave --masks out, or name another model by --weights",
        )
    if wanted.hc18_csv is not None and not any(map(_knows_heads, labels)):
        known = [name for each in labels for name in each.structures or each.points or each.classes]
        raise UsageError(
            f"--hc18-csv needs a model of heads, by masks or by the calipers ofd and bpd, and "
            f"{names} knows {', '.join(known)}",
            mend="Name another model by --weights",
        )


def _knows_heads(labels: LabelSchema) -> bool:
    if labels.segments:
        return "head" in labels.structures
    return "HC" in caliper_measures(labels.calipers).get("head", ())


def _table(path: Path, models: Models) -> PredictionCsv:
    """The table with columns for all that the models can give."""
    measures: list[str] = []
    classes: list[str] = []
    points: list[str] = []
    for labels in (each.card.labels for each in models.answering):
        measures += [name for each in labels.structures for name in measure_names(each)]
        between = [name for own in caliper_measures(labels.calipers).values() for name in own]
        measures += [points_column(name) if labels.segments else name for name in between]
        points += labels.points
        if labels.task == "classify":
            classes += labels.classes
    return PredictionCsv(path, measures, classes, points, planes=models.planes is not None)
