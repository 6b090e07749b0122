"""The label schema: what a model's outputs mean, as an immutable value with a hash."""

import hashlib
import json
from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

BACKGROUND = "background"


class LabelSchema(BaseModel):
    """Task and class names in output order.

    For ``segment``, class 0 is the background and class i is what mask value i marks.
    For ``classify``, the classes are the labels in alphabetical or declared order.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: Literal["segment", "classify"]
    classes: tuple[str, ...]

    @model_validator(mode="after")
    def _check(self) -> "LabelSchema":
        if len(set(self.classes)) != len(self.classes) or not all(self.classes):
            raise ValueError(f"class names must be different and not empty: {self.classes}")
        if self.task == "segment" and (len(self.classes) < 2 or self.classes[0] != BACKGROUND):
            raise ValueError("segmentation classes are 'background' and at least one structure")
        return self

    @property
    def structures(self) -> tuple[str, ...]:
        """The segmentation classes without the background."""
        return self.classes[1:] if self.task == "segment" else ()

    def hash(self) -> str:
        """Twelve hex digits that change with the task, a name or the order."""
        content = json.dumps([self.task, *self.classes], ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()[:12]
