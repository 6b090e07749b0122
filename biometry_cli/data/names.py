"""Which lines of a table and which images belong together, and which nearly do."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import PurePath

NAMES_SHOWN = 3  # before names are only counted
_ALIKE = 0.8


@dataclass(frozen=True)
class Misfit:
    """Names of a table's lines without an image, and of images without a line.

    ``near`` pairs such a line with the image that it seems to mean.
    """

    lines: tuple[str, ...]
    images: tuple[str, ...]
    near: tuple[tuple[str, str], ...]

    def hint(self) -> str:
        """What the near names lack, to stand after a sentence; empty without any."""
        if not self.near:
            return ""
        line, image = self.near[0]
        many = f" ({len(self.near)} such)" if len(self.near) > 1 else ""
        return f"; {line} seems to mean {image}: {_difference(line, image)}{many}"


def misfit(lines: Iterable[str], images: Iterable[str]) -> Misfit:
    """Compare the names that a table lists with those of the images."""
    listed, there = list(lines), list(images)
    known, named = set(there), set(listed)
    lost = [name for name in listed if name not in known]
    free = [name for name in there if name not in named]
    near: list[tuple[str, str]] = []
    left = dict.fromkeys(free)
    for form in (_key, _stem):
        by_form = {form(image): image for image in left}
        for line in [each for each in lost if each not in dict(near)]:
            image = by_form.get(form(line))
            if image in left:
                near.append((line, image))
                del left[image]
    if lost and not near:
        # Numbered files are all alike, so that one pair is shown and nothing is made of it.
        near = [(lost[0], each) for each in get_close_matches(lost[0], free, n=1, cutoff=_ALIKE)]
    return Misfit(tuple(lost), tuple(free), tuple(near))


def some(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    shown = ", ".join(names[:NAMES_SHOWN])
    rest = len(names) - NAMES_SHOWN
    return f"{shown} and {rest} more" if rest > 0 else shown


def _base(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2].strip()


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", _base(name)).casefold()


def _stem(name: str) -> str:
    """Without its ending, or as it is where it has none that could be a file's."""
    path = PurePath(_key(name))
    return path.stem if len(path.suffix) in (4, 5) else path.name


def _difference(line: str, image: str) -> str:
    if "/" in line or "\\" in line:
        return "name files without a folder"
    if unicodedata.normalize("NFC", line) == unicodedata.normalize("NFC", image):
        return "the same letters, composed in another Unicode form (NFC, NFD)"
    if line.casefold() == image.casefold():
        return "capitals count"
    if _stem(line) == _stem(image):
        return "the ending counts"
    return "names must be the same"
