"""COCO: outlines, run lengths and key points in JSON (cocodataset.org/#format-data).

Outlines become masks, a class a category in the order of their ids; several instances of one
category are united. Where categories share pixels, the one whose area is smaller on average wins,
so a structure inside another one stays whole.

Key points become landmarks. They are indices of pixels, so pixel centres lie at whole numbers,
other than in outlines (see ``coco_shapes.py``): so COCO's description has it, and its usual
readers. A point with visibility 0 was not labelled; one with 1, labelled but hidden, is taken.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from biometry_cli.data.declaration import Declaration
from biometry_cli.data.importers.coco_json import (
    PARTS,
    Annotated,
    Annotation,
    Category,
    Source,
    is_coco,
    read_source,
)
from biometry_cli.data.importers.coco_shapes import (
    Shapes,
    class_mask,
    layers,
    mask_classes,
    shapes_of,
    shared_px,
    smallest_first,
)
from biometry_cli.data.importers.finding import glance, unique_name
from biometry_cli.data.importers.plan import Evidence, Item, Left, Plan, Point
from biometry_cli.data.importers.points import LeaveOut, complete_pairs, lone_ends, require_inside
from biometry_cli.data.labels import BACKGROUND
from biometry_cli.errors import DataError

# Roboflow calls each of its versions of scan.png scan_png.rf.0123456789abcdef.jpg.
_ROBOFLOW = re.compile(r"(_(jpe?g|png|bmp|tiff?))?\.rf\.\w+$")


@dataclass(frozen=True)
class _Usable:
    """An image that can be taken; ``areas_px`` by class, ``lone`` counts calipers cut in half."""

    image: Annotated
    shapes: Shapes
    areas_px: Mapping[str, int]
    shared_px: int
    points: Mapping[str, Point | None] | None
    lone: int


def read(source: Path) -> Plan:
    """Read a COCO file, or all below a folder.

    Raises:
        DataError: no COCO file, nothing but boxes in it, contradicting key points, or more than
            255 classes.
    """
    found = read_source(source)
    classes = mask_classes(found)
    pointed = {name for image in found.images for name, a in image.instances if _labelled(a)}
    names = _point_names(
        [c for c in found.categories.values() if c.keypoints and c.name in pointed]
    )
    if not classes and not names:
        raise DataError(
            "holds neither outlines nor key points (boxes alone draw no mask)",
            where=source,
            mend="Export the annotations with polygons, run lengths or key points",
        )
    usable: list[_Usable] = []
    left = list(found.left)
    for image in found.images:
        try:
            usable.append(_usable(image, classes, names))
        except LeaveOut as reason:
            left.append(Left(image.path.name, str(reason)))
    areas_px = {c: [each.areas_px[c] for each in usable if c in each.areas_px] for c in classes}
    winners = smallest_first(areas_px)
    every = [name for each in names.values() for name in each]
    return Plan(
        items=tuple(_items(usable, classes, winners)),
        declaration=Declaration(
            task=_task(classes, every),
            classes=(BACKGROUND, *classes) if classes else (),
            swap=_swaps(every),
        ),
        left=tuple(left),
        notes=(*found.notes, *_notes(found, usable, classes, winners, every)),
    )


def recognise(source: Path) -> Evidence | None:
    """Whether a JSON file, ``source`` or below it, has COCO's three parts."""
    for path in glance(source, ".json"):
        if is_coco(path):
            return Evidence(f"{path.name} with {', '.join(PARTS)}")
    return None


def _task(classes: Sequence[str], points: Sequence[str]) -> Literal["segment", "landmarks"] | None:
    if classes and points:
        return None
    return "segment" if classes else "landmarks"


def _usable(
    image: Annotated, classes: Sequence[str], names: Mapping[str, tuple[str, ...]]
) -> _Usable:
    if len(image.splits) > 1:
        raise LeaveOut(f"is listed for {' and '.join(sorted(map(str, image.splits)))}")
    shapes = shapes_of(image, classes)
    drawn = layers(shapes, image.size)
    points, lone = complete_pairs(_find_points(image, names)) if names else (None, 0)
    if not classes and not any((points or {}).values()):
        raise LeaveOut("has no key points")
    return _Usable(
        image=image,
        shapes=shapes,
        areas_px={name: int(layer.sum()) for name, layer in drawn.items()},
        shared_px=shared_px(drawn),
        points=points,
        lone=lone,
    )


