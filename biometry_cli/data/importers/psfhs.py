"""The PSFHS challenge: pubic symphysis and fetal head in intrapartum scans, not calibrated.

    SRC/image_mha/NNNNN.mha     a gray scan, stored with three equal channels
    SRC/label_mha/NNNNN.mha     0 background, 1 pubic symphysis, 2 fetal head

Zenodo 10969427. Which scans show the same woman is not published.
"""

import re
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from biometry_cli.data.declaration import Declaration
from biometry_cli.data.importers.metaimage import MetaImage, read_metaimage
from biometry_cli.data.importers.plan import Evidence, Item, Left, Pixels, Plan
from biometry_cli.data.importers.points import LeaveOut
from biometry_cli.data.tables import Calibration
from biometry_cli.errors import DataError

IMAGES, LABELS = "image_mha", "label_mha"
CLASSES = ("background", "pubic_symphysis", "fetal_head")
# Neighbouring numbers are frames that look alike; about so many of them count as one subject.
BLOCK = 25
FEWEST_BLOCKS = 7  # fewer could not be dealt out near to 70, 15 and 15 %


def read(source: Path) -> Plan:
    """Find out what an unpacked PSFHS folder holds.

    Raises:
        DataError: ``image_mha/`` and ``label_mha/`` are missing.
    """
    root = _find(source)
    scans, masks = _by_stem(root / IMAGES), _by_stem(root / LABELS)
    left = [Left(path.name, "a label without its scan") for stem, path in masks.items()
            if stem not in scans]  # fmt: skip
    usable: list[tuple[str, Calibration]] = []
    for stem, scan in scans.items():
        try:
            usable.append((stem, _check_pair(scan, masks.get(stem))))
        except LeaveOut as reason:
            left.append(Left(scan.name, str(reason)))
    blocks = min(len(usable), max(FEWEST_BLOCKS, round(len(usable) / BLOCK)))
    items = tuple(
        Item(
            name=f"{stem}.png",
            subject=f"block{number * blocks // len(usable) + 1:03d}",
            image=partial(_read_gray, scans[stem]),
            mask=partial(_read_labels, masks[stem]),
            calibration=calibration,
        )
        for number, (stem, calibration) in enumerate(usable)
    )
    notes = [
        f"subjects are not published: scans of neighbouring numbers look alike, so {blocks} blocks "
        "of them count as one subject each"
    ]
    if any(item.calibration.spacing_mm is None for item in items):
        notes.append("no pixel size: the files state none, or 1, which stands for unknown")
    return Plan(items, Declaration(classes=CLASSES), tuple(left), tuple(notes))


def recognise(source: Path) -> Evidence | None:
    """Whether both folders are there."""
    root = _root(source)
    return None if root is None else Evidence(f"{IMAGES}/ beside {LABELS}/")


def _root(source: Path) -> Path | None:
    """The folder that holds both folders: the source, or one right below it."""
    below = sorted(source.iterdir()) if source.is_dir() else []
    for root in (source, *below):
        if (root / IMAGES).is_dir() and (root / LABELS).is_dir():
            return root
    return None


def _find(source: Path) -> Path:
    root = _root(source)
    if root is not None:
        return root
    raise DataError(
        f"is not a PSFHS folder: it holds no {IMAGES}/ beside {LABELS}/",
        where=source,
        mend=f"Name the folder that holds {IMAGES}/NNNNN.mha and {LABELS}/NNNNN.mha",
    )


def _by_stem(folder: Path) -> dict[str, Path]:
    """The files by stem, in the order of their numbers."""
    found = [
        path
        for path in folder.iterdir()
        if path.suffix.lower() in (".mha", ".mhd") and not path.name.startswith(".")
    ]
    return {path.stem: path for path in sorted(found, key=_number)}


def _number(path: Path) -> tuple[int, str]:
    digits = re.search(r"\d+", path.stem)
    return int(digits.group()) if digits else -1, path.stem


def _check_pair(scan: Path, mask: Path | None) -> Calibration:
    """The pixel size. Raises LeaveOut where the pair cannot be used."""
    if mask is None:
        raise LeaveOut("no label")
    try:
        image = read_metaimage(scan)
        shape = _gray(image, scan).shape
    except DataError as error:
        raise LeaveOut(f"the scan {error.what}") from None
    try:
        labels = _read_labels(mask)
    except DataError as error:
        raise LeaveOut(f"its label {error.what}") from None
    if labels.shape != shape:
        raise LeaveOut("its label has another size")
    return _calibration(image)


def _read_gray(path: Path) -> Pixels:
    return _gray(read_metaimage(path), path)


def _gray(image: MetaImage, path: Path) -> Pixels:
    """Luminance (H, W) of a gray scan, or of three channels that stand last or first."""
    pixels = image.pixels
    if pixels.dtype != np.uint8:
        raise DataError(f"has pixels of {pixels.dtype}, not of 8 bits", where=path)
    if pixels.ndim == 4 and pixels.shape[0] == 1:
        pixels = pixels[0]  # one slice of a volume
    if pixels.ndim == 3 and pixels.shape[-1] != 3 and pixels.shape[0] == 3:
        pixels = np.moveaxis(pixels, 0, -1)
    if pixels.ndim == 2:
        return pixels.astype(np.uint8)
    if pixels.ndim != 3 or pixels.shape[-1] != 3:
        raise DataError(f"has the shape {pixels.shape}, neither gray nor RGB", where=path)
    return np.asarray(Image.fromarray(np.ascontiguousarray(pixels, np.uint8)).convert("L"))


def _read_labels(path: Path) -> Pixels:
    values: npt.NDArray[np.generic] = read_metaimage(path).pixels
    if values.ndim == 3 and values.shape[0] == 1:
        values = values[0]
    if values.ndim != 2:
        raise DataError(f"has the shape {values.shape}, not one value a pixel", where=path)
    stray = np.setdiff1d(values, np.arange(len(CLASSES)))
    if stray.size:
        raise DataError(f"holds the value {stray[0]}, which is not 0, 1 or 2", where=path)
    return values.astype(np.uint8)


def _calibration(image: MetaImage) -> Calibration:
    spacing = image.spacing
    if spacing is None:
        return Calibration()
    # A third dimension of channels stands before or after x and y; its own spacing means nothing.
    first = 1 if len(spacing) == 3 and image.pixels.shape[-1] == 3 else 0
    column_mm, row_mm = spacing[first], spacing[first + 1]
    return Calibration() if column_mm == row_mm == 1 else Calibration((row_mm, column_mm))
