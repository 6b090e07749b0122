"""A frame: one picture to be answered, with all that is known of it.

A file holds one frame or many. Readers take bytes, so that a file is opened once, whatever then
needs its content or its hash, and so that bytes may come from anywhere. Only ``read_frames``
touches the file system.
"""

import hashlib
import importlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from biometry_cli.data.images import IMAGE_SUFFIXES, Scan, gray_of_words, read_content
from biometry_cli.data.tables import spacing_beside
from biometry_cli.errors import BiometryError, DataError

FloatArray = npt.NDArray[np.float32]
Reader = Callable[[bytes, Path | str], Iterator[Scan]]

_PICTURES = "biometry_cli.data.images:read_pictures"
READERS: dict[str, str] = dict.fromkeys(sorted(IMAGE_SUFFIXES), _PICTURES)
"""What reads a file, "module:function", by its suffix in lower case; a further format is a file
and a line. ``read_pictures`` also tries a file with a suffix that is not listed."""


@dataclass(frozen=True)
class FrameRef:
    """Which frame: of a ``source`` as its user names it, the ``number`` from 0; None for the only
    one. It prints as ``clip.dcm#12``, or plainly the source."""

    source: str
    number: int | None = None

    def __str__(self) -> str:
        return self.source if self.number is None else f"{self.source}#{self.number}"


@dataclass(frozen=True)
class Spacing:
    """Pixel size in mm, and where it comes from."""

    row_mm: float
    column_mm: float
    origin: str = "given"

    @property
    def pair(self) -> tuple[float, float]:
        """(row, column) in mm."""
        return self.row_mm, self.column_mm


@dataclass(frozen=True)
class Frame:
    """One picture.

    Attributes:
        ref: which one.
        pixels: (H, W) float32, 0 to 1.
        spacing: pixel size, where known.
        subject: whom it shows, where the source says so.
        time_ms: since its source's first frame.
        remarks: what its reader has to say of it.
        sha256, size_bytes: of the file's bytes; None for pixels that came from no file.
    """

    ref: FrameRef
    pixels: FloatArray
    spacing: Spacing | None = None
    subject: str | None = None
    time_ms: float | None = None
    remarks: tuple[str, ...] = ()
    sha256: str | None = None
    size_bytes: int | None = None


@dataclass(frozen=True)
class Source:
    """A file to read; ``spacing`` stands above what the file says."""

    file: Path
    spacing: Spacing | None = None


@dataclass(frozen=True)
class Failure:
    """An input that could not be read, and why."""

    file: Path
    error: BiometryError


def with_spacing(
    files: Iterable[Path], spacing_mm: tuple[float, float] | None = None
) -> list[Source]:
    """Sources for files: the given spacing (row, column), else that of a ``spacing.csv``.

    Raises:
        DataError: a ``spacing.csv`` that cannot be used.
    """
    if spacing_mm is not None:
        return [Source(file, Spacing(*spacing_mm)) for file in files]
    tables: dict[Path, dict[str, Spacing]] = {}
    sources = []
    for file in files:
        if file.parent not in tables:
            tables[file.parent] = {
                name: Spacing(*calibration.spacing_mm, origin=str(table))
                for name, (calibration, table) in spacing_beside(file).items()
                if calibration.spacing_mm is not None
            }
        sources.append(Source(file, tables[file.parent].get(file.name)))
    return sources


def read_frames(sources: Iterable[Source]) -> Iterator[Frame | Failure]:
    """All frames of all files in order; a file that cannot be read gives a Failure in its place."""
    for source in sources:
        try:
            content = read_content(source.file)
            yield from parse_frames(content, source.file, source.spacing)
        except BiometryError as error:
            yield Failure(source.file, error)


def parse_frames(
    content: bytes, name: Path | str, spacing: Spacing | None = None
) -> Iterator[Frame]:
    """The frames in the bytes of a file.

    Args:
        content: the whole file.
        name: of the file; its suffix chooses the reader.
        spacing: stands above what the file says.

    Raises:
        DataError: content that the reader refuses.
    """
    digest = hashlib.sha256(content).hexdigest()
    for scan in _reader(Path(name).suffix.lower())(content, name):
        told = scan.spacing_mm and Spacing(*scan.spacing_mm, origin=str(name))
        yield Frame(
            ref=FrameRef(str(name), scan.number),
            pixels=scan.pixels,
            spacing=spacing or told,
            time_ms=scan.time_ms,
            remarks=scan.remarks,
            sha256=digest,
            size_bytes=len(content),
        )


def frame_of(pixels: npt.NDArray[np.generic], spacing: Spacing | None = None) -> Frame:
    """Pixels from memory as a frame: uint8, uint16, or floats from 0 to 1, (H, W).

    Raises:
        DataError: pixels of another shape, type or range.
    """
    gray, remarks = as_gray(pixels)
    return Frame(FrameRef("array"), gray, spacing, remarks=remarks)


def as_gray(image: npt.NDArray[np.generic]) -> tuple[FloatArray, tuple[str, ...]]:
    """Gray pixels (H, W): uint8, uint16, or floats from 0 to 1 -> float32, 0 to 1, and remarks.

    Raises:
        DataError: pixels of another shape, type or range.
    """
    if image.ndim != 2 or image.size == 0:
        raise DataError(
            f"an array of shape {image.shape} is no gray image", mend="Give pixels (height, width)"
        )
    pixels: FloatArray = image.astype(np.float32)
    if image.dtype == np.uint8:
        return pixels / np.float32(255), ()
    if image.dtype == np.uint16:
        return gray_of_words(image.astype(np.int64))
    if image.dtype.kind != "f" or not (pixels.min() >= 0 and pixels.max() <= 1):
        raise DataError(
            f"an array of {image.dtype} is not understood as gray",
            mend="Give uint8, uint16, or floats from 0 to 1",
        )
    return pixels, ()


def _reader(suffix: str) -> Reader:
    module, _, name = READERS.get(suffix, _PICTURES).partition(":")
    found: Reader = getattr(importlib.import_module(module), name)
    return found
