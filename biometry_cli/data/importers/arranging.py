"""A plan's items -> the files of the new folder: in which split each lies, and its name there."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from biometry_cli.data.declaration import Declaration
from biometry_cli.data.images import IMAGE_SUFFIXES
from biometry_cli.data.importers.plan import Item, Left, Plan
from biometry_cli.data.importers.subjects import name_subjects
from biometry_cli.data.masks import MASK_SUFFIXES
from biometry_cli.data.splits import SPLITS, draw_splits
from biometry_cli.errors import DataError
from biometry_cli.names import valid


@dataclass(frozen=True)
class Arranged:
    """What is to be written: every item has a split, and a name that tells its subject."""

    items: tuple[Item, ...]
    declaration: Declaration
    left: tuple[Left, ...]
    notes: tuple[str, ...]


def arrange(plan: Plan, *, seed: int, split_shares: tuple[float, float, float]) -> Arranged:
    """Settle splits and names; no subject is in two splits.

    The source's own splits are kept where every item has one. Where they put one subject on two
    sides, its images stay on the side that is held out (test before val before train), so that a
    published test set stays whole, and the others are left.

    Raises:
        DataError: no items, too few subjects for the splits, a name that cannot be used or is
            not unique.
    """
    if not plan.items:
        raise DataError(_nothing(plan.left), mend="Check that the source is complete")
    left, notes = list(plan.left), list(plan.notes)
    items: tuple[Item, ...]
    if all(item.split for item in plan.items):
        items = _held_apart(plan.items, left, notes)
        notes.append("splits: as the source has them")
    else:
        named = sum(item.split is not None for item in plan.items)
        if named:
            notes.append(
                f"the source names a split for {named} of {len(plan.items)} images only, so all "
                "are drawn anew"
            )
        items = _drawn(plan.items, seed, split_shares)
        counts = Counter(item.split for item in items)
        shown = ", ".join(f"{split} {counts[split]}" for split in SPLITS if counts[split])
        notes.append(f"splits: drawn by subject with seed {seed} ({shown} images)")
    items, rule, note = name_subjects(items)
    if note:
        notes.append(note)
    _check_names(items)
    declaration = plan.declaration.model_copy(update={"subject": rule})
    return Arranged(items, declaration, tuple(left), tuple(notes))


def _nothing(left: Sequence[Left]) -> str:
    counts = Counter(each.reason for each in left).most_common()
    reasons = "; ".join(f"{count} left: {reason}" for reason, count in counts)
    return f"holds nothing to import ({reasons or 'no images found'})"


def _drawn(
    items: Sequence[Item], seed: int, split_shares: tuple[float, float, float]
) -> tuple[Item, ...]:
    wanted = dict(zip(SPLITS, split_shares, strict=True))
    try:
        dealt = draw_splits([item.subject for item in items], wanted, seed)
    except DataError as error:
        raise DataError(
            error.what, mend="Import images of more subjects; no subject may be in two splits"
        ) from None
    home = {subject: split for split, subjects in dealt.items() for subject in subjects}
    return tuple(replace(item, split=home[item.subject]) for item in items)


def _held_apart(items: Sequence[Item], left: list[Left], notes: list[str]) -> tuple[Item, ...]:
    """The items without those whose subject also stands in a split that is held out more."""
    ranks = {split: rank for rank, split in enumerate(SPLITS)}
    home: dict[str, int] = {}
    for item in items:
        home[item.subject] = max(home.get(item.subject, 0), ranks[item.split or ""])
    kept = tuple(item for item in items if ranks[item.split or ""] == home[item.subject])
    shared = sorted(
        {item.subject for item in items if ranks[item.split or ""] < home[item.subject]}
    )
    if not shared:
        return kept
    emptied = {item.split for item in items} - {item.split for item in kept}
    if emptied:
        raise DataError(
            f"every subject of the split {' and '.join(sorted(map(str, emptied)))} is in another "
            f"split too, such as {shared[0]}",
            mend="Mend the splits of the source, or take its split folders away",
        )
    for item in items:
        if ranks[item.split or ""] < home[item.subject]:
            split = SPLITS[home[item.subject]]
            left.append(Left(item.name, f"its subject is also in the source's {split} split"))
    notes.append(
        f"{len(shared)} subjects are in two splits of the source, such as {shared[0]}; "
        "they stay in the one that is held out"
    )
    return kept


def _check_names(items: Sequence[Item]) -> None:
    seen: set[tuple[str | None, str]] = set()
    for item in items:
        name = PurePath(item.name)
        # Tables are UTF-8, and could not name a file whose name is not.
        unusable = item.name.startswith(".") or "\\" in item.name or item.name != valid(item.name)
        if item.name != name.name or unusable:
            raise DataError(
                f"the name {item.name!r} cannot be used for a file in images/",
                mend="Rename it in the source",
            )
        expected = IMAGE_SUFFIXES if isinstance(item.image, Path) else {".png"}
        if name.suffix.lower() not in expected or (
            isinstance(item.mask, Path) and item.mask.suffix.lower() not in MASK_SUFFIXES
        ):
            raise DataError(
                f"{item.name} or its mask is not of a kind that a data folder holds",
                mend="Save images and masks as PNG",
            )
        if (item.split, name.stem) in seen:
            raise DataError(
                f"two images are called {name.stem}", mend="Rename one of them in the source"
            )
        seen.add((item.split, name.stem))
