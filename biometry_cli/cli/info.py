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
    from biometry_cli.cli.console import gather, print_json, show
    from biometry_cli.report.sheet.model import card_sheet
    from biometry_cli.runs import find_weights

    settings = gather({"predict.weights": model}).settings
    card = read_card(find_weights(settings.predict.weights, settings.train.runs_folder))
    if as_json:
        print_json(card.told_json())
        return
    show(card_sheet(card))
