"""A plan -> a data folder, in the layout that every command reads."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePath

import tomli_w
from PIL import Image
from pydantic import BaseModel, ConfigDict, field_validator

from biometry_cli.data.declaration import FILE_NAME, Declaration
from biometry_cli.data.importers.arranging import arrange
from biometry_cli.data.importers.plan import Item, Left, Pixels, Plan, Point
from biometry_cli.data.splits import SPLITS
from biometry_cli.data.tables import LABELS_FILE, SPACING_FILE
from biometry_cli.errors import DataError
from biometry_cli.files import making_folder
from biometry_cli.names import valid_values

_LANDMARKS_FILE = "landmarks.csv"


class SplitCounts(BaseModel):
    """What one split of the new folder holds; all but ``subjects`` count images.

    ``references`` counts the images by reference measure.
    """

    model_config = ConfigDict(frozen=True)

    images: int
    subjects: int
    masks: int
    landmarks: int
    labels: int
    calibrated: int
    references: dict[str, int]


class Written(BaseModel):
    """What was written by split, what stayed behind and the choices worth printing."""

    model_config = ConfigDict(frozen=True)

    splits: dict[str, SplitCounts]
    left: tuple[Left, ...]
    notes: tuple[str, ...]


class ImportReport(BaseModel):
    """The whole import: what lies in the new folder by split, what was left, and notes."""

    model_config = ConfigDict(frozen=True)
    _valid_names = field_validator("*", mode="before")(valid_values)

    kind: str
    source: str
    folder: str
    splits: dict[str, SplitCounts]
    left: tuple[Left, ...]
    notes: tuple[str, ...]


def write_plan(
    plan: Plan,
    destination: Path,
    *,
    link: bool,
    seed: int,
    split_shares: tuple[float, float, float] = (0.7, 0.15, 0.15),
    on_image: Callable[[], None] | None = None,
) -> Written:
    """Write the data folder ``destination``; it appears whole or not at all.

    Args:
        plan: what an importer found.
        destination: a new or empty folder.
        link: link image and mask files of the source rather than copy them.
        seed: of the split by subject, where the source has no splits of its own.
        split_shares: shares of the subjects in train, val and test, likewise.
        on_image: called after each image, for a progress bar.

    Raises:
        DataError: nothing to write, too few subjects, or a source file that cannot be read.
        UsageError: ``destination`` holds something or cannot be written to.
    """
    arranged = arrange(plan, seed=seed, split_shares=split_shares)
    notes = list(arranged.notes)
    unlinked = 0
    with making_folder(destination) as folder:
        for item in arranged.items:
            unlinked += _write_item(item, folder / str(item.split), link=link)
            if on_image is not None:
                on_image()
        for split, items in _by_split(arranged.items).items():
            _write_tables(folder / split, items)
        _write_declaration(folder, arranged.declaration)
    if unlinked:
        notes.append(f"{unlinked} files were copied, since links cannot be made there")
    counts = {split: _counts(items) for split, items in _by_split(arranged.items).items()}
    return Written(splits=counts, left=arranged.left, notes=tuple(notes))


def _by_split(items: Sequence[Item]) -> dict[str, list[Item]]:
    found = {split: [item for item in items if item.split == split] for split in SPLITS}
    return {split: members for split, members in found.items() if members}


def _write_item(item: Item, folder: Path, *, link: bool) -> int:
    """Write image and mask; gives how many files were to be linked and had to be copied."""
    copied = _write_file(item.image, folder / "images" / item.name, link=link)
    if item.mask is not None:
        suffix = item.mask.suffix.lower() if isinstance(item.mask, Path) else ".png"
        target = folder / "masks" / f"{PurePath(item.name).stem}{suffix}"
        copied += _write_file(item.mask, target, link=link)
    return copied


def _write_file(content: Path | Callable[[], Pixels], target: Path, *, link: bool) -> int:
    target.parent.mkdir(parents=True, exist_ok=True)
    if not isinstance(content, Path):
        Image.fromarray(content()).save(target, format="PNG")
        return 0
    if link and _linked(content, target):
        return 0
    try:
        raw = content.read_bytes()
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", where=content) from None
    target.write_bytes(raw)
    return int(link)


def _linked(source: Path, target: Path) -> bool:
    try:
        target.symlink_to(source.resolve())
    except (OSError, NotImplementedError):
        # Some file systems and accounts have no symbolic links.
        return False
    return True


def _write_tables(folder: Path, items: Sequence[Item]) -> None:
    points = {item.name: item.points for item in items if item.points is not None}
    if points:
        _write_landmarks(folder / _LANDMARKS_FILE, points)
    labels = [[item.name, item.label] for item in items if item.label is not None]
    if labels:
        _write_csv(folder / LABELS_FILE, ("filename", "label"), labels)
    cells = {item.name: item.calibration.cells() for item in items}
    columns = sorted(dict.fromkeys(key for line in cells.values() for key in line), key=_rank)
    if columns:
        rows = [[name, *(line.get(key, "") for key in columns)] for name, line in cells.items()]
        _write_csv(folder / SPACING_FILE, ("filename", *columns), rows)


def _write_landmarks(path: Path, points: Mapping[str, Mapping[str, Point | None]]) -> None:
    names = list(dict.fromkeys(name for each in points.values() for name in each))
    rows = []
    for file, each in points.items():
        cells = [file]
        for name in names:
            point = each.get(name)
            # Adding 0 turns a rounded -0.0 into 0.0.
            cells += ["", ""] if point is None else [f"{round(v, 2) + 0.0:.2f}" for v in point]
        rows.append(cells)
    _write_csv(path, ("filename", *(f"{name}_{axis}" for name in names for axis in "xy")), rows)


def _rank(column: str) -> int:
    """Pixel sizes stand first in ``spacing.csv``, then references, then the rest."""
    return 0 if column.startswith("pixel_size") else 1 if column.endswith("_mm") else 2


def _write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[str | None]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8", newline="")


def _write_declaration(folder: Path, declaration: Declaration) -> None:
    content = declaration.model_dump(mode="json", exclude_defaults=True)
    if content:
        (folder / FILE_NAME).write_text(tomli_w.dumps(content), encoding="utf-8", newline="")


def _counts(items: Sequence[Item]) -> SplitCounts:
    return SplitCounts(
        images=len(items),
        subjects=len({item.subject for item in items}),
        masks=sum(item.mask is not None for item in items),
        landmarks=sum(item.points is not None for item in items),
        labels=sum(item.label is not None for item in items),
        calibrated=sum(item.calibration.spacing_mm is not None for item in items),
        references=dict(Counter(name for item in items for name in item.calibration.reference_mm)),
    )
