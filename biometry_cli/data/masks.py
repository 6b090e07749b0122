"""Mask files -> class indices: binary, index, palette, colour-coded and a channel a class.

A mask never becomes a guess: values that no declared class explains are refused with the file's
name and the values found.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageSequence

from biometry_cli.data.declaration import MaskCoding
from biometry_cli.data.images import open_image, upright
from biometry_cli.errors import DataError

MASK_SUFFIXES = frozenset({".png", ".tif", ".tiff", ".bmp", ".gif", ".npy"})
# Above this an undeclared index is far likelier a gray level than a class.
MOST_UNDECLARED_CLASSES = 31

_INDEX_MODES = ("P", "1", "L", "I", "I;16", "I;16B")

IndexArray = npt.NDArray[np.uint8]


def read_mask(path: Path, structures: tuple[str, ...], coding: MaskCoding) -> IndexArray:
    """Read a mask as class indices (H, W) uint8: 0 background, i the i-th structure.

    Args:
        path: an image or a ``.npy`` array.
        structures: the class names without the background.
        coding: colours and overlap order, where ``dataset.toml`` declares them.

    Raises:
        DataError: unreadable, values out of range, or a pixel in two classes.
    """
    raw = _read_raw(path, structures, coding)
    if raw.ndim == 3:
        return _merge_channels(raw, path, structures, coding)
    values = np.unique(raw)
    if len(structures) == 1 and set(values.tolist()) <= {0, 255}:
        return (raw > 0).astype(np.uint8)
    if values.min() < 0 or values.max() > len(structures):
        raise DataError(
            f"holds the values {_listed(values)}, but the classes are 0 background, "
            + ", ".join(f"{i} {name}" for i, name in enumerate(structures, start=1)),
            where=path,
            mend="Save class indices, or name the classes in dataset.toml or by --structures",
        )
    return raw.astype(np.uint8)


def require_size(mask: Path, size: tuple[int, ...], image: Path, shown: tuple[int, ...]) -> None:
    """Raise DataError where a mask of ``size`` (height, width) does not fit its image as shown."""
    if size == shown:
        return
    mend = "Save the mask at the image's size"
    if size == shown[::-1]:
        mend = (
            "One of the two lies on its side: save the mask of the image as it is shown, which an "
            "EXIF orientation in either file can turn"
        )
    raise DataError(
        f"is {size[1]} x {size[0]} while its image {image.name} is {shown[1]} x {shown[0]}",
        where=mask,
        mend=mend,
    )


def count_structures(paths: Iterable[Path], coding: MaskCoding) -> int:
    """How many structures undeclared masks hold: 1 for binary masks, else the largest index.

    Raises:
        DataError: unreadable, or values that are neither binary nor small class indices.
    """
    largest = 0
    binary_at: Path | None = None
    for path in paths:
        raw = _read_raw(path, tuple(coding.colors), coding)
        if raw.ndim == 3:
            largest = max(largest, raw.shape[0])
            continue
        values = np.unique(raw)
        if set(values.tolist()) <= {0, 255}:
            binary_at = path if values.max() == 255 else binary_at
        elif values.min() < 0 or values.max() > MOST_UNDECLARED_CLASSES:
            raise DataError(
                f"holds the values {_listed(values)}, which are neither binary nor class indices",
                where=path,
                mend="Save class indices 0, 1, 2, ..., or 0 and 255 for one structure",
            )
        else:
            largest = max(largest, int(values.max()))
    if binary_at is not None and largest > 1:
        raise DataError(
            f"is binary (0 and 255), while other masks hold class indices up to {largest}",
            where=binary_at,
            mend="Save all masks in one way",
        )
    return max(largest, 1)


def _read_raw(path: Path, structures: tuple[str, ...], coding: MaskCoding) -> npt.NDArray[np.int64]:
    """Values (H, W), or one binary channel a structure (C, H, W)."""
    if path.suffix.lower() == ".npy":
        return _read_array(path)
    image = open_image(path)
    if getattr(image, "n_frames", 1) > 1:
        return _as_channels(_read_pages(image, path), path)
    if coding.colors:
        return _by_color(np.asarray(image.convert("RGB")), path, structures, coding)
    if image.mode in _INDEX_MODES:
        # In a palette image the index counts, never the colour.
        return np.asarray(image).astype(np.int64)
    if image.mode in ("LA", "PA"):
        return np.asarray(image.getchannel(0)).astype(np.int64)
    if image.mode in ("RGB", "RGBA"):
        return _from_rgb(np.asarray(image)[..., :3], path)
    raise DataError(
        f"has the pixel mode {image.mode}, which no mask uses",
        where=path,
        mend="Save it as 8-bit gray with class indices",
    )


def _read_pages(image: Image.Image, path: Path) -> npt.NDArray[np.int64]:
    try:
        pages = [
            np.asarray(page if page.mode in _INDEX_MODES else page.convert("L"), np.int64)
            for page in map(upright, ImageSequence.Iterator(image))
        ]
    except (OSError, SyntaxError, ValueError, TypeError, EOFError) as error:
        raise DataError(
            f"is truncated or damaged ({error})", where=path, mend="Copy or export it again"
        ) from None
    if len({page.shape for page in pages}) > 1:
        raise DataError("has pages of different sizes", where=path, mend="Save it anew")
    return np.stack(pages)


def _as_channels(raw: npt.NDArray[np.int64], path: Path) -> npt.NDArray[np.int64]:
    """Channels (C, H, W) of 0 and 1, or of 0 and 255 -> 0 and 1; refuses other values."""
    values = np.unique(raw)
    if not any(set(values.tolist()) <= allowed for allowed in ({0, 1}, {0, 255})):
        raise DataError(
            f"holds the values {_listed(values)} in its channels",
            where=path,
            mend="Save 0 and 255 in a channel a class, or class indices in one",
        )
    channels: npt.NDArray[np.int64] = (raw > 0).astype(np.int64)
    return channels


def _from_rgb(rgb: npt.NDArray[np.uint8], path: Path) -> npt.NDArray[np.int64]:
    red = rgb[..., 0]
    if np.array_equal(red, rgb[..., 1]) and np.array_equal(red, rgb[..., 2]):
        return red.astype(np.int64)
    values = np.unique(rgb)
    if set(values.tolist()) <= {0, 255}:
        return (np.moveaxis(rgb, -1, 0) > 0).astype(np.int64)
    raise DataError(
        f"is coloured, with channel values {_listed(values)}",
        where=path,
        mend="Give the colour of each class in dataset.toml under [colors]",
    )


def _read_array(path: Path) -> npt.NDArray[np.int64]:
    try:
        array = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DataError(f"cannot be read as an array ({error})", where=path) from None
    if array.ndim not in (2, 3) or array.dtype.kind not in "bui" or array.size == 0:
        raise DataError(
            f"is an array {array.shape} of {array.dtype}",
            where=path,
            mend="Save integers of shape (height, width) or (classes, height, width)",
        )
    raw: npt.NDArray[np.int64] = array.astype(np.int64)
    return _as_channels(raw, path) if raw.ndim == 3 else raw


def _merge_channels(
    channels: npt.NDArray[np.int64], path: Path, structures: tuple[str, ...], coding: MaskCoding
) -> IndexArray:
    # RGB always has three channels; those past the last class must then be empty.
    used = max((i + 1 for i in range(len(channels)) if channels[i].any()), default=0)
    if used > len(structures) or len(channels) < len(structures):
        raise DataError(
            f"has {len(channels)} channels for the {len(structures)} classes "
            + ", ".join(structures),
            where=path,
            mend="Give one channel a class, in the order of the classes, without the background",
        )
    order = [structures.index(name) for name in coding.overlap if name in structures]
    shared = int((channels.sum(axis=0) > 1).sum())
    if shared and not set(range(used)) <= set(order):
        raise DataError(
            f"puts {shared} pixels in two classes at once",
            where=path,
            mend="List the classes in dataset.toml under overlap, the one that wins first",
        )
    order += [i for i in range(used) if i not in order]
    mask = np.zeros(channels.shape[1:], np.uint8)
    for index in reversed(order):
        mask[channels[index] > 0] = index + 1
    return mask


def _by_color(
    rgb: npt.NDArray[np.uint8], path: Path, structures: tuple[str, ...], coding: MaskCoding
) -> npt.NDArray[np.int64]:
    """Indices by the order of ``structures``; black is background unless declared."""
    mask = np.full(rgb.shape[:2], -1, np.int64)
    mask[(rgb == 0).all(axis=-1)] = 0
    for name, color in coding.colors.items():
        here = (rgb == np.array(color)).all(axis=-1)
        if name not in structures and name != "background" and here.any():
            raise DataError(
                f"has the colour of {name}, which is not among the classes {', '.join(structures)}",
                where=path,
                mend="Name the class in dataset.toml under classes, or by --structures",
            )
        mask[here] = structures.index(name) + 1 if name in structures else 0
    if (mask < 0).any():
        found = np.unique(rgb[mask < 0], axis=0)[:4].tolist()
        raise DataError(
            f"holds colours that dataset.toml does not list, such as {found}",
            where=path,
            mend="Add them under [colors], or save without anti-aliasing",
        )
    return mask


def _listed(values: npt.NDArray[np.int64] | npt.NDArray[np.uint8]) -> str:
    shown = ", ".join(str(int(value)) for value in values[:8])
    return f"{shown}, ... ({len(values)} values)" if len(values) > 8 else shown
