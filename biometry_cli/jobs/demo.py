"""The whole line on scans that the product draws itself: what ``biometry demo`` does."""

from pathlib import Path

from rich.console import Console
from rich.text import Text

from biometry_cli.data.phantom.dataset import write_segmentation_dataset
from biometry_cli.errors import UsageError
from biometry_cli.export.onnx import export_onnx
from biometry_cli.files import making_folder
from biometry_cli.jobs.evaluate import evaluate_to_folder
from biometry_cli.jobs.predict import ExamPlan, settle
from biometry_cli.jobs.train import train
from biometry_cli.report.progress import RichWatcher, image_bar
from biometry_cli.report.sheet.blocks import facts
from biometry_cli.report.sheet.evaluation import evaluation_blocks
from biometry_cli.report.sheet.exam import exam_sheet
from biometry_cli.report.terminal import render
from biometry_cli.settings import Settings
from biometry_cli.sources import resolve_settings

# A quarter of the 30 validation fetuses choose the model, the others are enough for intervals.
_IMAGES = {"train": 150, "val": 90, "test": 36}
# Enough to measure within a few percent, whatever the machine: a slow one takes longer, and ends
# with the same model. See demo's figures in the README.
_EPOCHS = 30
_VALIDATE_EVERY = 5


def run_demo(folder: Path, minutes: float | None, out: Console, err: Console) -> None:
    """Draw, train, evaluate, predict one scan and export, printing each step's result.

    Args:
        folder: a new folder for all that is written.
        minutes: time for training; a fixed number of epochs when None.
        out: where results go.
        err: where progress goes.

    Raises:
        UsageError: the folder exists and holds something.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError("exists already", where=folder, mend="Name a new folder")
    data = folder / "data"
    _heading(out, 1, f"draw {sum(_IMAGES.values())} synthetic scans", f"biometry data demo {data}")
    bar = image_bar("drawing scans", sum(_IMAGES.values()), err)
    with making_folder(data) as new, bar as advance:
        write_segmentation_dataset(new, **_IMAGES, seed=0, on_image=advance)

    settings = _settings(folder, data, minutes)
    budget = f"--epochs {_EPOCHS}" if minutes is None else f"--minutes {minutes:g}"
    _heading(out, 2, "learn from them", f"biometry train {data} {budget}")
    with RichWatcher(err) as watcher:
        trained = train(settings, watcher)
    out.print(render([facts(trained.facts(), "trained")]))

    _heading(out, 3, "compare with the truth", "biometry eval --split test")
    done = evaluate_to_folder(
        settings,
        "test",
        spacing_mm=None,
        out=None,
        bar=lambda description, total: image_bar(description, total, err),
    )
    out.print(render(evaluation_blocks(done.scores)))
    out.print(f"written: {done.folder}", soft_wrap=True)

    images = data / "test" / "images"
    fetus = min(images.glob("*_head.png")).stem.partition("_")[0]
    pictures, report = folder / "exam", folder / "exam" / "report.html"
    pattern = str(images / f"{fetus}_*.png")
    _heading(out, 4, "examine one fetus", f"biometry predict '{pattern}' --exam --report {report}")
    wanted = {"overlay": pictures, "masks": pictures, "report": report}
    for result in settle(settings, [pattern], wanted=wanted, plan=ExamPlan()).exams():
        out.print(render(exam_sheet(result.exam)), "")
    out.print(f"written: {pictures}", soft_wrap=True)

    _heading(out, 5, "export, and prove it equal", "biometry export")
    out.print(render([facts(export_onnx(settings, None).facts(), "exported")]))


def _settings(folder: Path, data: Path, minutes: float | None) -> Settings:
    by_epochs = {"train.epochs": _EPOCHS, "train.validate_every": _VALIDATE_EVERY}
    flags = {
        "data.folder": data,
        **(by_epochs if minutes is None else {"train.minutes": minutes}),
        "train.runs_folder": folder / "runs",
        "train.name": "demo",
    }
    # The demo is the same everywhere: no settings file or variable of the place it runs in.
    return resolve_settings(flags, environment={}, folder=folder).settings


def _heading(out: Console, step: int, title: str, command: str) -> None:
    out.print()
    out.rule(Text(f"{step}/5 {title}", style="bold"), align="left")
    out.print(command, style="dim", soft_wrap=True)
