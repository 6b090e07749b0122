"""Image files -> gray pixels between 0 and 1.

Reads 1-, 8- and 16-bit gray, gray with alpha, RGB(A), CMYK, YCbCr and palette images. Colour
becomes luminance (Rec. 601); transparent pixels become black, as a scan's surround is. PNG
checksums are verified, which Pillow alone skips for pixel data.
"""

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from biometry_cli.errors import DataError

IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".gif", ".webp"})
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SIXTEEN_BIT_MODES = ("I;16", "I;16B", "I;16L", "I;16N", "I")
# What Pillow raises for damaged files of one kind or another.
_DAMAGE = (OSError, SyntaxError, ValueError, TypeError, EOFError, struct.error, zlib.error)

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Scan:
    """One image as read: ``pixels`` (H, W) float32, 0 to 1; ``spacing_mm`` (row, column) if known.

    Only file formats that carry a calibration of their own set ``spacing_mm``.
    """

    pixels: FloatArray
    spacing_mm: tuple[float, float] | None = None


def read_scan(path: Path) -> Scan:
    """Read one image file.

    Raises:
        DataError: missing, empty, not an image, truncated, damaged or with several frames.
    """
    image = open_image(path)
    frames = getattr(image, "n_frames", 1)
    if frames > 1:
        raise DataError(
            f"holds {frames} frames", where=path, mend="Save the frame to be measured on its own"
        )
    return Scan(_to_gray(image, path))


def open_image(path: Path) -> Image.Image:
    """Open and fully decode an image file; checksums are verified first.

    Raises:
        DataError: missing, empty, not an image, truncated or damaged.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise DataError("no such file", where=path, mend="Check the path") from None
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", where=path) from None
    if not content:
        raise DataError("the file is empty (0 bytes)", where=path, mend="Copy it again")
    if content.startswith(_PNG_SIGNATURE):
        _verify_png(content, path)
    try:
        image = Image.open(path)
        image.load()
        # Walks through all frames, so that one that is cut off is found here.
        getattr(image, "n_frames", 1)
    except UnidentifiedImageError:
        raise DataError(
            "is not an image of a known kind",
            where=path,
            mend="Use PNG, JPEG, TIFF, BMP, GIF or WebP",
        ) from None
    except Image.DecompressionBombError as error:
        raise DataError(f"is too large ({error})", where=path) from None
    except _DAMAGE as error:
        raise DataError(
            f"is truncated or damaged ({error})", where=path, mend="Copy or export it again"
        ) from None
    return image


def _verify_png(content: bytes, path: Path) -> None:
    """Check every chunk's CRC-32 and that the file ends with IEND (PNG specification, part 5)."""
    position = len(_PNG_SIGNATURE)
    while position + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, position)
        end = position + 12 + length
        kind = content[position + 4 : position + 8]
        if end > len(content):
            break
        (expected,) = struct.unpack_from(">I", content, end - 4)
        if zlib.crc32(content[position + 4 : end - 4]) != expected:
            raise DataError(
                f"is damaged: the checksum of its {kind.decode('latin-1')} part fails",
                where=path,
                mend="Copy or export it again",
            )
        if kind == b"IEND":
            return
        position = end
    raise DataError("is truncated", where=path, mend="Copy or export it again")


def _to_gray(image: Image.Image, path: Path) -> FloatArray:
    if image.mode in _SIXTEEN_BIT_MODES:
        # Pillow's own conversion to 8 bits saturates at 255, so 16 bits stay 16 bits.
        values = np.asarray(image).astype(np.float64)
        if values.min() < 0 or values.max() > 65535:
            raise DataError(
                f"its values {values.min():.0f} to {values.max():.0f} do not fit 16 bits",
                where=path,
                mend="Save it as 8- or 16-bit gray",
            )
        return (values / 65535.0).astype(np.float32)
    if image.mode in ("LAB", "HSV"):
        raise DataError(
            f"has the pixel mode {image.mode}, which no scan uses",
            where=path,
            mend="Save it as 8- or 16-bit gray",
        )
    if image.mode == "F":
        raise DataError(
            "holds floating-point pixels without a known range",
            where=path,
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
