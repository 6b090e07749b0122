"""``biometry data check``: read every image and mask of a data folder and say what is there."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator

from biometry_cli.data.contradictions import Size, contradictions, sizes_of
from biometry_cli.data.images import read_scan
from biometry_cli.data.landmarks import outside, seem_exchanged
from biometry_cli.data.layout import Dataset
from biometry_cli.data.masks import read_mask, require_size
from biometry_cli.data.membership import pixels_key
from biometry_cli.data.samples import Sample
from biometry_cli.errors import DataError
from biometry_cli.names import valid_values

_THREADS = 4
_MOST_MEASURED = 400  # of a split's images, evenly picked: what is wrong with a table shows there
_MOST_OUTSIDE = 0.25  # of a split's images with a point outside them


class SplitReport(BaseModel):
    """What one split holds.

    ``sizes`` counts images by "WIDTH x HEIGHT", most common first; ``class_shares`` are shares of
    area (masks) or of images (labels); ``points`` counts the images in which each landmark is
    visible.
    """

    model_config = ConfigDict(frozen=True)

    images: int
    subjects: int
    sizes: dict[str, int]
    class_shares: dict[str, float]
    points: dict[str, int] = {}
    calibrated: int
    references: dict[str, int]

    def most_common_size(self) -> tuple[int, int]:
        """(width, height) in pixels of most images."""
        width, _, height = next(iter(self.sizes)).partition(" x ")
        return int(width), int(height)


class DataReport(BaseModel):
    """The whole check. ``errors`` make the data unusable; ``warnings`` deserve a look.

    ``keys`` are digests of each image's pixels by split, in the order of the samples, "" for one
    that cannot be read; they are no part of the printed report.
    """

    model_config = ConfigDict(frozen=True)
    _valid_names = field_validator("*", mode="before")(valid_values)

    folder: str
    task: str
    classes: list[str]
    points: list[str] = []
    splits: dict[str, SplitReport]
    notes: list[str]
    warnings: list[str]
    errors: list[str]
    keys: dict[str, tuple[str, ...]] = Field({}, exclude=True)


@dataclass
class _Facts:
    size: tuple[int, int] = (0, 0)
    digest: str = ""
    areas_px: list[int] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    sizes: list[Size] = field(default_factory=list)
    remarks: tuple[str, ...] = ()
    error: str | None = None


def check_dataset(dataset: Dataset, on_image: Callable[[], None] | None = None) -> DataReport:
    """Read all of ``dataset`` and report; nothing is raised for what the files hold.

    Args:
        dataset: as ``read_dataset`` gives it.
        on_image: called after each image, for a progress bar.
    """
    errors = [problem.paragraph() for problem in dataset.problems]
    warnings = list(dataset.warnings)
    splits: dict[str, SplitReport] = {}
    sizes: list[Size] = []
    seen: dict[str, tuple[str, Path]] = {}
    keys: dict[str, tuple[str, ...]] = {}
    remarks: Counter[str] = Counter()
    for split, samples in dataset.splits.items():
        facts = list(_all_facts(samples, dataset, on_image))
        errors += [fact.error for fact in facts if fact.error is not None]
        sizes += [size for fact in facts for size in fact.sizes]
        splits[split] = _summarise(samples, facts, dataset)
        remarks.update(remark for fact in facts for remark in fact.remarks)
        keys[split] = tuple(fact.digest for fact in facts)
        for sample, fact in zip(samples, facts, strict=True):
            if not fact.digest:
                continue
            before = seen.setdefault(fact.digest, (split, sample.image))
            if before[0] != split:
                errors.append(
                    f"{sample.image}: has the same pixels as {before[1]}, in another split. "
                    "Keep one of them."
                )
        if not samples:
            errors.append(f"{dataset.root}: the {split} split holds no images.")
        _note_outside(samples, facts, dataset, split, warnings, errors)
    warnings += contradictions(sizes)
    errors += _shared_subjects(dataset)
    if not any(samples for samples in dataset.splits.values()):
        errors.append(f"{dataset.root}: holds no images at all.")
    if any(0 < each.calibrated < each.images for each in splits.values()):
        warnings.append("Some images have no pixel size: their measures are in pixels.")
    for split, each in splits.items():
        missing = [name for name in dataset.labels.classes if not each.class_shares.get(name)]
        missing += [name for name in dataset.labels.points if not each.points.get(name)]
        if each.images and missing:
            warnings.append(f"{split} holds no {', '.join(missing)}.")
    return DataReport(
        folder=str(dataset.root),
        task=dataset.labels.task,
        classes=list(dataset.labels.classes),
        points=list(dataset.labels.points),
        splits=splits,
        notes=[*dataset.notes, *(f"{n} images: {words}" for words, n in remarks.items())],
        warnings=warnings,
        errors=errors,
        keys=keys,
    )


def require_sound(report: DataReport) -> None:
    """Raise DataError when the report holds errors, naming the first and counting the rest."""
    if report.errors:
        more = len(report.errors) - 1
        rest = f"; {more} more, see `biometry data check {report.folder}`" if more else ""
        raise DataError(report.errors[0].rstrip(".") + rest)


def _all_facts(
    samples: tuple[Sample, ...], dataset: Dataset, on_image: Callable[[], None] | None
) -> Iterator[_Facts]:
    # Decoding releases the interpreter lock, so a few threads read a folder in less time.
    step = -(-len(samples) // _MOST_MEASURED) or 1
    remaining = ((sample, place % step == 0) for place, sample in enumerate(samples))
    with ThreadPoolExecutor(_THREADS) as pool:
        while chunk := list(islice(remaining, 64)):
            for fact in pool.map(
                lambda each: _read_facts(each[0], dataset, measured=each[1]), chunk
            ):
                if on_image is not None:
                    on_image()
                yield fact


def _read_facts(sample: Sample, dataset: Dataset, *, measured: bool) -> _Facts:
    try:
        scan = read_scan(sample.image)
    except DataError as error:
        return _Facts(error=error.paragraph())
    size = (scan.pixels.shape[0], scan.pixels.shape[1])
    facts = _Facts(size=size, digest=pixels_key(scan.pixels), remarks=scan.remarks)
    facts.outside = outside(sample.points or {}, size)
    labels, spacing = dataset.labels, sample.calibration.spacing_mm if measured else None
    if sample.mask is None:
        facts.sizes = [] if facts.outside else sizes_of(sample, None, labels, spacing)
        return facts
    try:
        mask = read_mask(sample.mask, dataset.labels.structures, dataset.coding)
        require_size(sample.mask, mask.shape, sample.image, size)
    except DataError as error:
        facts.error = error.paragraph()
        return facts
    areas = np.bincount(mask.ravel(), minlength=len(dataset.labels.classes))
    facts.areas_px = areas.tolist()
    facts.sizes = sizes_of(sample, mask, labels, spacing)
    return facts


def _note_outside(
    samples: tuple[Sample, ...],
    facts: list[_Facts],
    dataset: Dataset,
    split: str,
    warnings: list[str],
    errors: list[str],
) -> None:
    """A few points beyond the border are heads that are cut off; many are another image's."""
    pairs = list(zip(samples, facts, strict=True))
    if seem_exchanged([(s.points, f.size) for s, f in pairs if s.points and f.digest]):
        errors.append(
            f"{dataset.root}: x and y of the points in {split} seem to be exchanged: exchanged, "
            "they lie in the middle of their images. Name the columns of landmarks.csv the other "
            "way round; x counts from the left, y from the top."
        )
        return
    found = [(s, f) for s, f in pairs if f.outside]
    if not found:
        return
    sample, fact = found[0]
    such = f"such as {fact.outside[0]} of {sample.image.name}, which is {_written(fact.size)}"
    told = f"{dataset.root}: {len(found)} of {len(samples)} images in {split} have points outside "
    if len(found) > _MOST_OUTSIDE * len(samples):
        errors.append(
            f"{told}them, {such}. Give landmarks.csv in pixels of the images as they are."
        )
    else:
        warnings.append(f"{told}them, {such}. They are not learned from.")


