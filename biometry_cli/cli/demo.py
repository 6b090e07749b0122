"""``biometry demo``."""

from pathlib import Path
from typing import Annotated

import typer


def demo(
    folder: Annotated[
        Path, typer.Argument(help="New folder for the data, the run and the results.")
    ] = Path("biometry-demo"),
    seconds: Annotated[
        int, typer.Option(min=10, max=3600, help="Time for training, in seconds.")
    ] = 75,
) -> None:
    """Do the whole line on synthetic scans: draw, train, eval, predict, export."""
    from biometry_cli.jobs.demo import run_demo
    from biometry_cli.report.consoles import err, out

    run_demo(folder, seconds / 60, out(), err())
