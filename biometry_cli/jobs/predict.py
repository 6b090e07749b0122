"""``predict`` over many files: answers one by one, files written as it goes."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from biometry_cli.bundle import ModelCard
from biometry_cli.errors import BiometryError
from biometry_cli.files import make_folder, replacing, require_writable
from biometry_cli.inference.predictor import Failure, Predictor, Reading, load, with_spacing
from biometry_cli.jobs.inputs import expand_inputs, output_stems
from biometry_cli.measure.structures import measure_names
from biometry_cli.report.overlay import draw_overlay, mask_image
from biometry_cli.report.tabular import PredictionCsv
from biometry_cli.results.prediction import ErrorDetail, FailedFile, Prediction
from biometry_cli.runs import find_weights
from biometry_cli.settings import Settings


class PredictionJob:
    """Everything is checked when the job is made; ``run`` then answers file by file.

    Args:
        settings: weights, batch size and device.
        inputs: as the user names them.
        spacing_mm: (row, column) for all images; None looks for a ``spacing.csv``.
        out: folder for pictures.
        overlay, masks: which pictures.
        csv: table to write.

    Raises:
        ModelFileError: no usable model.
        UsageError: nothing named, masks of a classifier, or an unwritable place.
        DataError: a folder or pattern without images, or an unusable ``spacing.csv``.
    """

    def __init__(
        self,
        settings: Settings,
        inputs: list[str],
        *,
        spacing_mm: tuple[float, float] | None = None,
        out: Path | None = None,
        overlay: bool = False,
        masks: bool = False,
        csv: Path | None = None,
    ) -> None:
        for folder in [place for place in (out, csv and csv.parent) if place is not None]:
            require_writable(folder)
        weights = find_weights(settings.predict.weights, settings.train.runs_folder)
        self._predictor: Predictor = load(
            weights, device=settings.device.name, threads=settings.device.threads
        )
        self._batch_size = settings.predict.batch_size
        self._files = expand_inputs(inputs)
        self._sources = with_spacing(self._files, spacing_mm)
        self._out = None if out is None else make_folder(out)
        self._overlay, self._masks, self._csv = overlay, masks, csv

    def run(self) -> Iterator[Prediction | FailedFile]:
        """Answer every file in order; a failed one gives its error in its place.

        Raises:
            UsageError: a result that cannot be written.
        """
        stems = output_stems(self._files) if self._out is not None else [""] * len(self._files)
        with ExitStack() as stack:
            table = None
            if self._csv is not None:
                measures, classes = _columns(self._predictor.card)
                table = stack.enter_context(PredictionCsv(self._csv, measures, classes))
            readings = self._predictor.readings(self._sources, self._batch_size)
            for stem, reading in zip(stems, readings, strict=True):
                answer = _answer(reading)
                if isinstance(reading, Reading):
                    self._draw(reading, stem)
                if table is not None:
                    table.add(answer)
                yield answer

    def _draw(self, reading: Reading, stem: str) -> None:
        if self._out is None:
            return
        if self._overlay:
            with replacing(self._out / f"{stem}_overlay.png") as temporary:
                draw_overlay(reading).save(temporary)
        if self._masks and reading.masks is not None:
            with replacing(self._out / f"{stem}_mask.png") as temporary:
                mask_image(reading.masks.mask).save(temporary)


def failed_file(file: Path, error: BiometryError) -> FailedFile:
    """An error as a result."""
    detail = ErrorDetail(code=error.code, message=error.paragraph())
    return FailedFile(file=str(file), error=detail)


def _answer(reading: Reading | Failure) -> Prediction | FailedFile:
    if isinstance(reading, Failure):
        return failed_file(reading.file, reading.error)
    return reading.prediction


def _columns(card: ModelCard) -> tuple[list[str], list[str]]:
    if card.task == "classify":
        return [], list(card.labels.classes)
    return [name for each in card.labels.structures for name in measure_names(each)], []
