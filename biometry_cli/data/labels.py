"""The label schema: what a model's outputs mean, as an immutable value with a hash."""

import hashlib
import json
from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

from biometry_cli.data.points import Calipers, calipers_of, heatmaps_of

BACKGROUND = "background"

Task = Literal["segment", "classify", "landmarks", "segment,landmarks"]


class LabelSchema(BaseModel):
    """Task and names in output order.

    For ``segment``, class 0 is the background and class i is what mask value i marks.
    For ``classify``, the classes are the labels in alphabetical or declared order.
    For ``landmarks``, ``points`` are the names of the columns of ``landmarks.csv``; ``swap`` are
    pairs of them that change places in a mirror image, and ``hidden`` says whether any training
    image lacks a point, so that a network must answer which ones it sees.
    ``segment,landmarks`` has both.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: Task
    classes: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    swap: tuple[tuple[str, str], ...] = ()
    hidden: bool = False

    @model_validator(mode="after")
    def _check(self) -> "LabelSchema":
        if len(set(self.classes)) != len(self.classes) or not all(self.classes):
            raise ValueError(f"class names must be different and not empty: {self.classes}")
        if self.segments and (len(self.classes) < 2 or self.classes[0] != BACKGROUND):
            raise ValueError("segmentation classes are 'background' and at least one structure")
        if self.finds_points and not self.points:
            raise ValueError("landmarks need at least one named point")
        calipers_of(self.points)
        stray = {name for pair in self.swap for name in pair} - set(self.points)
        if stray:
            raise ValueError(f"swap names {sorted(stray)[0]!r}, which is no landmark")
        return self

    @property
    def segments(self) -> bool:
        """Whether a model of these labels gives masks."""
        return "segment" in self.task

    @property
    def finds_points(self) -> bool:
        """Whether a model of these labels gives points."""
        return "landmarks" in self.task

    @property
    def structures(self) -> tuple[str, ...]:
        """The segmentation classes without the background."""
        return self.classes[1:] if self.segments else ()

    @property
    def calipers(self) -> Calipers:
        """Places of the two ends of each caliper among ``points``, by its name (``ofd``)."""
        return calipers_of(self.points)

    @property
    def heatmaps(self) -> tuple[tuple[int, ...], ...]:
        """Places among ``points`` of what each heatmap shows: a caliper's two ends, or a point."""
        return heatmaps_of(self.points)

    def outputs(self, *, dense: bool) -> int:
        """Channels of a network's answer.

        A ``dense`` network answers with maps, classes before heatmaps; another one with a number
        a class, or with x and y of each point and, where points may be hidden, a logit each.
        """
        if not self.finds_points:
            return len(self.classes)
        if dense:
            return len(self.classes) + len(self.heatmaps)
        return (3 if self.hidden else 2) * len(self.points)

    def hash(self) -> str:
        """Twelve hex digits that change with the task, a name or the order."""
        named: list[object] = [self.task, *self.classes]
        if self.points:
            named.append([self.points, self.swap])
        content = json.dumps(named, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()[:12]
