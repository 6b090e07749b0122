"""One image of a data folder with what is known of it, and how a split's folder lists them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from biometry_cli.data.calibrations import Calibrations
from biometry_cli.data.images import IMAGE_SUFFIXES
from biometry_cli.data.landmarks import LANDMARKS_FILE, LandmarkTable, Points, read_landmarks
from biometry_cli.data.masks import MASK_SUFFIXES
from biometry_cli.data.names import misfit, some
from biometry_cli.data.tables import LABELS_FILE, Calibration, read_labels
from biometry_cli.errors import DataError
from biometry_cli.marks import is_drawn
from biometry_cli.names import valid

Value = TypeVar("Value")

_ANNOTATION_FOLDERS = ("images", "masks")


@dataclass(frozen=True)
class Sample:
    """An image, its subject, its mask, label or landmarks, and its calibration where known.

    ``points`` are x, y in pixels of the image by name, None for one that is not visible.
    """

    image: Path
    subject: str
    mask: Path | None = None
    label: str | None = None
    points: Points | None = None
    calibration: Calibration = field(default_factory=Calibration)


@dataclass(frozen=True)
class SplitFolder:
    """The samples below one folder, the names of their landmarks, and what is wrong with them.

    ``notes`` are oddities that leave the data usable; ``warnings`` deserve a look.
    """

    folder: Path
    samples: tuple[Sample, ...]
    point_names: tuple[str, ...] = ()
    problems: tuple[DataError, ...] = ()
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def annotation_kinds(folder: Path) -> tuple[str, ...]:
    """Which annotations lie in a split's folder, in the order in which they are preferred."""
    kinds = []
    if (folder / "masks").is_dir():
        kinds.append("masks")
    if (folder / LANDMARKS_FILE).is_file():
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


def read_split_folder(
    folder: Path,
    *,
    want: tuple[str, ...],
    subject_of: Callable[[str], str],
    declared_points: tuple[str, ...] = (),
) -> SplitFolder:
    """List a split's samples with the annotations in ``want``: "masks", "landmarks", "labels".

    Problems are collected, not raised, so that a check can report all of them.
    """
    problems: list[DataError] = []
    listed = "labels" in want and (folder / LABELS_FILE).is_file()
    by_class = class_folders(folder) if "labels" in want and not listed else ()
    listed_images = [
        image for each in by_class or (folder / "images",) for image in list_images(each)
    ]
    images = [image for image in listed_images if not is_drawn(image)]
    drawn = len(listed_images) - len(images)
    labels: dict[str, str] = {}
    if listed:
        labels = _guarded(lambda: read_labels(folder / LABELS_FILE), {}, problems)
        if not problems:
            _check_listed(folder / LABELS_FILE, images, tuple(labels), problems)

    calibrations = Calibrations(folder, images, problems)
    notes = list(calibrations.notes)
    if drawn:
        notes.append(f"{folder}: {drawn} pictures that biometry drew are passed over")
    masks = _masks_by_stem(folder / "masks", problems) if "masks" in want else {}
    if "masks" in want:
        _check_masks(images, masks, problems)
    table = LandmarkTable()
    if "landmarks" in want:
        path = folder / LANDMARKS_FILE
        table = _guarded(lambda: read_landmarks(path, declared_points), table, problems)
        if table.points:
            _check_listed(path, images, tuple(table.points), problems)
        notes += _notes_on(table, path)

    samples = tuple(
        Sample(
            image=image,
            subject=subject_of(image.stem),
            mask=masks.get(image.stem),
            label=valid(image.parent.name) if by_class else labels.get(image.name),
            points=table.points.get(image.name),
            calibration=calibrations.of(image),
        )
        for image in images
    )
    return SplitFolder(
        folder,
        samples,
        table.names,
        tuple(problems),
        tuple(notes),
        tuple(calibrations.warnings),
    )


def _notes_on(table: LandmarkTable, path: Path) -> list[str]:
    if not table.one_ended:
        return []
    filename, caliper = table.one_ended[0]
    return [
        f"{path}: {len(table.one_ended)} calipers have one end alone and are left out, such as "
        f"{caliper} of {filename}"
    ]


def _guarded(read: Callable[[], Value], otherwise: Value, problems: list[DataError]) -> Value:
    try:
        return read()
    except DataError as error:
        problems.append(error)
        return otherwise


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


def _check_listed(
    table: Path, images: list[Path], listed: tuple[str, ...], problems: list[DataError]
) -> None:
    """Note the images that a table does not list, and the lines without an image."""
    found = misfit(listed, [image.name for image in images])
    hint = found.hint()
    if found.lines:
        problems.append(
            DataError(
                f"names {some(found.lines)}, which images/ does not hold{hint}",
                where=table,
                mend="Add the images, or take out the lines"
                if not hint
                else "Name each image as its file is named",
            )
        )
    if found.images:
        problems.append(
            DataError(
                f"has no line for {some(found.images)}",
                where=table,
                mend="Add the lines, or take out the images",
            )
        )
