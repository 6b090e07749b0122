"""COCO's key points -> landmarks of one image, their names, and which change places in a mirror."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from biometry_cli.data.importers.coco_json import Annotated, Annotation, Category
from biometry_cli.data.importers.plan import Point
from biometry_cli.data.importers.points import LeaveOut, require_inside


def labelled(annotation: Annotation) -> bool:
    """Whether an annotation says where at least one of its key points is."""
    values = annotation.keypoints
    return isinstance(values, list) and any(values[2::3])


def point_names(categories: Sequence[Category]) -> dict[str, tuple[str, ...]]:
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


def swaps(names: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Pairs of names that differ in "left" and "right" alone."""
    known = list(names)
    pairs = ((name, re.sub(r"(?<![a-z0-9])left(?![a-z0-9])", "right", name)) for name in known)
    return tuple((one, other) for one, other in pairs if one != other and other in known)


def find_points(image: Annotated, names: Mapping[str, tuple[str, ...]]) -> dict[str, Point | None]:
    """The landmarks of one image, pixel centres at whole numbers; None for one not labelled.

    Raises:
        LeaveOut: more than one instance of a category, values that are no x, y, visibility for
            each point, or a point outside the image.
    """
    points: dict[str, Point | None] = dict.fromkeys(n for each in names.values() for n in each)
    instances: dict[str, list[Any]] = {}
    for category, annotation in image.instances:
        if labelled(annotation) and annotation.keypoints not in instances.get(category, []):
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
