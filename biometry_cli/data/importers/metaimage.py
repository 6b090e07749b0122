"""MetaImage files (.mha, .mhd): lines ``Key = Value``, then raw pixels or the name of their file.

The format is ITK's (docs.itk.org, MetaIO). Read here: uncompressed binary images of one file.
Anything else is refused rather than guessed at.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from biometry_cli.errors import DataError

_TYPES = {
    "MET_UCHAR": "u1",
    "MET_CHAR": "i1",
    "MET_USHORT": "u2",
    "MET_SHORT": "i2",
    "MET_UINT": "u4",
    "MET_INT": "i4",
    "MET_FLOAT": "f4",
    "MET_DOUBLE": "f8",
}
_LAST_KEY = "ElementDataFile"
_LONGEST_HEADER = 65_536
_MOST_DIMENSIONS = 4


@dataclass(frozen=True)
class MetaImage:
    """One file as read.

    Attributes:
        pixels: the slowest axis first, which turns ``DimSize`` round: (H, W) or (N, H, W), and
            with a last axis of channels where the file has several.
        spacing: distance of pixels along each axis of ``DimSize``, x first; None where the file
            says nothing. The format has no unit; millimetres are usual.
    """

    pixels: npt.NDArray[np.generic]
    spacing: tuple[float, ...] | None


def read_metaimage(path: Path) -> MetaImage:
    """Read a MetaImage file.

    Raises:
        DataError: missing, not a MetaImage, compressed or text pixels, an unknown type of
            element, or a number of bytes that does not fit the size.
    """
    content = _read_bytes(path)
    header, start = _read_header(content, path)
    _refuse_unreadable(header, path)
    shape = _sizes(header, path)[::-1]
    channels = _whole(header.get("ElementNumberOfChannels", "1"), "ElementNumberOfChannels", path)
    if channels > 1:
        shape = (*shape, channels)
    dtype = _dtype(header, path)
    wanted = math.prod(shape) * dtype.itemsize
    raw = _pixel_bytes(header, content[start:], wanted, path)
    pixels = np.frombuffer(raw, dtype).reshape(shape)
    return MetaImage(pixels.astype(dtype.newbyteorder("=")), _spacing(header, path))


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError("no such file", where=path, mend="Check the path") from None
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", where=path) from None


def _read_header(content: bytes, path: Path) -> tuple[dict[str, str], int]:
    """Keys and values up to ``ElementDataFile``, and where the bytes after that line begin."""
    header: dict[str, str] = {}
    position = 0
    while _LAST_KEY not in header:
        end = content.find(b"\n", position, _LONGEST_HEADER)
        try:
            # A header alone (.mhd) may lack the last line's end.
            line = content[position : end if end >= 0 else _LONGEST_HEADER].decode("ascii")
        except UnicodeDecodeError:
            line = ""
        key, equals, value = line.partition("=")
        if not equals:
            raise DataError(
                "is not a MetaImage file, or its header is cut off",
                where=path,
                mend="Copy or export it again",
            )
        header[key.strip()] = value.strip()
        position = end + 1 if end >= 0 else len(content)
    return header, position


def _refuse_unreadable(header: dict[str, str], path: Path) -> None:
    kind = header.get("ObjectType", "Image")
    if kind != "Image":
        raise DataError(f"holds a {kind}, not an image", where=path)
    if _flag(header, "CompressedData"):
        raise DataError(
            "is compressed",
            where=path,
            mend="Save it anew without compression, with SimpleITK by WriteImage(image, path, "
            "useCompression=False)",
        )
    if not _flag(header, "BinaryData", absent=True):
        raise DataError("holds its pixels as text", where=path, mend="Save it as binary")


def _sizes(header: dict[str, str], path: Path) -> tuple[int, ...]:
    """``DimSize``, x first."""
    dimensions = _whole(header.get("NDims", ""), "NDims", path)
    sizes = tuple(_whole(cell, "DimSize", path) for cell in header.get("DimSize", "").split())
    if not 2 <= dimensions <= _MOST_DIMENSIONS or len(sizes) != dimensions:
        raise DataError(
            f"has NDims = {dimensions} and DimSize = {header.get('DimSize', '')}, which do not "
            "make an image",
            where=path,
            mend="Export it again",
        )
    return sizes


def _dtype(header: dict[str, str], path: Path) -> np.dtype[np.generic]:
    name = header.get("ElementType", "")
    if name not in _TYPES:
        raise DataError(
            f"has the element type {name or 'none'}, which is not read here",
            where=path,
            mend=f"Save it as one of {', '.join(_TYPES)}",
        )
    # The two keys mean the same.
    big = _flag(header, "BinaryDataByteOrderMSB") or _flag(header, "ElementByteOrderMSB")
    return np.dtype((">" if big else "<") + _TYPES[name])


def _pixel_bytes(header: dict[str, str], local: bytes, wanted: int, path: Path) -> bytes:
    name = header[_LAST_KEY]
    raw, place = local, path
    if name.upper() != "LOCAL":
        if not name or Path(name).name != name or name.split()[0] == "LIST" or "%" in name:
            raise DataError(
                f"has its pixels in {name or 'no file'}, and only one file beside it is read",
                where=path,
                mend="Save it as one .mha file",
            )
        place = path.parent / name
        raw = _read_bytes(place)
    skip = header.get("HeaderSize", "0")
    # -1 says that the pixels are the file's last bytes.
    start = len(raw) - wanted if skip == "-1" else _whole(skip, "HeaderSize", path, least=0)
    if len(raw) - start < wanted or start < 0:
        found = max(len(raw) - max(start, 0), 0)
        raise DataError(
            f"is truncated: {found} of {wanted} bytes of pixels",
            where=place,
            mend="Copy or export it again",
        )
    if len(raw) - start > wanted:
        raise DataError(
            f"holds {len(raw) - start} bytes of pixels, where its size asks for {wanted}",
            where=place,
            mend="Export it again",
        )
    return raw[start:]


def _spacing(header: dict[str, str], path: Path) -> tuple[float, ...] | None:
    text = header.get("ElementSpacing", header.get("ElementSize"))
    if text is None:
        return None
    try:
        spacing = tuple(float(cell) for cell in text.split())
    except ValueError:
        spacing = ()
    dimensions = len(header["DimSize"].split())
    if len(spacing) != dimensions or not all(math.isfinite(s) and s > 0 for s in spacing):
        raise DataError(f"has ElementSpacing = {text}", where=path, mend="Export it again")
    return spacing


def _flag(header: dict[str, str], key: str, *, absent: bool = False) -> bool:
    value = header.get(key)
    return absent if value is None else value[:1].upper() in ("T", "1")


def _whole(text: str, key: str, path: Path, *, least: int = 1) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10) or int(text) < least:
        raise DataError(
            f"has {key} = {text or 'nothing'}, not a whole number from {least}",
            where=path,
            mend="Export it again",
        )
    return int(text)
