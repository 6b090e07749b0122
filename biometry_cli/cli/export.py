"""``biometry export``."""

from pathlib import Path
from typing import Annotated

import typer

from biometry_cli.cli.options import Assignments, Config, DryRun, Weights


def export(
    weights: Weights = None,
    file_format: Annotated[
        str | None, typer.Option("--format", help="File format.", show_default="onnx")
    ] = None,
    out_file: Annotated[
        Path | None,
        typer.Option("--out", help="File to write.", show_default="model.onnx beside the weights"),
    ] = None,
    config: Config = None,
    assignments: Assignments = None,
    dry_run: DryRun = False,
) -> None:
    """Write the model as ONNX, kept only if it is proved equal to the original."""
    from biometry_cli.cli.console import gather, print_settings, show

    resolved = gather(
        {"predict.weights": weights, "export.format": file_format}, assignments, config
    )
    if dry_run:
        print_settings(resolved)
        return
    from biometry_cli.export.onnx import export_onnx
    from biometry_cli.report.consoles import err
    from biometry_cli.report.sheet.blocks import facts

    with err().status("exporting"):
        done = export_onnx(resolved.settings, out_file)
    show([facts(done.facts(), "exported")])
