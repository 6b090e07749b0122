"""What the tests of several rooms share: hypothesis's profile and a builder of data folders."""

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import settings
from PIL import Image

# Threads that wait for each other on a busy machine make small networks a hundred times slower.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# The same examples on every machine, and no failure because a machine was busy.
settings.register_profile("steady", derandomize=True, deadline=None, max_examples=40)
settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Golden files are rewritten on demand alone; the diff says what changed."""
    parser.addoption(
        "--update-golden", action="store_true", help="Write tests/golden/expected anew."
    )


class FolderBuilder:
    """Writes the files of a small data folder; every scan gets pixels of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._scans = 0

    def image(self, place: str, pixels: npt.NDArray[np.generic]) -> Path:
        """Save an array at ``place`` below the folder, in the format of its suffix."""
        path = self._path(place)
        Image.fromarray(pixels).save(path)
        return path

    def scan(self, place: str, size: tuple[int, int] = (12, 16)) -> Path:
        """Save a random gray image of ``size`` (height, width)."""
        self._scans += 1
        generator = np.random.default_rng(self._scans)
        return self.image(place, generator.integers(0, 256, size, dtype=np.uint8))

    def pair(self, split: str, stem: str, mask: npt.NDArray[np.generic]) -> Path:
        """Save a scan and its mask below ``split`` ("" for the folder itself); gives the scan."""
        self.image(f"{split}/masks/{stem}.png", mask)
        return self.scan(f"{split}/images/{stem}.png", mask.shape[:2])

    def text(self, place: str, content: str | bytes) -> Path:
        """Write text as UTF-8, or bytes as they are."""
        path = self._path(place)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def _path(self, place: str) -> Path:
        path = self.root / place.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


@pytest.fixture
def folder(tmp_path: Path) -> FolderBuilder:
    """An empty data folder to fill."""
    root = tmp_path / "data"
    root.mkdir()
    return FolderBuilder(root)


@pytest.fixture
def square_mask() -> npt.NDArray[np.uint8]:
    """A mask of 12 x 16 pixels (height x width) with a structure of 4 x 6 in it, 0 and 255."""
    mask = np.zeros((12, 16), np.uint8)
    mask[3:7, 5:11] = 255
    return mask
