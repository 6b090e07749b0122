"""Whole data folders of synthetic scans, in the layout that every command reads.

Each image has its own generator, keyed by seed, split and number, so each split of a longer data
set begins with the images of a shorter one, and the same seed writes the same bytes.
"""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import tomli_w
from PIL import Image

from biometry_cli.data.phantom.growth import sample_fetus
from biometry_cli.data.phantom.planes import PLANES, PlaneScan, draw_plane
from biometry_cli.data.phantom.scan import STRUCTURES, Phantom, Structure, draw_phantom
from biometry_cli.errors import UsageError
from biometry_cli.files import make_folder, replacing, write_text

MEASURES = ("hc_mm", "bpd_mm", "ofd_mm", "ac_mm", "fl_mm")
CALIPERS = ("ofd", "bpd", "tad", "apad", "fl")
SPLITS = ("train", "val", "test")


def write_segmentation_dataset(
    folder: Path,
    *,
    train: int,
    val: int,
    test: int,
    seed: int,
    on_image: Callable[[], None] | None = None,
) -> None:
    """Write head, abdomen and femur scans with masks, caliper points, pixel sizes and measures.

    Every fetus gives one image of each structure, all of its own size; the part of a file name
    before ``_`` names the fetus, and no fetus is in two splits.

    Args:
        folder: where to write; it must be new or empty.
        train, val, test: images in each split, rounded up to whole fetuses of three images. A
            split of 0 gets no folder.
        seed: 0 or more; equal seeds write equal bytes.
        on_image: called after each image, for a progress bar.

    Raises:
        UsageError: the folder holds something or cannot be written, or a number is negative.
    """
    sizes = _checked_sizes(folder, (train, val, test), seed)
    first_fetus = 0
    for split_index, (split, images) in enumerate(zip(SPLITS, sizes, strict=True)):
        fetuses = -(-images // len(STRUCTURES))
        rows: list[list[str]] = []
        points: list[list[str]] = []
        for number in range(fetuses):
            for structure in STRUCTURES:
                phantom = _phantom_of_fetus(structure, (seed, split_index, number))
                name = f"{first_fetus + number:04d}_{structure}.png"
                _write_png(folder / split / "images" / name, phantom.pixels)
                _write_png(folder / split / "masks" / name, phantom.mask)
                rows.append(_truth_row(name, phantom))
                points.append([name, *_point_cells(phantom)])
                if on_image is not None:
                    on_image()
        if rows:
            _write_csv(folder / split / "spacing.csv", _TRUTH_HEADER, rows)
            columns = [f"{name}_{axis}" for name in _point_names() for axis in "xy"]
            _write_csv(folder / split / "landmarks.csv", ("filename", *columns), points)
        first_fetus += fetuses
    _write_description(folder, "segment", ("background", *STRUCTURES))


def write_planes_dataset(
    folder: Path,
    *,
    train_per_class: int,
    val_per_class: int,
    test_per_class: int,
    seed: int,
    on_image: Callable[[], None] | None = None,
) -> None:
    """Write scans of the eight standard planes with labels, pixel sizes and true measures.

    The files are numbered in an order that says nothing about their planes; every image is of
    another fetus. Thorax, cervix and "other" have a pixel size and no measure.

    Args:
        folder: where to write; it must be new or empty.
        train_per_class, val_per_class, test_per_class: images of each plane in each split. A
            split of 0 gets no folder.
        seed: 0 or more; equal seeds write equal bytes.
        on_image: called after each image, for a progress bar.

    Raises:
        UsageError: the folder holds something or cannot be written, or a number is negative.
    """
    sizes = _checked_sizes(folder, (train_per_class, val_per_class, test_per_class), seed)
    first_number = 0
    for split_index, (split, per_class) in enumerate(zip(SPLITS, sizes, strict=True)):
        labels: list[list[str]] = []
        truth: list[list[str]] = []
        for round_index in range(per_class):
            shuffle_rng = np.random.default_rng([seed, split_index, round_index, _SHUFFLE])
            for plane in shuffle_rng.permutation(PLANES).tolist():
                key = [seed, split_index, round_index, PLANES.index(plane), _OF_PLANES]
                name = f"{first_number + len(labels):04d}.png"
                scan = draw_plane(plane, np.random.default_rng(key))
                _write_png(folder / split / "images" / name, scan.pixels)
                labels.append([name, plane])
                truth.append(_truth_row(name, scan))
                if on_image is not None:
                    on_image()
        if labels:
            _write_csv(folder / split / "labels.csv", ("filename", "label"), labels)
            _write_csv(folder / split / "spacing.csv", _TRUTH_HEADER, truth)
        first_number += len(labels)
    _write_description(folder, "classify", PLANES)


def write_exam(folder: Path, *, seed: int, on_image: Callable[[], None] | None = None) -> None:
    """Write one exam: a scan of each of the eight planes of one fetus, and ``spacing.csv``.

    ``SEED_PLANE.png`` tells the reader what was drawn; the table has pixel size and true measures.

    Args:
        folder: where to write; it must be new or empty.
        seed: 0 or more; of the fetus and all else. No data set holds this fetus.
        on_image: called after each image, for a progress bar.

    Raises:
        UsageError: the folder holds something or cannot be written, or the seed is negative.
    """
    _checked_sizes(folder, (0, 0, 0), seed)
    key = [seed, 0, 0]
    fetus = sample_fetus(np.random.default_rng([*key, len(PLANES), _OF_EXAM]))
    truth = []
    for number, plane in enumerate(PLANES):
        name = f"{seed:04d}_{plane}.png"
        scan = draw_plane(plane, np.random.default_rng([*key, number, _OF_EXAM]), fetus=fetus)
        _write_png(folder / name, scan.pixels)
        truth.append(_truth_row(name, scan))
        if on_image is not None:
            on_image()
    _write_csv(folder / "spacing.csv", _TRUTH_HEADER, truth)


_TRUTH_HEADER = ("filename", "pixel_size_mm", *MEASURES)
_SHUFFLE = len(PLANES)
_SIZES = len(STRUCTURES)
"""Last number of the generators' keys where no plane or structure stands there."""
_OF_PLANES, _OF_EXAM = 1, 2
"""Fifth number of the keys whose scans must differ from those of the measuring data set. (Numpy
fills keys of fewer than four numbers with zeros, so a shorter key would not do.)"""


def _truth_row(name: str, scan: Phantom | PlaneScan) -> list[str]:
    known = (scan.measures_mm.get(measure) for measure in MEASURES)
    measures = ["" if value is None else f"{value:.4f}" for value in known]
    return [name, f"{scan.spacing_mm:.4f}", *measures]


def _phantom_of_fetus(structure: Structure, key: tuple[int, int, int]) -> Phantom:
    """One scan of the fetus that ``key`` (seed, split, number) stands for."""
    fetus = sample_fetus(np.random.default_rng([*key, _SIZES]))
    rng = np.random.default_rng([*key, STRUCTURES.index(structure)])
    return draw_phantom(
        structure, rng, size_mm=fetus.size_mm(structure), axis_ratio=fetus.axis_ratio(structure)
    )


def _point_names() -> list[str]:
    return [f"{caliper}_{end}" for caliper in CALIPERS for end in (1, 2)]


def _point_cells(phantom: Phantom) -> list[str]:
    """x and y of every caliper end, empty for those of structures that the scan does not show."""
    cells = []
    for name in _point_names():
        point = phantom.points_px.get(name)
        cells += ["", ""] if point is None else [f"{place:.2f}" for place in point]
    return cells


def _checked_sizes(folder: Path, sizes: tuple[int, int, int], seed: int) -> tuple[int, int, int]:
    if min(*sizes, seed) < 0:
        raise UsageError(
            f"the numbers of images {sizes} and the seed {seed} must be 0 or more",
            mend="Give whole numbers from 0",
        )
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(
            "the folder is not empty",
            where=folder,
            mend="Name a new or empty folder, or remove what is in this one",
        )
    make_folder(folder)
    return sizes


def _write_png(path: Path, pixels: npt.NDArray[np.uint8]) -> None:
    with replacing(path) as temporary:
        Image.fromarray(pixels).save(temporary, format="PNG")


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    write_text(path, text.getvalue())


def _write_description(folder: Path, task: str, classes: Sequence[str]) -> None:
    description = {"task": task, "classes": list(classes)}
    write_text(folder / "dataset.toml", tomli_w.dumps(description))
