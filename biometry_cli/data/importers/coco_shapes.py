"""COCO's outlines and run lengths -> pixels, and the mask of an image.

Polygon corners count from the outer corner of the first pixel: a rectangle over the whole image
runs from 0 to its width, and the centre of the first pixel is (0.5, 0.5). Run lengths count down
the columns, background first; as a string they are packed as pycocotools packs them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from biometry_cli.data.importers.coco_json import Annotated, Source
from biometry_cli.data.importers.plan import Pixels
from biometry_cli.data.importers.points import LeaveOut
from biometry_cli.data.labels import BACKGROUND
from biometry_cli.errors import DataError

BoolArray = npt.NDArray[np.bool_]
# The segmentations of one image by class.
Shapes = Mapping[str, Sequence[Any]]

_MOST_CLASSES = 255


def mask_classes(source: Source) -> tuple[str, ...]:
    """The categories that some annotation outlines, in the order of their ids.

    Raises:
        DataError: more than an 8-bit mask can tell apart.
    """
    outlined = {
        name
        for image in source.images
        for name, annotation in image.instances
        if annotation.segmentation and name.casefold() != BACKGROUND
    }
    classes = tuple(name for name in source.categories if name in outlined)
    if len(classes) > _MOST_CLASSES:
        raise DataError(
            f"outlines {len(classes)} categories, but a mask holds {_MOST_CLASSES} classes",
            mend="Take out categories that you do not need",
        )
    return classes


def shapes_of(image: Annotated, classes: Sequence[str]) -> dict[str, list[Any]]:
    """The outlines of one image. Raises LeaveOut where an instance has a box alone."""
    shapes: dict[str, list[Any]] = {}
    for name, annotation in image.instances:
        if name not in classes:
            continue
        if not annotation.segmentation:
            raise LeaveOut(f"shows {name} without its outline")
        shapes.setdefault(name, []).append(annotation.segmentation)
    return shapes


def layers(shapes: Shapes, size: tuple[int, int]) -> dict[str, BoolArray]:
    """Each class's pixels (H, W), its instances united; ``size`` is width and height.

    Raises:
        LeaveOut: an outline that cannot be drawn.
    """
    width, height = size
    drawn: dict[str, BoolArray] = {}
    for name, instances in shapes.items():
        drawn[name] = np.zeros((height, width), bool)
        for segmentation in instances:
            drawn[name] |= draw(segmentation, height, width)
    return drawn


def shared_px(drawn: Mapping[str, BoolArray]) -> int:
    """How many pixels lie in more than one class."""
    if len(drawn) < 2:
        return 0
    return int(np.count_nonzero(np.sum([*drawn.values()], axis=0) > 1))


def smallest_first(areas_px: Mapping[str, Sequence[int]]) -> tuple[str, ...]:
    """The classes by their mean area over the images that show them; none shown comes last."""

    def mean_px(name: str) -> float:
        return float(np.mean(areas_px[name])) if areas_px[name] else np.inf

    return tuple(sorted(areas_px, key=mean_px))


def class_mask(
    shapes: Shapes, classes: Sequence[str], winners: Sequence[str], size: tuple[int, int]
) -> Pixels:
    """Class indices (H, W) uint8, 0 background; the earlier of ``winners`` takes shared pixels."""
    width, height = size
    mask = np.zeros((height, width), np.uint8)
    drawn = layers(shapes, size)
    for name in reversed([name for name in winners if name in drawn]):
        mask[drawn[name]] = classes.index(name) + 1
    return mask


def draw(segmentation: Any, height: int, width: int) -> BoolArray:
    """A ``segmentation`` as pixels (H, W): polygons, which are united, or run lengths.

    Raises:
        LeaveOut: anything else, too few corners, or runs that do not fill the image.
    """
    if isinstance(segmentation, dict):
        if segmentation.get("size") != [height, width]:
            raise LeaveOut(f"has run lengths for the size {segmentation.get('size')}")
        counts = segmentation.get("counts")
        runs = unpack_runs(counts) if isinstance(counts, str) else counts
        if not isinstance(runs, list) or not all(isinstance(run, int) for run in runs):
            raise LeaveOut("has run lengths that are neither numbers nor a packed string")
        return decode_runs(runs, height, width)
    if not isinstance(segmentation, list):
        raise LeaveOut("has an outline that is neither polygons nor run lengths")
    pixels = np.zeros((height, width), bool)
    for polygon in segmentation:
        try:
            corners = np.asarray(polygon, np.float64).reshape(-1, 2)
        except (TypeError, ValueError):
            raise LeaveOut("has a polygon that is no list of x, y, x, y, ...") from None
        if len(corners) < 3 or not np.isfinite(corners).all():
            raise LeaveOut("has a polygon without three corners")
        pixels |= fill_polygon(corners, height, width)
    return pixels


def fill_polygon(corners: npt.NDArray[np.float64], height: int, width: int) -> BoolArray:
    """The pixels (H, W) whose centres lie inside a polygon with ``corners`` (N, 2), x and y.

    Where its sides cross, what they enclose an even number of times is outside. A centre that lies
    on a side belongs to the polygon on its right or below, so polygons that share a side share no
    pixel and leave none out.
    """
    # Each row toggles between outside and inside wherever a side crosses the line of its centres.
    toggles = np.zeros((height, width + 1), np.int64)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        first, last = (np.ceil(np.clip(y - 0.5, 0, height)) for y in sorted((y1, y2)))
        rows = np.arange(int(first), int(last))
        if not rows.size:
            continue
        crossing = x1 + (rows + 0.5 - y1) * (x2 - x1) / (y2 - y1)
        columns = np.ceil(np.clip(crossing - 0.5, 0, width)).astype(np.int64)
        np.add.at(toggles, (rows, columns), 1)
    inside: BoolArray = np.cumsum(toggles[:, :width], axis=1) % 2 == 1
    return inside


def decode_runs(runs: Sequence[int], height: int, width: int) -> BoolArray:
    """Run lengths -> pixels (H, W). Raises LeaveOut where they do not add up to the image."""
    if any(run < 0 for run in runs) or sum(runs) != height * width:
        raise LeaveOut(f"has run lengths that do not add up to {width} x {height} pixels")
    values = np.arange(len(runs)) % 2 == 1
    pixels: BoolArray = np.repeat(values, runs).reshape(width, height).T
    return pixels


def unpack_runs(packed: str) -> list[int]:
    """COCO's packed string -> run lengths.

    A character holds six bits, its code less 48: five of a number, lowest first, and one that says
    that more follow. The last one's highest bit is the sign. From the fourth on, each number is the
    difference from the run before the last one.

    Raises:
        LeaveOut: another character, or a number without its end.
    """
    runs: list[int] = []
    value = shift = 0
    for character in packed:
        bits = ord(character) - 48
        if not 0 <= bits < 64:
            raise LeaveOut(f"has run lengths with the character {character!r}")
        value |= (bits & 31) << shift
        shift += 5
        if bits & 32:
            continue
        if bits & 16:
            value -= 1 << shift
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
        value = shift = 0
    if shift:
        raise LeaveOut("has run lengths that are cut off")
    return runs
