"""``biometry demo``."""

from pathlib import Path
from typing import Annotated

import typer


def demo(
    folder: Annotated[
        Path, typer.Argument(help="New folder for the data, the run and the results.")
    ] = Path("biometry-demo"),
    seconds: Annotated[
        int | None,
        typer.Option(
            min=10,
            max=3600,
            help="End training after so many seconds, learned or not.",
            show_default="30 epochs, however long they take",
        ),
    ] = None,
) -> None:
    """Do the whole line on synthetic scans: draw, train, eval, predict, export."""
    from biometry_cli.jobs.demo import run_demo
    from biometry_cli.report.consoles import err, out

    run_demo(folder, None if seconds is None else seconds / 60, out(), err())
