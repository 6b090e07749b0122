"""Masks with a colour for each structure, as annotation tools export them.

    SRC/images/ and SRC/masks/, or SRC/{train,val,test}/images/ and masks/; masks by stem

The masks are taken as they are; ``dataset.toml`` lists their colours.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from biometry_cli.data.declaration import FILE_NAME, Declaration
from biometry_cli.data.images import open_image
from biometry_cli.data.importers.plan import Evidence, Item, Left, Plan
from biometry_cli.data.importers.points import LeaveOut
from biometry_cli.data.masks import MASK_SUFFIXES
from biometry_cli.data.samples import list_images
from biometry_cli.data.splits import SPLITS
from biometry_cli.errors import DataError

Color = tuple[int, int, int]

BLACK: Color = (0, 0, 0)
MOST_COLORS = 16
"""More colours than this are not structures but blends along their edges."""


@dataclass(frozen=True)
class _Pair:
    """A scan and its mask with the area of each of its colours in pixels."""

    split: str | None
    scan: Path
    mask: Path
    areas_px: Mapping[Color, int]


def read(source: Path, colors: Mapping[str, Color] | None = None) -> Plan:
    """Find out what a folder with colour-coded masks holds.

    Args:
        source: the folder.
        colors: colour of each structure by name; proposed from the masks when None or empty.

    Raises:
        DataError: no images/ beside masks/, or masks with too many colours or none.
    """
    folders = _folders(source)
    if not any(
        (folder / "images").is_dir() and (folder / "masks").is_dir() for _, folder in folders
    ):
        raise DataError(
            "holds no images/ beside masks/",
            where=source,
            mend="Name a folder with images/ and masks/, or with such folders in train/, val/ "
            "and test/",
        )
    left: list[Left] = []
    pairs: list[_Pair] = []
    for split, folder in folders:
        pairs += _read_folder(split, folder, left)
    notes: list[str] = []
    if not colors:
        colors = _propose(pairs, source, notes) if pairs else {}
    else:
        pairs = _explained(pairs, colors, left)
    subjects = _subjects(pairs, notes)
    repeated = Counter(pair.scan.stem for pair in pairs)
    items = []
    for pair, subject in zip(pairs, subjects, strict=True):
        # One name in two splits would be one subject in both.
        before = f"{pair.split}-" if repeated[pair.scan.stem] > 1 else ""
        items.append(
            Item(
                f"{before}{pair.scan.name}", f"{before}{subject}", pair.scan, pair.split, pair.mask
            )
        )
    return Plan(tuple(items), Declaration(colors=dict(colors)), tuple(left), tuple(notes))


def recognise(source: Path) -> Evidence | None:
    """Whether the first mask beside ``images/`` has colours, and no ``dataset.toml`` names them."""
    if (source / FILE_NAME).is_file():
        return None
    for _, folder in _folders(source):
        masks = list_images(folder / "masks") if (folder / "images").is_dir() else []
        if masks and _is_coloured(masks[0]):
            return Evidence(f"images/ beside masks/ with colours, such as {masks[0].name}")
    return None


def _is_coloured(mask: Path) -> bool:
    try:
        image = open_image(mask)
    except DataError:
        return False
    rgb = np.asarray(image.convert("RGB"))
    return image.mode in ("RGB", "RGBA") and bool((rgb != rgb[..., :1]).any())


def _folders(source: Path) -> list[tuple[str | None, Path]]:
    """The folders with images by split, or the source itself."""
    splits = [split for split in SPLITS if (source / split / "images").is_dir()]
    return [(split, source / split) for split in splits] or [(None, source)]


def _read_folder(split: str | None, folder: Path, left: list[Left]) -> list[_Pair]:
    scans = {path.stem: path for path in list_images(folder / "images")}
    masks = {path.stem: path for path in list_images(folder / "masks")}
    place = f"{split}/" if split else ""
    left += [
        Left(f"{place}masks/{path.name}", "a mask without its image")
        for stem, path in masks.items()
        if stem not in scans
    ]
    pairs = []
    for stem, scan in scans.items():
        try:
            pairs.append(_read_pair(split, scan, masks.get(stem)))
        except LeaveOut as reason:
            left.append(Left(f"{place}images/{scan.name}", str(reason)))
    return pairs


def _read_pair(split: str | None, scan: Path, mask: Path | None) -> _Pair:
    if mask is None:
        raise LeaveOut("no mask")
    try:
        size = open_image(scan).size
    except DataError as error:
        raise LeaveOut(f"the image {error.what}") from None
    try:
        coded = open_image(mask)
    except DataError as error:
        raise LeaveOut(f"its mask {error.what}") from None
    if coded.size != size:
        raise LeaveOut("its mask has another size")
    # One number a colour sorts far faster than three.
    numbers = np.asarray(coded.convert("RGB")).astype(np.uint32) @ np.array([65536, 256, 1], "u4")
    found, areas_px = np.unique(numbers, return_counts=True)
    if len(found) > MOST_COLORS:
        raise DataError(
            f"has {len(found)} colours, and structures have at most {MOST_COLORS}",
            where=mask,
            mend="Export the masks anew as PNG without anti-aliasing; JPEG blends colours",
        )
    if mask.suffix.lower() not in MASK_SUFFIXES:
        raise LeaveOut(f"its mask is a {mask.suffix.lower()} file, which may have lost colours")
    colors = ((number >> 16, number >> 8 & 255, number & 255) for number in found.tolist())
    return _Pair(split, scan, mask, dict(zip(colors, areas_px.tolist(), strict=True)))


def _propose(pairs: list[_Pair], source: Path, notes: list[str]) -> dict[str, Color]:
    """A name for each colour but black, the largest in all first."""
    areas_px: Counter[Color] = Counter()
    for pair in pairs:
        areas_px.update(pair.areas_px)
        if len(areas_px) > MOST_COLORS:
            raise DataError(
                f"is the mask with which the colours become {len(areas_px)}, and structures have "
                f"at most {MOST_COLORS}",
                where=pair.mask,
                mend="Export the masks anew as PNG without anti-aliasing, or name the colours "
                "that count with --color NAME=RRGGBB",
            )
    by_area = sorted(set(areas_px) - {BLACK}, key=lambda color: (-areas_px[color], color))
    if not by_area:
        raise DataError("holds masks that are all black", where=source, mend="Export them anew")
    colors = {f"structure_{number}": color for number, color in enumerate(by_area, start=1)}
    shown = ", ".join(f"{name}={_written(color)}" for name, color in colors.items())
    notes.append(f"colours by area: {shown}; --color NAME={_written(by_area[0])} names them")
    if BLACK not in areas_px:
        notes.append(
            "no mask has black, so none has a background; "
            f"--color background={_written(by_area[0])} makes one"
        )
    return colors


def _explained(pairs: list[_Pair], colors: Mapping[str, Color], left: list[Left]) -> list[_Pair]:
    """The pairs whose masks hold no colour beyond ``colors`` and black."""
    known = {BLACK, *colors.values()}
    kept = []
    for pair in pairs:
        stray = sorted(set(pair.areas_px) - known)
        if stray:
            place = f"{pair.split}/" if pair.split else ""
            reason = f"its mask has the colour {_written(stray[0])}, which --color does not name"
            left.append(Left(f"{place}images/{pair.scan.name}", reason))
        else:
            kept.append(pair)
    return kept


def _subjects(pairs: list[_Pair], notes: list[str]) -> list[str]:
    """The stem before its first ``_``, where that can be a subject; else the whole stem."""
    stems = [pair.scan.stem for pair in pairs]
    subjects = [stem.split("_", 1)[0] for stem in stems]
    homes = {(subject, pair.split) for subject, pair in zip(subjects, pairs, strict=True)}
    few = len(set(subjects)) < len(SPLITS) <= len(stems)
    if few or len(homes) > len(set(subjects)):
        notes.append(
            "file names tell no subject: every image counts as one of its own, so images of one "
            "fetus may lie in two splits"
        )
        return stems
    notes.append("subjects: the file name before its first _")
    return subjects


def _written(color: Color) -> str:
    return bytes(color).hex()
