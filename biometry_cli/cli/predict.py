"""``biometry predict``."""

from pathlib import Path
from typing import Annotated

import typer

from biometry_cli.cli.options import (
    Assignments,
    Config,
    Device,
    DryRun,
    Json,
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
    out_folder: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for overlays and masks.", show_default=False),
    ] = None,
    overlay: Annotated[
        bool, typer.Option("--overlay", help="Write STEM_overlay.png into --out.")
    ] = False,
    masks: Annotated[
        bool, typer.Option("--masks", help="Write STEM_mask.png (class indices) into --out.")
    ] = False,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Write one line an image.", show_default=False)
    ] = None,
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
    """Find structures in scans and measure them."""
    from biometry_cli.cli.console import gather, print_settings, spacing_pair
    from biometry_cli.errors import PARTIAL_EXIT_CODE, DataError, UsageError

    resolved = gather(
        {
            "predict.weights": weights,
            "predict.spacing_mm": spacing,
            "predict.batch_size": batch_size,
            "device.name": device,
            "device.threads": threads,
        },
        assignments,
        config,
    )
    if dry_run:
        print_settings(resolved)
        return
    if (overlay or masks) and out_folder is None:
        raise UsageError("--overlay and --masks need a folder", mend="Add --out DIR")
    if out_folder is not None and not (overlay or masks):
        raise UsageError("--out alone writes nothing", mend="Add --overlay or --masks")
    from biometry_cli.jobs.predict import PredictionJob
    from biometry_cli.report.consoles import err, out
    from biometry_cli.report.tables import prediction_table
    from biometry_cli.results.prediction import FailedFile

    job = PredictionJob(
        resolved.settings,
        images or [],
        spacing_mm=spacing_pair(resolved.settings),
        out=out_folder,
        overlay=overlay,
        masks=masks,
        csv=csv,
    )
    failed: list[FailedFile] = []
    answered = 0
    for answer in job.run():
        if as_json:
            typer.echo(answer.model_dump_json())
        elif not isinstance(answer, FailedFile):
            out().print(prediction_table(answer))
        if isinstance(answer, FailedFile):
            failed.append(answer)
            err().print(f"Error: {answer.error.message}", style="red", soft_wrap=True)
        else:
            answered += 1
    if failed:
        err().print(f"{len(failed)} of {answered + len(failed)} images could not be answered.")
        raise typer.Exit(PARTIAL_EXIT_CODE if answered else DataError.exit_code)
