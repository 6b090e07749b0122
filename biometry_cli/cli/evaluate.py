"""``biometry eval``."""

from pathlib import Path
from typing import Annotated

import typer

from biometry_cli.cli.options import (
    Assignments,
    Config,
    Device,
    DryRun,
    Json,
    Report,
    Spacing,
    Structures,
    Task,
    Threads,
    Weights,
)


def evaluate(
    data: Annotated[
        Path | None,
        typer.Argument(help="Dataset folder.", show_default="the data of the run"),
    ] = None,
    split: Annotated[str, typer.Option(help="train, val or test.")] = "test",
    weights: Weights = None,
    task: Task = None,
    structures: Structures = None,
    spacing: Spacing = None,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="Agreement for each value of a column of spacing.csv too, or of dice or flags.",
            show_default="all images together",
        ),
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option(help="Images that pass together.", show_default="8")
    ] = None,
    out_folder: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for the results.", show_default="eval/ of the run"),
    ] = None,
    report: Report = None,
    as_json: Json = False,
    device: Device = None,
    threads: Threads = None,
    config: Config = None,
    assignments: Assignments = None,
    dry_run: DryRun = False,
) -> None:
    """Compare a model's answers with the truth: overlap, distances, errors in mm."""
    from biometry_cli.cli.console import (
        gather,
        image_bar,
        print_json,
        print_settings,
        say,
        show,
        spacing_pair,
    )
    from biometry_cli.errors import UsageError

    resolved = gather(
        {
            "data.folder": data,
            "data.task": task,
            "data.structures": structures,
            "predict.weights": weights,
            "predict.spacing_mm": spacing,
            "predict.batch_size": batch_size,
            "device.name": device,
            "device.threads": threads,
        },
        assignments,
        config,
    )
    if split not in ("train", "val", "test"):
        raise UsageError(f"--split {split} is no split", mend="Take train, val or test")
    if dry_run:
        print_settings(resolved)
        return
    from biometry_cli.jobs.evaluate import evaluate_to_folder
    from biometry_cli.report.sheet.evaluation import evaluation_blocks

    done = evaluate_to_folder(
        resolved.settings,
        split,
        spacing_mm=spacing_pair(resolved.settings),
        out=out_folder,
        by=by,
        report=report,
        bar=image_bar,
    )
    if as_json:
        print_json(done.evaluation.model_dump_json(exclude={"cases"}))
        return
    show(evaluation_blocks(done.scores))
    say(f"written: {done.folder}")
