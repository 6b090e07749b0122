"""A data folder -> task, labels and samples by split.

    DATA/{train,val,test}/images/   beside it masks/, labels.csv, landmarks.csv, spacing.csv
    DATA/dataset.toml               optional: task, classes, colours, landmarks, subjects

Without split folders, DATA itself is one, and subjects are dealt out with the seed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from biometry_cli.data.declaration import FILE_NAME, Declaration, MaskCoding, read_declaration
from biometry_cli.data.importers.catalog import hint
from biometry_cli.data.labels import BACKGROUND, LabelSchema, Task
from biometry_cli.data.landmarks import LANDMARKS_FILE
from biometry_cli.data.masks import count_structures, read_mask
from biometry_cli.data.membership import Membership
from biometry_cli.data.samples import (
    Sample,
    SplitFolder,
    annotation_kinds,
    class_folders,
    read_split_folder,
)
from biometry_cli.data.splits import SPLITS, draw_splits
from biometry_cli.data.tables import LABELS_FILE, SPACING_FILE
from biometry_cli.errors import DataError

_KIND_OF_TASK = {"segment": "masks", "landmarks": "landmarks", "classify": "labels"}
_TASK_OF_KIND: dict[str, Task] = {
    "masks": "segment",
    "landmarks": "landmarks",
    "labels": "classify",
}


@dataclass(frozen=True)
class Dataset:
    """A data folder as understood.

    ``notes`` are choices worth printing; ``warnings`` deserve a look; ``problems`` must be mended
    before use. ``declared`` are the class names of ``dataset.toml``, which a setting may stand
    above.
    """

    root: Path
    labels: LabelSchema
    coding: MaskCoding
    splits: Mapping[str, tuple[Sample, ...]]
    notes: tuple[str, ...] = ()
    problems: tuple[DataError, ...] = ()
    declared: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def split(self, name: str) -> tuple[Sample, ...]:
        """The samples of one split. Raises DataError when there are none."""
        samples = self.splits.get(name, ())
        if not samples:
            present = ", ".join(key for key, value in self.splits.items() if value) or "none"
            raise DataError(
                f"the {name} split holds no images (splits with images: {present})",
                where=self.root,
                mend=f"Put images into {name}/images/",
            )
        return samples


def read_dataset(
    root: Path,
    *,
    task: Task | None = None,
    structures: tuple[str, ...] = (),
    seed: int = 0,
    split_shares: tuple[float, float, float] = (0.7, 0.15, 0.15),
    known_labels: LabelSchema | None = None,
    members: Membership | None = None,
) -> Dataset:
    """Find out what a data folder holds.

    Args:
        root: the data folder.
        task: "segment", "classify", "landmarks" or "segment,landmarks"; found from the folder
            when None.
        structures: names of the mask's classes; stronger than ``dataset.toml``.
        seed: of the split by subject, where the folder has no splits of its own.
        split_shares: shares of the subjects in train, val and test, likewise.
        known_labels: a model's labels, for a folder that doesn't name its own.
        members: of a run, whose subjects keep the splits that they had in it where splits are
            drawn.

    Raises:
        DataError: no such folder, nothing recognised in it, or unusable ``dataset.toml``.
    """
    if not root.is_dir():
        raise DataError(
            "no such data folder", where=root, mend="Name a folder that holds train/images/"
        )
    declared = read_declaration(root)
    folders = {split: root / split for split in SPLITS if (root / split).is_dir()} or {"": root}
    task, notes = _choose_task(root, list(folders.values()), task or declared.task)
    kinds = tuple(_KIND_OF_TASK[part] for part in task.split(","))
    if task == "classify" and not any("labels" in annotation_kinds(f) for f in folders.values()):
        kinds = ("masks",)
        notes.append("labels: the structure with the largest area in each mask")
    found = {
        split: read_split_folder(
            folder,
            want=kinds,
            subject_of=declared.subject_of,
            declared_points=declared.landmarks,
        )
        for split, folder in folders.items()
    }
    notes += [note for each in found.values() for note in each.notes]
    problems = [problem for each in found.values() for problem in each.problems]
    splits = _deal(root, found, split_shares, seed, members or Membership(), notes)
    names = _structure_names(splits, structures, declared, known_labels, kinds, notes)
    if task == "classify" and "masks" in kinds:
        splits = {split: _label_by_area(s, names, declared) for split, s in splits.items()}
        labels = LabelSchema(task="classify", classes=(BACKGROUND, *names))
    elif task == "classify":
        labels = _label_classes(root, splits, declared, known_labels)
    else:
        points = _point_names(found, problems)
        labels = _learned_labels(root, task, names, points, declared, splits)
    coding = MaskCoding(colors=declared.colors, overlap=declared.overlap)
    warnings = [
        *_unused_tables(root, folders),
        *(w for each in found.values() for w in each.warnings),
    ]
    return Dataset(
        root,
        labels,
        coding,
        splits,
        tuple(notes),
        tuple(problems),
        declared.classes,
        tuple(warnings),
    )


def _unused_tables(root: Path, folders: Mapping[str, Path]) -> list[str]:
    """Tables above the splits, where no split looks for them."""
    if "" in folders:
        return []
    return [
        f"{root / name}: is not read; a table lies beside images/, so put one into "
        f"{' and '.join(f'{split}/' for split in lacking)}."
        for name in (SPACING_FILE, LABELS_FILE, LANDMARKS_FILE)
        if (root / name).is_file()
        and (lacking := [s for s, each in folders.items() if not (each / name).is_file()])
    ]


def _choose_task(root: Path, folders: list[Path], wanted: Task | None) -> tuple[Task, list[str]]:
    kinds = [kind for folder in folders for kind in annotation_kinds(folder)]
    ordered = [kind for kind in ("masks", "landmarks", "labels") if kind in kinds]
    if not ordered:
        raise DataError(
            "holds no masks/ folder, landmarks.csv, labels.csv or folder a class beside images/",
            where=root,
            mend=hint(root)
            or "Lay it out as DATA/train/images/ and DATA/train/masks/, and so val and test",
        )
    task = wanted or _TASK_OF_KIND[ordered[0]]
    for part in task.split(","):
        if part == "segment" and "masks" not in ordered:
            raise DataError("has no masks/ folder to learn structures from", where=root)
        if part == "landmarks" and "landmarks" not in ordered:
            raise DataError("has no landmarks.csv to learn points from", where=root)
        if part == "classify" and not {"masks", "labels"} & set(ordered):
            raise DataError("has neither labels nor masks to learn classes from", where=root)
    notes = []
    if folders == [root] and class_folders(root) and hint(root):
        # As shipped, a data set's own folders may look like classes.
        notes.append(hint(root))
    if len(ordered) > 1 and wanted is None:
        notes.append(f"task: {task} (found {' and '.join(ordered)}; --task chooses another)")
    return task, notes


def _point_names(found: Mapping[str, SplitFolder], problems: list[DataError]) -> tuple[str, ...]:
    """The landmarks of all splits, which must be the same; an order of columns means nothing."""
    tables = [each for each in found.values() if each.point_names]
    first = tables[0] if tables else None
    for other in tables[1:]:
        if first is not None and set(other.point_names) != set(first.point_names):
            problems.append(
                DataError(
                    f"names the points {', '.join(other.point_names)}, and "
                    f"{first.folder.name}/ has {', '.join(first.point_names)}",
                    where=other.folder / LANDMARKS_FILE,
                    mend="Give every split the same columns, or list the ones to learn in "
                    f"{FILE_NAME} under landmarks",
                )
            )
    return first.point_names if first is not None else ()


def _learned_labels(
    root: Path,
    task: Task,
    structures: tuple[str, ...],
    points: tuple[str, ...],
    declared: Declaration,
    splits: Mapping[str, tuple[Sample, ...]],
) -> LabelSchema:
    """The labels of a task with masks, landmarks or both."""
    classes = (BACKGROUND, *structures) if "segment" in task else ()
    if "landmarks" not in task:
        return LabelSchema(task=task, classes=classes)
    stray = sorted({name for pair in declared.swap for name in pair} - set(points))
    if stray and points:
        raise DataError(
            f"swap names {stray[0]!r}, which is no landmark",
            where=root / FILE_NAME,
            mend=f"The landmarks are {', '.join(points)}",
        )
    learned = splits.get("train", ())
    hidden = any(point is None for s in learned for point in (s.points or {}).values())
    # Without a usable table there are problems to report, and still a task to name.
    return LabelSchema(
        task=task,
        classes=classes,
        points=points or ("unknown",),
        swap=declared.swap if points else (),
        hidden=hidden,
    )


def _deal(
    root: Path,
    found: Mapping[str, SplitFolder],
    shares: tuple[float, float, float],
    seed: int,
    members: Membership,
    notes: list[str],
) -> dict[str, tuple[Sample, ...]]:
    """The samples by split; subjects are drawn where val or all splits are missing."""
    splits = {split: folder.samples for split, folder in found.items()}
    if "" in splits:
        pool, wanted = splits.pop(""), dict(zip(SPLITS, shares, strict=True))
    elif splits.get("train") and "val" not in splits:
        share = shares[1] / max(shares[0] + shares[1], 1e-9)
        pool, wanted = splits["train"], {"train": 1 - share, "val": share}
    else:
        return splits
    try:
        names = [sample.subject for sample in pool]
        dealt = draw_splits(names, wanted, seed, members.settled(names))
    except DataError as error:
        raise DataError(error.what, where=root, mend=error.mend) from None
    for split, subjects in dealt.items():
        splits[split] = tuple(sample for sample in pool if sample.subject in subjects)
    counts = ", ".join(f"{split} {len(splits[split])}" for split in dealt)
    notes.append(f"splits: drawn by subject with seed {seed} ({counts} images)")
    return {split: splits[split] for split in SPLITS if split in splits}


def _structure_names(
    splits: Mapping[str, tuple[Sample, ...]],
    structures: tuple[str, ...],
    declared: Declaration,
    known: LabelSchema | None,
    kinds: tuple[str, ...],
    notes: list[str],
) -> tuple[str, ...]:
    if "masks" not in kinds:
        return ()
    if structures:
        return structures
    if declared.classes:
        return tuple(name for name in declared.classes if name != BACKGROUND)
    if declared.colors:
        return tuple(name for name in declared.colors if name != BACKGROUND)
    if known is not None:
        return tuple(name for name in known.classes if name != BACKGROUND)
    masks = (s.mask for samples in splits.values() for s in samples if s.mask is not None)
    count = count_structures(masks, declared)
    names = tuple(f"structure_{number}" for number in range(1, count + 1))
    notes.append(f"structures: {', '.join(names)} (name them by --structures or {FILE_NAME})")
    return names


def _label_by_area(
    samples: tuple[Sample, ...], names: tuple[str, ...], declared: Declaration
) -> tuple[Sample, ...]:
    labelled = []
    for sample in samples:
        if sample.mask is not None:
            mask = read_mask(sample.mask, names, declared)
            areas_px = np.bincount(mask.ravel(), minlength=len(names) + 1)[1:]
            label = names[int(areas_px.argmax())] if areas_px.any() else BACKGROUND
            labelled.append(replace(sample, mask=None, label=label))
    return tuple(labelled)


def _label_classes(
    root: Path,
    splits: Mapping[str, tuple[Sample, ...]],
    declared: Declaration,
    known: LabelSchema | None,
) -> LabelSchema:
    present = {s.label for samples in splits.values() for s in samples if s.label is not None}
    classes = declared.classes or (known.classes if known is not None else ())
    stray = sorted(present - set(classes))
    if classes and stray:
        raise DataError(
            f"has the label {stray[0]!r}, which is not among the classes {', '.join(classes)}",
            where=root,
            mend=f"Mend the label, or the classes in {FILE_NAME}",
        )
    return LabelSchema(task="classify", classes=classes or tuple(sorted(present)))
