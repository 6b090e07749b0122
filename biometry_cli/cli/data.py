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
    from biometry_cli.cli.console import gather, print_json
    from biometry_cli.data.check import check_dataset
    from biometry_cli.data.layout import read_dataset
    from biometry_cli.errors import DataError
    from biometry_cli.report.consoles import err, out
    from biometry_cli.report.progress import image_bar
    from biometry_cli.report.sheet.data import check_sheet
    from biometry_cli.report.terminal import render

    flags = {"data.task": task, "data.structures": structures}
    settings = gather(flags, assignments, config).settings
    dataset = read_dataset(
        data,
        task=settings.data.task,
        structures=settings.data.structures,
        seed=settings.train.seed,
        split_shares=settings.data.split_shares,
    )
    total = sum(len(samples) for samples in dataset.splits.values())
    with image_bar("checking images", total, err()) as advance:
        report = check_dataset(dataset, advance)
    if as_json:
        print_json(report.model_dump_json())
    else:
        out().print(render(check_sheet(report)))
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
    from biometry_cli.data.phantom.dataset import (
        write_exam,
        write_planes_dataset,
        write_segmentation_dataset,
    )
    from biometry_cli.data.phantom.planes import PLANES
    from biometry_cli.errors import UsageError
    from biometry_cli.files import making_folder
    from biometry_cli.report.consoles import err, out
    from biometry_cli.report.progress import image_bar

    if exam and planes:
        raise UsageError("--exam and --planes draw different folders", mend="Give one of the two")
    if exam:
        bar = image_bar("drawing scans", len(PLANES), err())
        with making_folder(folder) as new, bar as advance:
            write_exam(new, seed=seed, on_image=advance)
        out().print(f"written: {folder}", soft_wrap=True)
        out().print(
            f"next:    biometry predict {folder} --exam --planes PLANES_MODEL --weights MODEL",
            soft_wrap=True,
        )
        return
    held_out = round(images * 0.15)
    with making_folder(folder) as new, image_bar("drawing scans", images, err()) as advance:
        if planes:
            each = max(1, round(held_out / len(PLANES)))
            write_planes_dataset(
                new,
                train_per_class=max(1, images // len(PLANES) - 2 * each),
                val_per_class=each,
                test_per_class=each,
                seed=seed,
                on_image=advance,
            )
        else:
            write_segmentation_dataset(
                new,
                train=images - 2 * held_out,
                val=held_out,
                test=held_out,
                seed=seed,
                on_image=advance,
            )
    out().print(f"written: {folder}", soft_wrap=True)
    out().print(f"next:    biometry train {folder}", soft_wrap=True)
