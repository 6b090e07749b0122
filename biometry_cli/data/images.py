"""Image files -> gray pixels between 0 and 1, as a person sees them.

Reads 1-, 8- and 16-bit gray, gray with alpha, RGB(A), CMYK, YCbCr and palette images. Colour
becomes luminance (Rec. 601); transparent pixels become black, as a scan's surround is. What a file
says of its orientation is followed, as every viewer does. PNG checksums are verified, which Pillow
alone skips for pixel data.
"""

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from biometry_cli.errors import DataError
from biometry_cli.marks import kind_of_png

IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".gif", ".webp"})
# A viewer shows a picture whose EXIF is damaged, and so is it read.
warnings.filterwarnings("ignore", "Corrupt EXIF data", UserWarning)

_SIXTEEN_BIT_MODES = ("I;16", "I;16B", "I;16L", "I;16N", "I")
# What Pillow raises for damaged files of one kind or another.
_DAMAGE = (OSError, SyntaxError, ValueError, TypeError, EOFError, struct.error, zlib.error)

# Depths that scanners have. A file of 16 bits whose brightest pixel fits a smaller one is of that.
_DEPTHS = (8, 10, 12, 14, 16)
_PHOTOMETRIC, _WHITE_IS_ZERO = 262, 0  # of TIFF 6.0
TURNED = "It was turned as its file says that it is to be shown; places count in what is seen."
_SIDEWAYS = (5, 6, 7, 8)
"""Orientations of EXIF under which width and height change places."""

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Scan:
    """One picture as a reader gives it: ``pixels`` (H, W) float32, 0 to 1.

    Only file formats that carry a calibration of their own set ``spacing_mm`` (row, column). A
    reader of many pictures numbers them from 0, and says the time of each where it knows it.
    ``remarks`` are sentences on how the file was understood, where that is not plain.
    """

    pixels: FloatArray
    spacing_mm: tuple[float, float] | None = None
    number: int | None = None
    time_ms: float | None = None
    remarks: tuple[str, ...] = ()


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
        DataError: empty, not an image, truncated, damaged or with several frames; or a picture
            that was drawn here of a scan.
    """
    image = decode_image(content, where)
    drawn = kind_of_png(content)
    if drawn is not None:
        raise DataError(
            f"is a picture that biometry drew ({drawn}), no scan",
            where=where,
            mend="Name the scan itself",
        )
    frames = getattr(image, "n_frames", 1)
    if frames > 1:
        raise DataError(
            f"holds {frames} frames", where=where, mend="Save the frame to be measured on its own"
        )
    pixels, depth_remarks = _to_gray(image, where)
    turned = (TURNED,) if image.info.get(TURNED) else ()
    yield Scan(pixels, remarks=(*turned, *depth_remarks))


def read_content(path: Path) -> bytes:
    """The bytes of a file. Raises DataError where it is missing or cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError("no such file", where=path, mend="Check the path") from None
    except (OSError, ValueError) as error:  # ValueError: no file can have such a name
        told = getattr(error, "strerror", None) or error
        raise DataError(f"cannot be read ({told})", where=path) from None


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
        image: Image.Image = Image.open(io.BytesIO(content))
        orientation = _orientation(image)
        image.load()
        # Walks through all frames, so that one that is cut off is found here.
        if getattr(image, "n_frames", 1) == 1 and orientation != 1:
            image = upright(image)
            image.info[TURNED] = True
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


def upright(image: Image.Image) -> Image.Image:
    """The picture, or one page of many, turned as its file says; Pillow turns TIFF itself."""
    return image if _orientation(image) == 1 else ImageOps.exif_transpose(image)


def displayed_size(image: Image.Image) -> tuple[int, int]:
    """Width and height as a person sees the picture; its pixels need not be decoded yet."""
    sideways = image.format != "TIFF" and _orientation(image) in _SIDEWAYS
    width, height = image.size
    return (height, width) if sideways else (width, height)


def _orientation(image: Image.Image) -> int:
    """As EXIF numbers them, 1 to 8; 1 where the file says nothing that can be understood."""
    try:
        number = image.getexif().get(ExifTags.Base.Orientation, 1)
    except _DAMAGE:
        return 1
    return number if number in range(1, 9) else 1


def _damage_text(error: Exception) -> str:
    """What is wrong with a file, where Pillow's own words say it to a programmer."""
    told = str(error)
    if "checksum" in told:
        return "is damaged: a checksum in it fails"
    return "is truncated" if "truncated" in told.lower() else f"is truncated or damaged ({told})"


def _to_gray(image: Image.Image, where: Path | str) -> tuple[FloatArray, tuple[str, ...]]:
    """Gray pixels, and remarks on how they were understood."""
    if image.mode in _SIXTEEN_BIT_MODES:
        # Pillow's own conversion to 8 bits saturates at 255, so 16 bits stay 16 bits.
        values = np.asarray(image).astype(np.int64)
        if values.min() < 0 or values.max() > 65535:
            raise DataError(
                f"its values {values.min():.0f} to {values.max():.0f} do not fit 16 bits",
                where=where,
                mend="Save it as 8- or 16-bit gray",
            )
        # Pillow turns a negative of 8 bits round, but none of 16.
        photometric = getattr(image, "tag_v2", image.info).get(_PHOTOMETRIC)
        return gray_of_words(values, negative=photometric == _WHITE_IS_ZERO)
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
        if not layered.getchannel("A").getbbox():
            raise DataError(
                "is wholly transparent: it shows nothing",
                where=where,
                mend="Export it without an alpha channel",
            )
        black = Image.new("RGBA", layered.size, (0, 0, 0, 255))
        image = Image.alpha_composite(black, layered)
    elif image.mode == "P":
        image = image.convert("RGB")
    gray = np.asarray(image.convert("L"), dtype=np.float32)
    return gray / np.float32(255.0), ()


def gray_of_words(
    values: npt.NDArray[np.integer], *, negative: bool = False
) -> tuple[FloatArray, tuple[str, ...]]:
    """Gray values of 16 bits, 0 to 65535, by the bits that they use.

    A scanner's 10 or 12 bits are often stored in 16 without being stretched; over 65535 such a
    picture would be all but black.

    Args:
        values: whole numbers (H, W).
        negative: whether 0 is white.

    Returns:
        Pixels (H, W) float32, 0 to 1, and a remark where fewer than 16 bits are used.
    """
    brightest = int(values.max(initial=0))
    depth = next(each for each in _DEPTHS if brightest < 2**each)
    white = 2**depth - 1
    pixels = (values / float(white)).astype(np.float32)
    if negative:
        pixels = np.float32(1) - pixels
    return pixels, () if depth == 16 else (
        f"Its pixels use {depth} of 16 bits: {white} was taken as white.",
    )
