"""Which subjects and images stand in which split of a run, so that nobody is tested on himself.

Kept in the run folder and in the model file. Names of subjects may say who a patient is, so they
are kept as digests: enough to know one again, and not readable at a glance.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

_DIGITS = 12  # 48 bits: among 100,000 images a chance of 1 in 50,000 that two share a key


def _parted(value: object) -> object:
    return tuple(value.split()) if isinstance(value, str) else value


Keys = Annotated[
    tuple[str, ...], BeforeValidator(_parted), PlainSerializer(lambda keys: " ".join(keys))
]
"""Digests, in JSON one text with blanks between."""


class Membership(BaseModel):
    """Keys of the subjects, and of the images' pixels, by split."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    subjects: dict[str, Keys] = {}
    images: dict[str, Keys] = {}

    def settled(self, subjects: Iterable[str]) -> dict[str, str]:
        """The split of each of these subjects that the run knows, by name."""
        splits = {key: split for split, keys in self.subjects.items() for key in keys}
        known = {subject: splits.get(subject_key(subject)) for subject in subjects}
        return {subject: split for subject, split in known.items() if split is not None}

    def seen(self, images: Iterable[tuple[str, str]]) -> Counter[str]:
        """How many images the run knows, by the split that it had them in.

        Args:
            images: subject's name and key of the pixels of each. Either one is enough to be known;
                an image that stands in several splits counts in the first of train, val, test.
        """
        of_subject = {key: split for split, keys in self.subjects.items() for key in keys}
        of_image = {key: split for split, keys in self.images.items() for key in keys}
        counts: Counter[str] = Counter()
        for subject, image_key in images:
            homes = {of_subject.get(subject_key(subject)), of_image.get(image_key)}
            home = next((split for split in ("train", "val", "test") if split in homes), None)
            if home is not None:
                counts[home] += 1
        return counts


def membership(
    subjects: Mapping[str, Iterable[str]], images: Mapping[str, Sequence[str]]
) -> Membership:
    """Keep who stands where: names of subjects, and keys of pixels, by split."""
    return Membership(
        subjects={
            split: tuple(sorted({subject_key(name) for name in names}))
            for split, names in subjects.items()
        },
        images={split: tuple(keys) for split, keys in images.items()},
    )


def subject_key(name: str) -> str:
    """The digest of a subject's name."""
    return hashlib.sha256(f"subject {name}".encode(errors="surrogateescape")).hexdigest()[:_DIGITS]


def pixels_key(pixels: npt.NDArray[np.float32]) -> str:
    """The digest of an image's gray pixels (H, W), whatever file they came from."""
    shape = repr((pixels.shape[0], pixels.shape[1])).encode()
    return hashlib.sha256(shape + pixels.tobytes()).hexdigest()[:_DIGITS]
