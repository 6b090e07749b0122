"""Images to answer, and how large their pixels are."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from biometry_cli.data.tables import spacing_beside
from biometry_cli.errors import DataError

FloatArray = npt.NDArray[np.float32]
Spacing = tuple[float, float]


@dataclass(frozen=True)
class Source:
    """One image to predict. ``spacing_mm`` (row, column) stands above what the file says."""

    file: Path
    spacing_mm: Spacing | None = None


def with_spacing(files: Iterable[Path], spacing_mm: Spacing | None) -> list[Source]:
    """Sources for files: the given spacing, else that of the ``spacing.csv`` beside each.

    Raises:
        DataError: a ``spacing.csv`` that cannot be used.
    """
    if spacing_mm is not None:
        return [Source(file, spacing_mm) for file in files]
    tables: dict[Path, dict[str, Spacing | None]] = {}
    sources = []
    for file in files:
        if file.parent not in tables:
            tables[file.parent] = {
                name: calibration.spacing_mm for name, calibration in spacing_beside(file).items()
            }
        sources.append(Source(file, tables[file.parent].get(file.name)))
    return sources


def as_gray(image: npt.NDArray[np.generic]) -> FloatArray:
    """Gray pixels (H, W): uint8, uint16, or floats from 0 to 1 -> float32, 0 to 1.

    Raises:
        DataError: pixels of another shape, type or range.
    """
    if image.ndim != 2 or image.size == 0:
        raise DataError(
            f"an array of shape {image.shape} is no gray image", mend="Give pixels (height, width)"
        )
    pixels: FloatArray = image.astype(np.float32)
    if image.dtype == np.uint8:
        return pixels / np.float32(255)
    if image.dtype == np.uint16:
        return pixels / np.float32(65535)
    if image.dtype.kind != "f" or not (pixels.min() >= 0 and pixels.max() <= 1):
        raise DataError(
            f"an array of {image.dtype} is not understood as gray",
            mend="Give uint8, uint16, or floats from 0 to 1",
        )
    return pixels
