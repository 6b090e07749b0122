"""Checks a data folder, or draws a synthetic one."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from biometry_cli.data.check import DataReport, check_dataset
from biometry_cli.data.layout import read_dataset
from biometry_cli.data.phantom.dataset import (
    write_exam,
    write_planes_dataset,
    write_segmentation_dataset,
)
from biometry_cli.data.phantom.planes import PLANES
from biometry_cli.errors import UsageError
from biometry_cli.files import making_folder
from biometry_cli.settings import Settings

Bar = Callable[[str, int], AbstractContextManager[Callable[[], None]]]
"""Shows a bar over so many images."""

_HELD_OUT = 0.15  # of the images, for validation and test each


def check_folder(folder: Path, settings: Settings, bar: Bar) -> DataReport:
    """Read every image and mask of a data folder, and report what is there and what is wrong.

    Raises:
        DataError: nothing that can be read as a data folder.
    """
    dataset = read_dataset(
        folder,
        task=settings.data.task,
        structures=settings.data.structures,
        seed=settings.train.seed,
        split_shares=settings.data.split_shares,
    )
    total = sum(len(samples) for samples in dataset.splits.values())
    with bar("checking images", total) as advance:
        return check_dataset(dataset, advance)


def draw_folder(folder: Path, *, images: int, seed: int, planes: bool, exam: bool, bar: Bar) -> str:
    """Draw synthetic scans with known truth into a new folder.

    Args:
        folder: the new folder.
        images: their number in all; an exam has eight.
        seed: the same seed draws the same.
        planes: whether to draw standard planes to classify instead of structures with masks.
        exam: whether to draw the planes of one fetus, to predict.
        bar: shows how far it is.

    Returns:
        The command that comes next.

    Raises:
        UsageError: both planes and an exam, or a folder that holds something.
    """
    if exam and planes:
        raise UsageError("--exam and --planes draw different folders", mend="Give one of the two")
    drawing = bar("drawing scans", len(PLANES) if exam else images)
    with making_folder(folder) as new, drawing as advance:
        if exam:
            write_exam(new, seed=seed, on_image=advance)
            return f"biometry predict {folder} --exam --planes PLANES_MODEL --weights MODEL"
        held_out = round(images * _HELD_OUT)
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
    return f"biometry train {folder}"
