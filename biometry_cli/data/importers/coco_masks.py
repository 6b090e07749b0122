"""COCO's outlines of one image -> a mask of class indices."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from biometry_cli.data.importers.coco_json import Annotated, Source
from biometry_cli.data.importers.coco_shapes import BoolArray, draw
from biometry_cli.data.importers.plan import Pixels
from biometry_cli.data.importers.points import LeaveOut
from biometry_cli.data.labels import BACKGROUND
from biometry_cli.errors import DataError

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
