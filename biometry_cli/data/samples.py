"""One image of a data folder with what is known of it, and how a split's folder lists them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from biometry_cli.data.images import IMAGE_SUFFIXES
from biometry_cli.data.masks import MASK_SUFFIXES
from biometry_cli.data.tables import (
    LABELS_FILE,
    SPACING_FILE,
    Calibration,
    read_labels,
    read_spacing,
)
from biometry_cli.errors import DataError

Value = TypeVar("Value")

# How many file names an error lists before it only counts.
NAMES_SHOWN = 3
_ANNOTATION_FOLDERS = ("images", "masks")


@dataclass(frozen=True)
class Sample:
    """An image, its subject, its mask or label, and its calibration where known."""

    image: Path
    subject: str
    mask: Path | None = None
    label: str | None = None
    calibration: Calibration = field(default_factory=Calibration)


@dataclass(frozen=True)
class SplitFolder:
    """The samples below one folder, and what is wrong with them."""

    folder: Path
    samples: tuple[Sample, ...]
    problems: tuple[DataError, ...] = ()


def annotation_kinds(folder: Path) -> tuple[str, ...]:
    """Which annotations lie in a split's folder, in the order in which they are preferred."""
    kinds = []
    if (folder / "masks").is_dir():
        kinds.append("masks")
    if (folder / "landmarks.csv").is_file():
        kinds.append("landmarks")
    if (folder / LABELS_FILE).is_file() or class_folders(folder):
        kinds.append("labels")
    return tuple(kinds)


def class_folders(folder: Path) -> tuple[Path, ...]:
    """Folders that stand for a class: below ``images/``, or beside nothing else."""
    images = folder / "images"
    parent = images if images.is_dir() else folder
    if not parent.is_dir():
        return ()
    return tuple(
        each
        for each in sorted(parent.iterdir())
        if each.is_dir() and each.name not in _ANNOTATION_FOLDERS and list_images(each)
    )


def list_images(folder: Path) -> list[Path]:
    """Image files right inside ``folder``, by name; hidden files are passed over."""
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in IMAGE_SUFFIXES
        and not path.name.startswith(".")
        and path.is_file()
    )


def read_split_folder(folder: Path, *, want: str, subject_of: Callable[[str], str]) -> SplitFolder:
    """List a split's samples with the annotation ``want``: "masks" or "labels".

    Problems are collected, not raised, so that a check can report all of them.
    """
    problems: list[DataError] = []
    listed = want == "labels" and (folder / LABELS_FILE).is_file()
    by_class = class_folders(folder) if want == "labels" and not listed else ()
    labels: dict[str, str] = {}
    if listed:
        images = list_images(folder / "images")
        labels = _guarded(lambda: read_labels(folder / LABELS_FILE), problems)
        if not problems:
            _check_labels(folder, images, labels, problems)
    elif by_class:
        images = [image for each in by_class for image in list_images(each)]
    else:
        images = list_images(folder / "images")

    spacing: dict[str, Calibration] = {}
    if (folder / SPACING_FILE).is_file():
        spacing = _guarded(lambda: read_spacing(folder / SPACING_FILE), problems)
    masks = _masks_by_stem(folder / "masks", problems) if want == "masks" else {}
    if want == "masks":
        _check_masks(images, masks, problems)

    samples = tuple(
        Sample(
            image=image,
            subject=subject_of(image.stem),
            mask=masks.get(image.stem),
            label=image.parent.name if by_class else labels.get(image.name),
            calibration=spacing.get(image.name, Calibration()),
        )
        for image in images
    )
    return SplitFolder(folder, samples, tuple(problems))


def _guarded(read: Callable[[], dict[str, Value]], problems: list[DataError]) -> dict[str, Value]:
    try:
        return read()
    except DataError as error:
        problems.append(error)
        return {}


def _masks_by_stem(folder: Path, problems: list[DataError]) -> dict[str, Path]:
    masks: dict[str, Path] = {}
    if not folder.is_dir():
        problems.append(DataError("no such folder", where=folder, mend="Put the masks there"))
        return masks
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in MASK_SUFFIXES or path.name.startswith("."):
            continue
        if path.stem in masks:
            problems.append(
                DataError(
                    f"is a second mask beside {masks[path.stem].name}",
                    where=path,
                    mend="Keep one mask an image",
                )
            )
        masks[path.stem] = path
    return masks


def _check_masks(images: list[Path], masks: dict[str, Path], problems: list[DataError]) -> None:
    for stem, count in Counter(image.stem for image in images).items():
        if count > 1:
            problems.append(
                DataError(
                    f"{count} images are called {stem}",
                    where=images[0].parent,
                    mend="Give each image a stem of its own",
                )
            )
    for image in images:
        if image.stem not in masks:
            problems.append(
                DataError(
                    "has no mask of the same name in masks/",
                    where=image,
                    mend="Add the mask, or take the image out",
                )
            )


def _check_labels(
    folder: Path, images: list[Path], labels: dict[str, str], problems: list[DataError]
) -> None:
    names = {image.name for image in images}
    absent = [name for name in labels if name not in names]
    if absent:
        problems.append(
            DataError(
                f"names {_some(absent)}, which images/ does not hold",
                where=folder / LABELS_FILE,
                mend="Add the images, or take out the lines",
            )
        )
    unlabelled = [image.name for image in images if image.name not in labels]
    if unlabelled:
        problems.append(
            DataError(
                f"has no label for {_some(unlabelled)}",
                where=folder / LABELS_FILE,
                mend="Add the lines, or take out the images",
            )
        )


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:NAMES_SHOWN])
    rest = len(names) - NAMES_SHOWN
    return f"{shown} and {rest} more" if rest > 0 else shown
