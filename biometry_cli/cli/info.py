"""``biometry info``."""

from pathlib import Path
from typing import Annotated

import typer

from biometry_cli.cli.options import Json


def info(
    model: Annotated[
        Path | None,
        typer.Argument(
            help="Model file (.safetensors, .onnx) or run folder.", show_default="the latest run"
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Print what a model file says of itself."""
    from biometry_cli.bundle import read_card
    from biometry_cli.cli.console import gather, print_json
    from biometry_cli.report.consoles import out
    from biometry_cli.report.sheet.model import card_sheet
    from biometry_cli.report.terminal import render
    from biometry_cli.runs import find_weights

    settings = gather({"predict.weights": model}).settings
    card = read_card(find_weights(settings.predict.weights, settings.train.runs_folder))
    if as_json:
        # The arrays of the appearance are for programs that load the model, not for a reader.
        arrays = {"quantiles", "deviation", "mean", "axes", "variances"}
        print_json(
            card.model_dump_json(
                exclude={"calibration": {"appearance": {"image": arrays, "network": arrays}}}
            )
        )
        return
    out().print(render(card_sheet(card)))
