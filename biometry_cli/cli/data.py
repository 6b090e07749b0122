"""``biometry data``: check a data folder, import a public one, or draw a synthetic one."""

from pathlib import Path
from typing import Annotated

import typer

from biometry_cli.cli.data_import import import_data
from biometry_cli.cli.options import Assignments, Config, Json, Structures, Task

app = typer.Typer(
    no_args_is_help=True, help="Check a data folder, import a public one, or draw a synthetic one."
)


@app.command("check")
def check(
    data: Annotated[Path, typer.Argument(help="Dataset folder.", show_default=False)],
    task: Task = None,
    structures: Structures = None,
    as_json: Json = False,
    config: Config = None,
    assignments: Assignments = None,
) -> None:
    """Read every image and mask, and report what is there and what is wrong."""
    from biometry_cli.cli.console import gather, image_bar, print_json, show
    from biometry_cli.errors import DataError
    from biometry_cli.jobs.data import check_folder
    from biometry_cli.report.sheet.data import check_sheet

    flags = {"data.task": task, "data.structures": structures}
    report = check_folder(data, gather(flags, assignments, config).settings, image_bar)
    if as_json:
        print_json(report.model_dump_json())
    else:
        show(check_sheet(report))
    if report.errors:
        raise typer.Exit(DataError.exit_code)


app.command("import")(import_data)


@app.command("demo")
def demo(
    folder: Annotated[Path, typer.Argument(help="New folder.", show_default=False)],
    planes: Annotated[
        bool, typer.Option("--planes", help="Eight standard planes to classify, no masks.")
    ] = False,
    exam: Annotated[
        bool,
        typer.Option(
            "--exam", help="One fetus to predict: eight images SEED_PLANE.png, spacing.csv."
        ),
    ] = False,
    images: Annotated[
        int,
        typer.Option(min=24, max=100_000, help="Number of images in all; an exam has eight."),
    ] = 240,
    seed: Annotated[int, typer.Option(min=0, help="Seed; the same seed draws the same.")] = 0,
) -> None:
    """Draw synthetic scans with known truth: head, abdomen and femur; eight planes; or an exam."""
    from biometry_cli.cli.console import image_bar, say
    from biometry_cli.jobs.data import draw_folder

    following = draw_folder(
        folder, images=images, seed=seed, planes=planes, exam=exam, bar=image_bar
    )
    say(f"written: {folder}", f"next:    {following}")
