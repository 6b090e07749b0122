"""``eval``: settle model and data, evaluate, and leave tables and pictures in a folder."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from biometry_cli.data.layout import Dataset, read_dataset
from biometry_cli.errors import UsageError
from biometry_cli.evaluation.agreement import RESAMPLES
from biometry_cli.evaluation.evaluate import evaluate, require_fit
from biometry_cli.evaluation.flat import flat
from biometry_cli.files import require_writable
from biometry_cli.inference.predictor import Predictor, load
from biometry_cli.jobs.evaluation_files import EvaluationFiles, require_free_folder
from biometry_cli.jobs.writers.writer import require_page
from biometry_cli.results.evaluation import Evaluation
from biometry_cli.results.scores import SplitScores
from biometry_cli.runs import find_weights, latest_run, run_of
from biometry_cli.settings import Settings
from biometry_cli.sources import resolve_settings
from biometry_cli.targets import require_free

Bar = Callable[[str, int], AbstractContextManager[Callable[[], None]]]


@dataclass(frozen=True)
class EvaluationFolder:
    """An evaluation, as it was found and as it is published, and the folder of its files."""

    scores: SplitScores
    evaluation: Evaluation
    folder: Path


def evaluate_to_folder(
    settings: Settings,
    split: str,
    *,
    spacing_mm: tuple[float, float] | None,
    out: Path | None,
    bar: Bar,
    by: str | None = None,
    report: Path | None = None,
) -> EvaluationFolder:
    """Evaluate a model over a split and write its files, as in ``EvaluationFiles``.

    Args:
        settings: weights, data folder (the run's when not set), batch size and device.
        split: "train", "val" or "test".
        spacing_mm: (row, column) that stands above the data's own.
        out: folder for the files; ``eval/SPLIT`` of the run when None.
        bar: makes a progress bar from a description and a total.
        by: column whose values part the images into strata, as in ``evaluate``.
        report: page to write.

    Raises:
        ModelFileError, DataError, UsageError: as their messages say.
    """
    weights = find_weights(settings.predict.weights, settings.train.runs_folder)
    predictor = load(weights, device=settings.device.name, threads=settings.device.threads)
    folder = out or _default_folder(weights, split)
    require_writable(folder)
    require_free_folder(folder, predictor.card.labels)
    if report is not None:
        from biometry_cli.report.page.page import is_page

        require_page(report)
        require_free(report, is_page, "report")
    dataset = _dataset(settings, predictor, weights)
    require_fit(predictor, dataset)
    if dataset.problems:
        raise dataset.problems[0]
    with bar("evaluating", len(dataset.split(split))) as advance:
        scores = evaluate(
            predictor,
            dataset,
            split,
            spacing_mm=spacing_mm,
            batch_size=settings.predict.batch_size,
            resamples=RESAMPLES,
            by=by,
            on_image=advance,
        )
    run = run_of(weights)
    history = run.history if run is not None and run.history.is_file() else None
    evaluation = flat(scores)
    files = EvaluationFiles(
        scores, evaluation, predictor, dataset, settings, spacing_mm=spacing_mm, history=history
    )
    files.write_folder(folder)
    if report is not None:
        files.write_report(report)
    return EvaluationFolder(scores, evaluation, folder)


def _dataset(settings: Settings, predictor: Predictor, weights: Path) -> Dataset:
    card = predictor.card
    folder, structures = settings.data.folder, settings.data.structures
    if folder is None:
        run = run_of(weights) or latest_run(settings.train.runs_folder)
        # The run's own names for the mask's classes hold for the run's own data.
        trained = resolve_settings({}, base=run.settings, environment={}).settings.data
        folder = trained.folder
        structures = structures or trained.structures
    if folder is None:
        raise UsageError("no data folder is known", mend="Call `biometry eval DATA`")
    return read_dataset(
        folder,
        task=settings.data.task or card.labels.task,
        structures=structures,
        # The splits that training drew, so that no image learned from is tested on.
        seed=card.training.seed,
        split_shares=card.training.split_shares,
        members=card.training.membership,
        known_labels=card.labels,
    )


def _default_folder(weights: Path, split: str) -> Path:
    run = run_of(weights)
    if run is not None and weights == run.model:
        return run.evaluation(split)
    return weights.parent / "eval" / f"{split}-{weights.name}"