def _items(usable: Sequence[_Usable], classes: Sequence[str], winners: Sequence[str]) -> list[Item]:
    subjects = _subjects([each.image.path for each in usable])
    stems: set[str] = set()
    return [
        Item(
            name=unique_name(each.image.path, stems, each.image.path.parent.name),
            subject=subject,
            image=each.image.path,
            split=next(iter(each.image.splits)),
            mask=(
                partial(class_mask, each.shapes, classes, winners, each.image.size)
                if classes
                else None
            ),
            points=each.points,
        )
        for each, subject in zip(usable, subjects, strict=True)
    ]


def _subjects(images: Sequence[Path]) -> list[str]:
    """By the stem before its first ``_``; COCO itself knows no subjects.

    Where that would be one for all, as with image_0001.png, each image stands for itself.
    """
    stems = [_ROBOFLOW.sub("", path.stem) for path in images]
    first = [Declaration().subject_of(stem) for stem in stems]
    return first if len(set(first)) > 1 else stems


def _notes(
    found: Source,
    usable: Sequence[_Usable],
    classes: Sequence[str],
    winners: Sequence[str],
    points: Sequence[str],
) -> list[str]:
    subjects = len(set(_subjects([each.image.path for each in usable])))
    notes = [f"subject: by the images' names, {subjects} in {len(usable)} images"]
    unused = [name for name in found.categories if name not in classes]
    if classes and unused:
        notes.append(f"categories without an outline, which are no class: {', '.join(unused)}")
    shared = [each.shared_px for each in usable if each.shared_px]
    if shared:
        notes.append(
            f"{sum(shared)} pixels in {len(shared)} images lie in several classes; the first "
            f"here takes them: {', '.join(winners)}"
        )
    empty = sum(not each.shapes for each in usable)
    if classes and empty:
        notes.append(f"{empty} images show no class; their masks are background alone")
    if classes and points:
        notes.append("both masks and landmarks were found; --task chooses what to learn")
    return notes + lone_ends(sum(each.lone for each in usable))


def _labelled(annotation: Annotation) -> bool:
    """Whether an annotation says where at least one of its key points is."""
    values = annotation.keypoints
    return isinstance(values, list) and any(values[2::3])


def _point_names(categories: Sequence[Category]) -> dict[str, tuple[str, ...]]:
    """Landmark names by category, fit for a column and all different.

    The key point's own name; with the category's before it where two categories share one; by
    number where names have no letters or digits to write.
    """
    own = {each.name: [_safe(name) for name in each.keypoints] for each in categories}
    prefixed = {name: [f"{_safe(name)}_{point}" for point in own[name]] for name in own}
    for names in (own, prefixed):
        every = [name for each in names.values() for name in each]
        if len(set(every)) == len(every) and all(point for each in own.values() for point in each):
            return {name: tuple(points) for name, points in names.items()}
    return {
        each.name: tuple(f"category_{each.id}_{n}" for n in range(1, len(each.keypoints) + 1))
        for each in categories
    }


def _swaps(names: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Pairs of names that differ in "left" and "right" alone."""
    known = list(names)
    pairs = ((name, re.sub(r"(?<![a-z0-9])left(?![a-z0-9])", "right", name)) for name in known)
    return tuple((one, other) for one, other in pairs if one != other and other in known)


def _find_points(image: Annotated, names: Mapping[str, tuple[str, ...]]) -> dict[str, Point | None]:
    """The landmarks of one image, pixel centres at whole numbers; None for one not labelled.

    Raises:
        LeaveOut: more than one instance of a category, values that are no x, y, visibility for
            each point, or a point outside the image.
    """
    points: dict[str, Point | None] = dict.fromkeys(n for each in names.values() for n in each)
    instances: dict[str, list[Any]] = {}
    for category, annotation in image.instances:
        if _labelled(annotation) and annotation.keypoints not in instances.get(category, []):
            instances.setdefault(category, []).append(annotation.keypoints)
    for category, found in instances.items():
        if len(found) > 1:
            raise LeaveOut(f"has key points of {len(found)} instances of {category}")
        if category not in names:
            raise LeaveOut(f"has key points of {category}, a category that names none")
        points |= _points(found[0], names[category])
    require_inside(points, image.size, "key point ")
    return points


def _points(values: list[Any], names: tuple[str, ...]) -> dict[str, Point | None]:
    if len(values) != 3 * len(names):
        raise LeaveOut(f"has {len(values)} values for {len(names)} key points")
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in values):
        raise LeaveOut("has a key point that is no x, y, visibility")
    triples = zip(values[::3], values[1::3], values[2::3], strict=True)
    return {
        name: (float(x_px), float(y_px)) if visibility > 0 else None
        for name, (x_px, y_px, visibility) in zip(names, triples, strict=True)
    }


def _safe(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")
