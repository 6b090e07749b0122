"""``biometry predict``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from biometry_cli.cli.options import (
    FILES,
    Age,
    Assignments,
    Choice,
    Config,
    Device,
    DryRun,
    Exam,
    GroupBy,
    Json,
    KeepUnlike,
    LastPeriod,
    Measuring,
    OutFolder,
    Planes,
    ScanDate,
    Spacing,
    Threads,
    offering,
)
from biometry_cli.jobs.writers.catalog import WRITERS, Output, flag


def _option(name: str, output: Output) -> Any:
    kind: type = bool if output.into == "folder" else Path
    option = typer.Option(
        flag(name),
        help=output.help,
        metavar=output.metavar,
        show_default=False,
        rich_help_panel=FILES,
    )
    return Annotated[kind | None, option]


@offering({name: _option(name, output) for name, output in WRITERS.items()})
def predict(
    images: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="IMAGES...",
            help="Files, folders, patterns such as 'scans/*.png', or - for a list on stdin.",
            show_default=False,
        ),
    ] = None,
    weights: Measuring = None,
    planes: Planes = None,
    spacing: Spacing = None,
    exam: Exam = False,
    group_by: GroupBy = None,
    choice: Choice = None,
    keep_unlike: KeepUnlike = False,
    age: Age = None,
    lmp: LastPeriod = None,
    scan_date: ScanDate = None,
    out_folder: OutFolder = None,
    as_json: Json = False,
    batch_size: Annotated[
        int | None, typer.Option(help="Images that pass together.", show_default="8")
    ] = None,
    device: Device = None,
    threads: Threads = None,
    config: Config = None,
    assignments: Assignments = None,
    dry_run: DryRun = False,
    **outputs: Path | bool | None,
) -> None:
    """Find structures in scans, measure them, and say what the sizes mean for the fetus."""
    from biometry_cli.cli.console import gather, print_settings, spacing_pair

    resolved = gather(
        {
            # Models named by flags replace all that other places name.
            "predict.weights": weights[0] if weights else None,
            "predict.more_weights": weights[1:] if weights else None,
            "predict.planes": planes,
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
    from biometry_cli.jobs.outputs import wanted_outputs
    from biometry_cli.jobs.predict import ExamPlan, settle

    job = settle(
        resolved.settings,
        images or [],
        spacing_mm=spacing_pair(resolved.settings),
        wanted=wanted_outputs(outputs, out_folder),
        age=known_age(age, lmp, scan_date),
        plan=ExamPlan(group_by) if exam or group_by is not None else None,
    )
    print_answers(job, as_json=as_json)
