"""What a run remembers of its data and settings, and whether a resume still fits them.

Kept as ``run.json`` in the run folder from the run's first moment, so that a run which was killed
before its first model remembers, too.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from biometry_cli.data.labels import LabelSchema
from biometry_cli.data.membership import Membership, membership
from biometry_cli.errors import DataError, ModelFileError, UsageError
from biometry_cli.files import write_text
from biometry_cli.runs import RunFolder
from biometry_cli.settings import Settings

# What may change from one sitting to the next: budgets, bookkeeping and the machine.
_FREE = frozenset(
    {
        "data.folder",  # its content is compared instead
        "data.workers",
        "data.cache_mb",
        "train.name",
        "train.runs_folder",
        "train.epochs",
        "train.minutes",
        "train.patience_epochs",
        "train.validate_every",
        "train.save_every",
    }
)
_FREE_SECTIONS = frozenset({"predict", "export", "device"})
_LEAST_KEPT = 0.5  # of the images learned from; fewer are another data set


class RunData(BaseModel):
    """What a run learns from: its labels, and who stands in which split."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    labels: LabelSchema
    declared: tuple[str, ...] = ()
    """Class names of ``dataset.toml``, which a setting may stand above."""
    membership: Membership = Membership()


def read_run_data(run: RunFolder) -> RunData | None:
    """What a run remembers; None for one of a version that remembered nothing.

    Raises:
        ModelFileError: a damaged record.
    """
    if not run.record.is_file():
        return None
    try:
        return RunData.model_validate_json(run.record.read_bytes())
    except (OSError, ValidationError) as error:
        raise ModelFileError(
            f"cannot be read as the record of a run ({str(error).splitlines()[0]})",
            where=run.record,
            mend="Begin a new run without --resume",
        ) from None


def write_run_data(run: RunFolder, data: RunData) -> None:
    """Keep the record in the run folder. Raises UsageError where it cannot be written."""
    write_text(run.record, data.model_dump_json())


def require_same_settings(now: Settings, before: Settings) -> None:
    """Raise UsageError where a setting that shapes the weights differs from the run's own."""
    changed = [
        f"{key} is {value!r} and was {old!r}"
        for key, value, old in _pairs(now.model_dump(mode="json"), before.model_dump(mode="json"))
        if value != old
    ]
    if changed:
        raise UsageError(
            f"the run was begun with other settings: {'; '.join(changed)}",
            mend="Leave them out, since --resume goes on with the run's own, or begin a new run",
        )


def require_same_labels(labels: LabelSchema, declared: tuple[str, ...], before: RunData) -> None:
    """Raise DataError where the data names other classes or points than when the run began."""
    then, now = before.labels, labels
    changed = next(
        (
            f"{what} are now {_listed(new)} and were {_listed(old)}"
            for what, new, old in (
                ("classes that dataset.toml names", declared, before.declared),
                ("classes", now.classes, then.classes),
                ("landmarks", now.points, then.points),
            )
            if new != old
        ),
        None,
    )
    if changed is not None:
        raise DataError(
            f"the {changed}, when the run began",
            mend="Resume with the data that the run began with, or begin a new run",
        )


def continued(
    before: Membership,
    subjects: Mapping[str, Sequence[str]],
    images: Mapping[str, Sequence[str]],
) -> tuple[Membership, list[str]]:
    """The record of a run that goes on with the data as it is now.

    Args:
        before: as kept when the run last began.
        subjects: subject of each image, by split.
        images: key of each image's pixels, likewise.

    Returns:
        The record with all that was ever in a split, and what to tell the user.

    Raises:
        DataError: other data, or images in ``val`` or ``test`` that the run learned from.
    """
    _require_unlearned(before, subjects, images)
    now = membership(subjects, images)
    learned, here = set(before.images.get("train", ())), set(now.images.get("train", ()))
    if learned and len(learned & here) < _LEAST_KEPT * len(learned):
        raise DataError(
            f"holds {len(learned & here)} of the {len(learned)} images that the run learned from: "
            "this is other data",
            mend="Name the folder that the run began with, or begin a new run",
        )
    notes = []
    if learned and learned != here:
        notes.append(
            f"since the run began, {len(here - learned)} training images came and "
            f"{len(learned - here)} went; it goes on with those that are here"
        )
    return Membership(
        subjects=_united(before.subjects, now.subjects), images=_united(before.images, now.images)
    ), notes


def _require_unlearned(
    before: Membership,
    subjects: Mapping[str, Sequence[str]],
    images: Mapping[str, Sequence[str]],
) -> None:
    for split in ("val", "test"):
        pairs = zip(subjects.get(split, ()), images.get(split, ()), strict=True)
        learned = before.seen(pairs)["train"]
        if learned:
            raise DataError(
                f"{learned} images of {split} are ones that the run learned from, or of their "
                "subjects",
                mend=f"Move them back into train, take them out of {split}, or begin a new run",
            )


def _united(
    before: Mapping[str, tuple[str, ...]], now: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    splits = dict.fromkeys([*before, *now])
    return {
        split: tuple(dict.fromkeys([*before.get(split, ()), *now.get(split, ())]))
        for split in splits
    }


def _pairs(now: Any, before: Any) -> list[tuple[str, object, object]]:
    """Key, present and former value of each setting that a resume may not change."""
    return [
        (f"{section}.{key}", value, before[section][key])
        for section, values in now.items()
        if section not in _FREE_SECTIONS
        for key, value in values.items()
        if f"{section}.{key}" not in _FREE
    ]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"
