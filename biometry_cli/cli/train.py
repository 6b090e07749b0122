"""``biometry train``."""

from pathlib import Path
from typing import Annotated

import typer

from biometry_cli.cli.options import (
    LEARNING,
    RUN,
    Assignments,
    Config,
    Device,
    DryRun,
    Structures,
    Task,
    Threads,
)


def train(
    data: Annotated[
        Path | None,
        typer.Argument(help="Dataset folder with train/, val/ and test/.", show_default=False),
    ] = None,
    task: Task = None,
    structures: Structures = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="Network of `biometry models`, or timm:NAME.", show_default="unet or plane-resnet"
        ),
    ] = None,
    width: Annotated[
        float | None,
        typer.Option(help="Multiplies the network's filters.", show_default="the network's own"),
    ] = None,
    pretrained: Annotated[
        bool | None,
        typer.Option(
            "--pretrained",
            help="Start a network of timm with weights that timm downloads.",
            show_default=False,
        ),
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(help="Budget in epochs.", show_default="30", rich_help_panel=LEARNING),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(help="Budget in minutes, instead of epochs.", rich_help_panel=LEARNING),
    ] = None,
    batch_size: Annotated[
        int | None,
        typer.Option(help="Images in a step.", show_default="8", rich_help_panel=LEARNING),
    ] = None,
    learning_rate: Annotated[
        float | None,
        typer.Option(help="Highest learning rate.", show_default="0.003", rich_help_panel=LEARNING),
    ] = None,
    patience: Annotated[
        int | None,
        typer.Option(
            help="Stop after so many epochs without a better validation; 0 never.",
            show_default="0",
            rich_help_panel=LEARNING,
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Seed.", show_default="0", rich_help_panel=LEARNING)
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(help="Run name.", show_default="date and network", rich_help_panel=RUN),
    ] = None,
    runs_folder: Annotated[
        Path | None,
        typer.Option(help="Folder of all runs.", show_default="runs", rich_help_panel=RUN),
    ] = None,
    save_every: Annotated[
        int | None,
        typer.Option(
            help="Keep a model file every so many epochs; 0 keeps the best alone.",
            show_default="0",
            rich_help_panel=RUN,
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Go on with the run of --name, or the latest, with its own settings.",
            rich_help_panel=RUN,
        ),
    ] = False,
    device: Device = None,
    threads: Threads = None,
    config: Config = None,
    assignments: Assignments = None,
    dry_run: DryRun = False,
) -> None:
    """Learn from images with masks or labels; leaves a run folder with the model."""
    from biometry_cli.cli.console import gather, print_settings, show

    flags = {
        "data.folder": data,
        "data.task": task,
        "data.structures": structures,
        "model.name": model,
        "model.width": width,
        "model.pretrained": pretrained,
        "train.epochs": epochs,
        "train.minutes": minutes,
        "train.batch_size": batch_size,
        "train.learning_rate": learning_rate,
        "train.patience_epochs": patience,
        "train.seed": seed,
        "train.name": name,
        "train.runs_folder": runs_folder,
        "train.save_every": save_every,
        "device.name": device,
        "device.threads": threads,
    }
    resolved = gather(flags, assignments, config)
    run = None
    if resume:
        from biometry_cli.runs import find_run

        run = find_run(resolved.settings.train.runs_folder, name)
        resolved = gather(flags, assignments, config, base=run.settings)
    if dry_run:
        print_settings(resolved)
        return
    from biometry_cli.jobs.train import train as run_training
    from biometry_cli.report.consoles import err
    from biometry_cli.report.progress import RichWatcher
    from biometry_cli.report.sheet.blocks import facts

    with RichWatcher(err()) as watcher:
        trained = run_training(resolved.settings, watcher, run)
    show([facts(trained.facts(), "trained")])
