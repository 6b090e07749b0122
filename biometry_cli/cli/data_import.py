"""``biometry data import``."""

from pathlib import Path
from typing import Annotated

import typer

from biometry_cli.cli.options import Json
from biometry_cli.data.importers.catalog import CATALOG


def import_data(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help=f"{', '.join([*CATALOG][:-1])} or {[*CATALOG][-1]}.",
            show_default=False,
        ),
    ],
    source: Annotated[
        Path, typer.Argument(metavar="SRC", help="The data set as shipped.", show_default=False)
    ],
    destination: Annotated[
        Path | None, typer.Argument(metavar="DST", help="New dataset folder.", show_default=False)
    ] = None,
    link: Annotated[
        bool, typer.Option("--link", help="Link images and masks to SRC; copy none.")
    ] = False,
    seed: Annotated[
        int, typer.Option(min=0, help="Seed of the split, where SRC has none of its own.")
    ] = 0,
    color: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=RRGGBB",
            help="A structure's colour in masks-rgb; may be repeated.",
            show_default="by area",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Turn a public data set into a dataset folder; what cannot be used is counted and left.

    With SRC and DST alone, or the kind auto, SRC is recognised by its names and headers.
    """
    import shlex

    from biometry_cli.cli.console import image_bar, print_json, say, show
    from biometry_cli.data.importers.catalog import CATALOG
    from biometry_cli.errors import UsageError
    from biometry_cli.jobs.import_data import AUTO, import_data
    from biometry_cli.report.consoles import err
    from biometry_cli.report.progress import spinner
    from biometry_cli.report.sheet.data import import_sheet

    if destination is None:
        if kind in (AUTO, *CATALOG) and not Path(kind).exists():
            raise UsageError("Missing argument 'DST'", mend="Name a new dataset folder last")
        kind, source, destination = AUTO, Path(kind), source
    report = import_data(
        kind,
        source,
        destination,
        link=link,
        seed=seed,
        colors=color or [],
        wait=lambda description: spinner(description, err()),
        bar=image_bar,
    )
    if as_json:
        print_json(report.model_dump_json())
    else:
        show(import_sheet(report))
        say(f"next: biometry data check {shlex.quote(report.folder)}")
