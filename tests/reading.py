"""What tests read of written files, with every handle closed."""

import csv
from pathlib import Path

from PIL import Image


def csv_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table by its header."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def picture(path: Path) -> Image.Image:
    """A picture, decoded."""
    with Image.open(path) as opened:
        return opened.copy()
