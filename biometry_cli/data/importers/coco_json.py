"""COCO's JSON files: images, annotations and categories, by image file."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from biometry_cli.data.importers.finding import ImageIndex, files_below
from biometry_cli.data.importers.plan import Left
from biometry_cli.data.importers.points import LeaveOut, image_size
from biometry_cli.data.importers.subjects import split_named
from biometry_cli.errors import DataError

PARTS = ("images", "annotations", "categories")
_GLANCE_BYTES = 2**16


class Category(BaseModel):
    """``keypoints`` names the points of the category's annotations, in their order."""

    id: int
    name: str
    keypoints: tuple[str, ...] = ()


class Annotation(BaseModel):
    """One instance. Outline and points are looked at image by image, so any JSON may stand here."""

    id: int | str | None = None
    image_id: int | str
    category_id: int
    segmentation: Any = None
    keypoints: Any = None


class _Image(BaseModel):
    id: int | str
    file_name: str
    width: int | None = None
    height: int | None = None


class _Document(BaseModel):
    images: list[_Image]
    annotations: list[Annotation]
    categories: list[Category]


@dataclass
class Annotated:
    """One image with all that the JSON files say of it.

    ``size`` is width and height in pixels; ``splits`` are those of the files that list it;
    ``instances`` pair the category's name with the annotation.
    """

    path: Path
    size: tuple[int, int]
    splits: set[str | None] = field(default_factory=set)
    instances: list[tuple[str, Annotation]] = field(default_factory=list)


@dataclass
class Source:
    """What the JSON files hold together; ``categories`` by name, in the order of their ids."""

    categories: dict[str, Category]
    images: list[Annotated]
    left: list[Left]
    notes: list[str]


def read_source(source: Path) -> Source:
    """Read one JSON file, or all COCO files below a folder.

    Raises:
        DataError: no such file, none in COCO's format, or two files that give one category
            different key points.
    """
    root, documents, left = _documents(source)
    index = ImageIndex(root)
    categories: dict[str, Category] = {}
    images: dict[Path, Annotated] = {}
    strays = 0
    for path, document in documents.items():
        names = {category.id: category.name for category in document.categories}
        _join(categories, document.categories, path)
        found: dict[int | str, Annotated] = {}
        refused: set[int | str] = set()
        for image in document.images:
            try:
                file = index.find(image.file_name, table=path, hints=path.stem)
                size = image_size(file)
                if size != (image.width or size[0], image.height or size[1]):
                    raise LeaveOut(
                        f"is {size[0]} x {size[1]} pixels, but annotated as "
                        f"{image.width} x {image.height}"
                    )
            except LeaveOut as reason:
                refused.add(image.id)
                left.append(Left(image.file_name, str(reason)))
                continue
            found[image.id] = images.setdefault(file, Annotated(file, size))
            found[image.id].splits.add(_split_of(path, root))
        for annotation in document.annotations:
            if annotation.image_id in found and annotation.category_id in names:
                instance = (names[annotation.category_id], annotation)
                found[annotation.image_id].instances.append(instance)
            else:
                strays += annotation.image_id not in refused
    ordered = sorted(categories.values(), key=lambda category: (category.id, category.name))
    notes = []
    if strays:
        notes.append(f"{strays} annotations name an image or a category that is not listed")
    return Source({each.name: each for each in ordered}, list(images.values()), left, notes)


def is_coco(path: Path) -> bool:
    """Whether a file has all of ``PARTS``, at a glance: a long one is read at its two ends alone.

    There, two of them are enough, since one may lie between.
    """
    try:
        with path.open("rb") as content:
            start = content.read(_GLANCE_BYTES)
            content.seek(max(content.seek(0, 2) - _GLANCE_BYTES, len(start)))
            ends = start + content.read()
            whole = content.tell() <= 2 * _GLANCE_BYTES
    except OSError:
        return False
    parts = sum(re.search(rb'"%s"\s*:\s*\[' % part.encode(), ends) is not None for part in PARTS)
    return parts >= (len(PARTS) if whole else len(PARTS) - 1)


def _documents(source: Path) -> tuple[Path, dict[Path, _Document], list[Left]]:
    """The folder to look for images in, the COCO files, and the other JSON files."""
    if source.is_file():
        root = source.parent.parent if source.parent.name == "annotations" else source.parent
        files = [source]
    else:
        root = source
        files = files_below(source, "*.json")
    documents: dict[Path, _Document] = {}
    left = []
    for path in files:
        document = _document(path)
        if isinstance(document, str):
            left.append(Left(path.relative_to(root).as_posix(), document))
        else:
            documents[path] = document
    if not documents:
        reasons = "".join(f"; {each.file} {each.reason}" for each in left[:3])
        raise DataError(
            f"holds no JSON file with {', '.join(PARTS)}{reasons}",
            where=source,
            mend="Name a COCO file, or the folder with the COCO files and their images",
        )
    return root, documents, left


def _document(path: Path) -> _Document | str:
    """The file's content, or why it is not a COCO file."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        return f"cannot be read as JSON ({error})"
    if not isinstance(content, dict) or not all(part in content for part in PARTS):
        return f"is not in COCO's format (no {', '.join(PARTS)})"
    try:
        return _Document.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        return f"is damaged at {'.'.join(map(str, first['loc']))}: {first['msg']}"


def _join(categories: dict[str, Category], new: list[Category], path: Path) -> None:
    for category in new:
        known = categories.setdefault(category.name, category)
        if not known.keypoints:
            categories[category.name] = category
        elif category.keypoints and category.keypoints != known.keypoints:
            raise DataError(
                f"names the key points of {category.name} otherwise than another file does",
                where=path,
                mend="Import the files one by one",
            )


def _split_of(path: Path, root: Path) -> str | None:
    """By the file's name (instances_train2017.json), else by its folder's below ``root``."""
    folder = "" if path.parent == root else path.parent.name
    for name in (path.stem, folder):
        for word in re.findall(r"[a-z]+", name.casefold()):
            if split_named(word):
                return split_named(word)
    return None
