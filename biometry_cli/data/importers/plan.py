"""What an importer found in somebody's data set: which images become what, and what stays behind.

An importer recognises its kind of source, reads it and gives a plan; ``writing.py`` turns any plan
into a data folder. Reading decides everything, so a source that cannot be used is refused before
anything is written.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from biometry_cli.data.declaration import Declaration
from biometry_cli.data.tables import Calibration
from biometry_cli.names import valid

Pixels = npt.NDArray[np.uint8]
Point = tuple[float, float]


@dataclass(frozen=True)
class Evidence:
    """That a folder holds an importer's kind of source; ``saw`` says in words what tells it."""

    saw: str


@dataclass(frozen=True)
class Item:
    """One image of the new data folder.

    Attributes:
        name: its file name in ``images/``, with a suffix of its own format; unique in the plan.
        subject: the fetus that it shows.
        image: the file to copy or link, or what gives its pixels (H, W) uint8, written as PNG.
        split: "train", "val" or "test" where the source says so; None to be drawn by subject.
        mask: a mask file to copy or link, or what gives class indices (H, W) uint8; written under
            the image's stem.
        points: x, y of each landmark in pixels of the image, pixel centres at whole numbers; None
            for one that is not visible.
        label: its class.
        calibration: pixel size, reference measures and further columns, for ``spacing.csv``.
    """

    name: str
    subject: str
    image: Path | Callable[[], Pixels]
    split: str | None = None
    mask: Path | Callable[[], Pixels] | None = None
    points: Mapping[str, Point | None] | None = None
    label: str | None = None
    calibration: Calibration = field(default_factory=Calibration)


@dataclass(frozen=True)
class Left:
    """Something of the source that was not taken, and why."""

    file: str
    reason: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "file", valid(self.file))


@dataclass(frozen=True)
class Plan:
    """All that an importer found.

    Attributes:
        items: the images to write.
        declaration: what ``dataset.toml`` is to say; its ``subject`` is filled in when writing.
        left: what stays behind.
        notes: choices worth printing.
    """

    items: tuple[Item, ...]
    declaration: Declaration
    left: tuple[Left, ...] = ()
    notes: tuple[str, ...] = ()
