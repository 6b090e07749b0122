"""``biometry predict``."""

from typing import Annotated

import typer

from biometry_cli.cli.options import (
    FETUS,
    Age,
    Assignments,
    Config,
    Csv,
    Device,
    DryRun,
    Hc18Csv,
    Json,
    LastPeriod,
    Masks,
    OutFolder,
    Overlay,
    Report,
    ScanDate,
    Spacing,
    Threads,
    Weights,
)


def predict(
    images: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="IMAGES...",
            help="Files, folders, patterns such as 'scans/*.png', or - for a list on stdin.",
            show_default=False,
        ),
    ] = None,
    weights: Weights = None,
    spacing: Spacing = None,
    exam: Annotated[
        bool, typer.Option("--exam", help="Treat all images as one fetus.", rich_help_panel=FETUS)
    ] = False,
    group_by: Annotated[
        str | None,
        typer.Option(
            metavar="REGEX",
            help="An exam for each name that this finds in the files' stems.",
            show_default=False,
            rich_help_panel=FETUS,
        ),
    ] = None,
    choice: Annotated[
        str | None,
        typer.Option(
            help="Value of an exam from several images: best or median.",
            show_default="best",
            rich_help_panel=FETUS,
        ),
    ] = None,
    keep_unlike: Annotated[
        bool,
        typer.Option(
            "--keep-unlike",
            help="Let an exam use images unlike the training images.",
            rich_help_panel=FETUS,
        ),
    ] = False,
    age: Age = None,
    lmp: LastPeriod = None,
    scan_date: ScanDate = None,
    out_folder: OutFolder = None,
    overlay: Overlay = False,
    masks: Masks = False,
    csv: Csv = None,
    hc18_csv: Hc18Csv = None,
    report: Report = None,
    as_json: Json = False,
    batch_size: Annotated[
        int | None, typer.Option(help="Images that pass together.", show_default="8")
    ] = None,
    device: Device = None,
    threads: Threads = None,
    config: Config = None,
    assignments: Assignments = None,
    dry_run: DryRun = False,
) -> None:
    """Find structures in scans, measure them, and say what the sizes mean for the fetus."""
    from biometry_cli.cli.console import gather, print_settings, spacing_pair

    resolved = gather(
        {
            "predict.weights": weights,
            "predict.spacing_mm": spacing,
            "predict.batch_size": batch_size,
            "predict.exam_choice": choice,
            "predict.keep_unlike": True if keep_unlike else None,
            "device.name": device,
            "device.threads": threads,
        },
        assignments,
        config,
    )
    if dry_run:
        print_settings(resolved)
        return
    from biometry_cli.cli.answers import print_answers
    from biometry_cli.jobs.calc import known_age
    from biometry_cli.jobs.predict import ExamPlan, PredictionJob
    from biometry_cli.jobs.prediction_files import WantedFiles

    job = PredictionJob(
        resolved.settings,
        images or [],
        spacing_mm=spacing_pair(resolved.settings),
        wanted=WantedFiles(out_folder, overlay, masks, csv, hc18_csv, report),
        age=known_age(age, lmp, scan_date),
        plan=ExamPlan(group_by) if exam or group_by is not None else None,
    )
    print_answers(job, as_json=as_json)
