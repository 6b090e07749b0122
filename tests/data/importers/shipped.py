"""Small data sets in the formats that their makers ship, drawn with known truth."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from biometry_cli.measure.ellipse import Ellipse

Pixels = npt.NDArray[np.uint8]

HC18_HEADER = "filename,pixel size(mm),head circumference (mm)"
HC18_TABLE = "training_set_pixel_size_and_HC.csv"


@dataclass(frozen=True)
class Head:
    """A scan of HC18: its name without suffix, the ellipse in px, (height, width) in px."""

    name: str
    ellipse: Ellipse
    size: tuple[int, int] = (108, 160)
    pixel_size_mm: float = 0.5

    @property
    def hc_mm(self) -> float:
        return self.ellipse.perimeter() * self.pixel_size_mm


HEADS = (
    Head("010_HC", Ellipse(80.0, 54.0, 50.0, 40.0, 0.0)),
    Head("010_2HC", Ellipse(76.3, 52.8, 44.6, 36.1, 2.6)),
    Head("011_HC", Ellipse(70.5, 60.2, 38.0, 30.0, 1.0), pixel_size_mm=0.31),
    Head("012_HC", Ellipse(70.0, 48.0, 36.2, 28.3, np.pi / 2), size=(96, 140)),
    Head("013_HC", Ellipse(90.2, 50.1, 41.7, 33.3, 0.4)),
    Head("014_2HC", Ellipse(60.0, 50.0, 33.0, 27.0, 3.0), pixel_size_mm=0.25),
)


def scan(seed: int, size: tuple[int, int]) -> Pixels:
    """Random gray pixels (height, width), different for each seed."""
    return np.random.default_rng(seed).integers(0, 256, size, dtype=np.uint8)


def outline(ellipse: Ellipse, size: tuple[int, int]) -> Pixels:
    """The ellipse as a line of 0 and 255 one pixel wide, cut off at the image's border."""
    drawn = np.zeros(size, np.uint8)
    for x, y in np.rint(ellipse.points(2000)).astype(int):
        if 0 <= y < size[0] and 0 <= x < size[1]:
            drawn[y, x] = 255
    return drawn


def excess_px(ellipse: Ellipse, size: tuple[int, int]) -> npt.NDArray[np.float64]:
    """How much further each pixel is from the two foci together than a point of the ellipse.

    Below 0 inside; near the outline about twice the distance to it. (height, width).
    """
    y, x = np.mgrid[: size[0], : size[1]]
    focal = np.sqrt(max(ellipse.semi_major**2 - ellipse.semi_minor**2, 0))
    dx, dy = focal * np.cos(ellipse.angle_rad), focal * np.sin(ellipse.angle_rad)
    x, y = x - ellipse.center_x, y - ellipse.center_y
    total = np.hypot(x - dx, y - dy) + np.hypot(x + dx, y + dy)
    excess: npt.NDArray[np.float64] = total - 2 * ellipse.semi_major
    return excess


def write_hc18(root: Path, heads: Sequence[Head] = HEADS, *, header: str = HC18_HEADER) -> Path:
    """HC18's training set, its table with CRLF as published; gives ``root``."""
    folder = root / "training_set"
    folder.mkdir(parents=True)
    lines = [header]
    for seed, head in enumerate(heads):
        save(folder / f"{head.name}.png", scan(seed, head.size))
        save(folder / f"{head.name}_Annotation.png", outline(head.ellipse, head.size))
        lines.append(f"{head.name}.png,{head.pixel_size_mm},{head.hc_mm:.2f}")
    (root / HC18_TABLE).write_bytes("".join(f"{line}\r\n" for line in lines).encode())
    return root


def save(path: Path, pixels: npt.NDArray[np.generic]) -> None:
    """An image file in the format of its suffix, its folder made where needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def metaimage(
    pixels: npt.NDArray[np.generic],
    *,
    sizes: Sequence[int] | None = None,
    channels: int = 1,
    big_endian: bool = False,
    compressed: bool = False,
    data_file: str = "LOCAL",
    **changes: str | None,
) -> bytes:
    """A .mha file as ITK writes it; ``changes`` set header lines, None leaves one out.

    ``sizes`` is DimSize, x first; without it the array's own shape turned round.
    """
    kinds = {"u1": "MET_UCHAR", "u2": "MET_USHORT", "i2": "MET_SHORT", "f4": "MET_FLOAT"}
    sizes = list(pixels.shape[::-1] if sizes is None else sizes)
    raw = pixels.astype(pixels.dtype.newbyteorder(">" if big_endian else "<")).tobytes()
    header: dict[str, str | None] = {
        "ObjectType": "Image",
        "NDims": str(len(sizes)),
        "BinaryData": "True",
        "BinaryDataByteOrderMSB": str(big_endian),
        "CompressedData": str(compressed),
        "TransformMatrix": " ".join(str(int(v)) for v in np.eye(len(sizes)).ravel()),
        "Offset": " ".join("0" for _ in sizes),
        "ElementSpacing": " ".join("1" for _ in sizes),
        "DimSize": " ".join(map(str, sizes)),
        "ElementNumberOfChannels": str(channels) if channels > 1 else None,
        "ElementType": kinds[pixels.dtype.str[1:]],
        **changes,
        "ElementDataFile": data_file,
    }
    text = "".join(f"{key} = {value}\n" for key, value in header.items() if value is not None)
    body = zlib.compress(raw) if compressed else raw
    return text.encode() + (body if data_file == "LOCAL" else b"")


def psfhs_truth(number: int, size: tuple[int, int] = (24, 32)) -> tuple[Pixels, Pixels]:
    """Gray scan and labels 0, 1, 2 of one number."""
    labels = np.zeros(size, np.uint8)
    labels[3:7, 4:9] = 1
    labels[10 : 18 + number % 4, 12:26] = 2
    return scan(number, size), labels


def write_psfhs(root: Path, numbers: Sequence[int]) -> Path:
    """PSFHS: three equal channels, in turn as planes, as a last axis and as ITK channels."""
    (root / "image_mha").mkdir(parents=True)
    (root / "label_mha").mkdir()
    for number in numbers:
        gray, labels = psfhs_truth(number)
        height, width = gray.shape
        if number % 3 == 0:
            content = metaimage(np.stack([gray] * 3))
        elif number % 3 == 1:
            content = metaimage(np.stack([gray] * 3, axis=-1))
        else:
            rgb = np.stack([gray] * 3, axis=-1)
            content = metaimage(rgb, sizes=(width, height), channels=3)
        (root / "image_mha" / f"{number:05d}.mha").write_bytes(content)
        (root / "label_mha" / f"{number:05d}.mha").write_bytes(metaimage(labels))
    return root


def color_mask(number: int, colors: Sequence[tuple[int, int, int]]) -> Pixels:
    """A mask (20, 30, 3), black but for one rectangle a colour, the first the largest."""
    mask = np.zeros((20, 30, 3), np.uint8)
    for index, color in enumerate(colors):
        left = 1 + 7 * index
        mask[2 : 16 - 3 * index + number % 2, left : left + 5] = color
    return mask


def write_masks_rgb(
    folder: Path,
    names: Sequence[str],
    colors: Sequence[tuple[int, int, int]],
    first: int = 0,
) -> Path:
    """``images/`` and ``masks/`` of the named PNG files, drawn by number from ``first``."""
    for number, name in enumerate(names, start=first):
        save(folder / "images" / f"{name}.png", scan(number, (20, 30)))
        save(folder / "masks" / f"{name}.png", color_mask(number, colors))
    return folder