def _summarise(samples: tuple[Sample, ...], facts: list[_Facts], dataset: Dataset) -> SplitReport:
    classes = dataset.labels.classes
    if dataset.labels.segments:
        counted = [fact.areas_px for fact in facts if fact.areas_px]
        totals = np.sum(counted, axis=0) if counted else np.zeros(len(classes))
    else:
        totals = np.array([sum(s.label == name for s in samples) for name in classes])
    shares = totals / max(float(totals.sum()), 1.0)
    points = Counter(n for s in samples for n, p in (s.points or {}).items() if p is not None)
    references = Counter(name for s in samples for name in s.calibration.reference_mm)
    return SplitReport(
        images=len(samples),
        subjects=len({sample.subject for sample in samples}),
        sizes=dict(Counter(_written(f.size) for f in facts if f.size != (0, 0)).most_common()),
        class_shares={name: float(share) for name, share in zip(classes, shares, strict=True)},
        points={name: points[name] for name in dataset.labels.points},
        calibrated=sum(sample.calibration.spacing_mm is not None for sample in samples),
        references=dict(references),
    )


def _shared_subjects(dataset: Dataset) -> list[str]:
    home: dict[str, str] = {}
    shared: dict[tuple[str, str], list[str]] = {}
    for split, samples in dataset.splits.items():
        for subject in sorted({sample.subject for sample in samples}):
            first = home.setdefault(subject, split)
            if first != split:
                shared.setdefault((first, split), []).append(subject)
    return [
        f"{dataset.root}: {len(subjects)} subjects are both in {first} and in {second}, "
        f"such as {subjects[0]}. Move all images of a subject into one split, or tell by "
        "`subject` in dataset.toml where a file name holds it (else it is all before the first _)."
        for (first, second), subjects in shared.items()
    ]


def _written(size: tuple[int, ...]) -> str:
    return f"{size[1]} x {size[0]}"
