"""``eval``: settle model and data, evaluate, and leave tables and pictures in a folder."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from biometry_cli.data.layout import Dataset, read_dataset
from biometry_cli.data.masks import read_mask
from biometry_cli.errors import UsageError
from biometry_cli.evaluation.agreement import RESAMPLES
from biometry_cli.evaluation.evaluate import evaluate, require_fit, sources_of
from biometry_cli.files import make_folder, replacing, require_writable
from biometry_cli.inference.predictor import Predictor, Reading, load
from biometry_cli.report.cases import draw_case, pick_cases
from biometry_cli.report.confusion import write_confusion
from biometry_cli.report.tabular import write_cases, write_metrics
from biometry_cli.results.evaluation import Case, Evaluation
from biometry_cli.runs import find_weights, latest_run, run_of
from biometry_cli.settings import Settings
from biometry_cli.sources import resolve_settings

Bar = Callable[[str, int], AbstractContextManager[Callable[[], None]]]


@dataclass(frozen=True)
class EvaluationFolder:
    """An evaluation and the folder that holds its files."""

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
) -> EvaluationFolder:
    """Evaluate a model over a split and write ``cases.csv``, ``metrics.json`` and pictures.

    Args:
        settings: weights, data folder (the run's when not set), batch size and device.
        split: "train", "val" or "test".
        spacing_mm: (row, column) that stands above the data's own.
        out: folder for the files; ``eval/SPLIT`` of the run when None.
        bar: makes a progress bar from a description and a total.
        by: column whose values part the images into strata, as in ``evaluate``.

    Raises:
        ModelFileError, DataError, UsageError: as their messages say.
    """
    weights = find_weights(settings.predict.weights, settings.train.runs_folder)
    predictor = load(weights, device=settings.device.name, threads=settings.device.threads)
    folder = out or _default_folder(weights, split)
    require_writable(folder)
    dataset = _dataset(settings, predictor, weights)
    require_fit(predictor, dataset)
    if dataset.problems:
        raise dataset.problems[0]
    with bar("evaluating", len(dataset.split(split))) as advance:
        evaluation = evaluate(
            predictor,
            dataset,
            split,
            spacing_mm=spacing_mm,
            batch_size=settings.predict.batch_size,
            resamples=RESAMPLES,
            by=by,
            on_image=advance,
        )
    make_folder(folder)
    write_cases(folder / "cases.csv", evaluation)
    write_metrics(folder / "metrics.json", evaluation)
    _draw_cases(folder, evaluation, predictor, dataset, spacing_mm)
    if evaluation.confusion_matrix is not None:
        write_confusion(folder / "confusion.png", evaluation)
    return EvaluationFolder(evaluation, folder)


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
        task=settings.data.task or card.task,
        structures=structures,
        # The splits that training drew, so that no image learned from is tested on.
        seed=card.training.seed,
        split_shares=card.training.split_shares,
        known_labels=card.labels,
    )


def _default_folder(weights: Path, split: str) -> Path:
    run = run_of(weights)
    if run is not None and weights == run.model:
        return run.evaluation(split)
    return weights.parent / "eval" / f"{split}-{weights.name}"


def _draw_cases(
    folder: Path,
    evaluation: Evaluation,
    predictor: Predictor,
    dataset: Dataset,
    spacing_mm: tuple[float, float] | None,
) -> None:
    """Worst, median and best case, side by side with the truth."""
    segments = evaluation.task == "segment"
    metric = "dice" if segments else "probability_of_label"
    samples = {str(sample.image): sample for sample in dataset.split(evaluation.split)}
    for rank, case in pick_cases(evaluation.cases, metric).items():
        sample = samples[case.file]
        reading = next(predictor.readings(sources_of([sample], spacing_mm)))
        if not isinstance(reading, Reading):
            raise reading.error
        truth = None
        if sample.mask is not None and segments:
            truth = read_mask(sample.mask, dataset.labels.structures, dataset.coding)
        with replacing(folder / f"{rank}.png") as temporary:
            draw_case(reading, truth, _title(rank, case, metric)).save(temporary)


def _title(rank: str, case: Case, metric: str) -> str:
    name = Path(case.file).name
    value = case.values.get(metric)
    figure = f"{value:.3f}" if isinstance(value, float) else "none"
    if metric == "dice":
        return f"{rank}: {name}, Dice {figure}"
    return f"{rank}: {name}, truth {case.values['label']}, called {case.values['predicted']}"
