"""COCO's outlines and run lengths -> pixels.

Polygon corners count from the outer corner of the first pixel: a rectangle over the whole image
runs from 0 to its width, and the centre of the first pixel is (0.5, 0.5). Run lengths count down
the columns, background first; as a string they are packed as pycocotools packs them.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from biometry_cli.data.importers.points import LeaveOut

BoolArray = npt.NDArray[np.bool_]


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
