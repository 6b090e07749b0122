"""Image files -> gray pixels between 0 and 1.

Reads 1-, 8- and 16-bit gray, gray with alpha, RGB(A), CMYK, YCbCr and palette images. Colour
becomes luminance (Rec. 601); transparent pixels become black, as a scan's surround is. PNG
checksums are verified, which Pillow alone skips for pixel data.
"""

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from biometry_cli.errors import DataError

IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".gif", ".webp"})
_SIXTEEN_BIT_MODES = ("I;16", "I;16B", "I;16L", "I;16N", "I")
# What Pillow raises for damaged files of one kind or another.
_DAMAGE = (OSError, SyntaxError, ValueError, TypeError, EOFError, struct.error, zlib.error)

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Scan:
    """One picture as a reader gives it: ``pixels`` (H, W) float32, 0 to 1.

    Only file formats that carry a calibration of their own set ``spacing_mm`` (row, column). A
    reader of many pictures numbers them from 0, and says the time of each where it knows it.
    """

    pixels: FloatArray
    spacing_mm: tuple[float, float] | None = None
    number: int | None = None
    time_ms: float | None = None


def read_scan(path: Path) -> Scan:
    """Read one image file that holds one picture.

    Raises:
        DataError: missing, empty, not an image, truncated, damaged or with several frames.
    """
    (scan,) = read_pictures(read_content(path), path)
    return scan


def read_pictures(content: bytes, where: Path | str) -> Iterator[Scan]:
    """The pictures in the bytes of an image file: one, as long as several are refused.

    Raises:
        DataError: empty, not an image, truncated, damaged or with several frames.
    """
    image = decode_image(content, where)
    frames = getattr(image, "n_frames", 1)
    if frames > 1:
        raise DataError(
            f"holds {frames} frames", where=where, mend="Save the frame to be measured on its own"
        )
    yield Scan(_to_gray(image, where))


def read_content(path: Path) -> bytes:
    """The bytes of a file. Raises DataError where it is missing or cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError("no such file", where=path, mend="Check the path") from None
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", where=path) from None


def open_image(path: Path) -> Image.Image:
    """Read and fully decode an image file. Raises DataError as ``decode_image``."""
    return decode_image(read_content(path), path)


def decode_image(content: bytes, where: Path | str) -> Image.Image:
    """Fully decode the bytes of an image file; checksums are verified first.

    Raises:
        DataError: empty, not an image, truncated or damaged.
    """
    if not content:
        raise DataError("the file is empty (0 bytes)", where=where, mend="Copy it again")
    try:
        # Walks over all parts and their checksums; what it leaves cannot be decoded any more.
        Image.open(io.BytesIO(content)).verify()
        image = Image.open(io.BytesIO(content))
        image.load()
        # Walks through all frames, so that one that is cut off is found here.
        getattr(image, "n_frames", 1)
    except UnidentifiedImageError:
        raise DataError(
            "is not an image of a known kind",
            where=where,
            mend="Use PNG, JPEG, TIFF, BMP, GIF or WebP",
        ) from None
    except Image.DecompressionBombError as error:
        raise DataError(f"is too large ({error})", where=where) from None
    except _DAMAGE as error:
        raise DataError(_damage_text(error), where=where, mend="Copy or export it again") from None
    return image


def _damage_text(error: Exception) -> str:
    """What is wrong with a file, where Pillow's own words say it to a programmer."""
    told = str(error)
    if "checksum" in told:
        return "is damaged: a checksum in it fails"
    return "is truncated" if "truncated" in told.lower() else f"is truncated or damaged ({told})"


def _to_gray(image: Image.Image, where: Path | str) -> FloatArray:
    if image.mode in _SIXTEEN_BIT_MODES:
        # Pillow's own conversion to 8 bits saturates at 255, so 16 bits stay 16 bits.
        values = np.asarray(image).astype(np.float64)
        if values.min() < 0 or values.max() > 65535:
            raise DataError(
                f"its values {values.min():.0f} to {values.max():.0f} do not fit 16 bits",
                where=where,
                mend="Save it as 8- or 16-bit gray",
            )
        return (values / 65535.0).astype(np.float32)
    if image.mode in ("LAB", "HSV"):
        raise DataError(
            f"has the pixel mode {image.mode}, which no scan uses",
            where=where,
            mend="Save it as 8- or 16-bit gray",
        )
    if image.mode == "F":
        raise DataError(
            "holds floating-point pixels without a known range",
            where=where,
            mend="Save it as 8- or 16-bit gray",
        )
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        layered = image.convert("RGBA")
        black = Image.new("RGBA", layered.size, (0, 0, 0, 255))
        image = Image.alpha_composite(black, layered)
    elif image.mode == "P":
        image = image.convert("RGB")
    gray = np.asarray(image.convert("L"), dtype=np.float32)
    return gray / np.float32(255.0)
