"""The contract of readers, for each suffix of the catalog."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from biometry_cli.data.frames import READERS, Failure, Source, read_frames
from tests.data.reader_contract import Pixels, ReaderContract, scan


class _PictureContract(ReaderContract):
    options: dict[str, Any] = {}  # noqa: RUF012

    def write(self, path: Path, pixels: Pixels) -> None:
        Image.fromarray(pixels).save(path, **self.options)


class TestPng(_PictureContract):
    suffix, depths = ".png", (255, 65535)


class TestTif(_PictureContract):
    suffix, depths = ".tif", (255, 65535)


class TestTiff(_PictureContract):
    suffix, depths = ".tiff", (255, 65535)
    options = {"compression": "tiff_lzw"}  # noqa: RUF012


class TestJpg(_PictureContract):
    suffix, exact = ".jpg", False
    options = {"quality": 95}  # noqa: RUF012


class TestJpeg(TestJpg):
    suffix = ".jpeg"


class TestBmp(_PictureContract):
    suffix = ".bmp"


class TestGif(_PictureContract):
    suffix = ".gif"


class TestWebp(_PictureContract):
    suffix = ".webp"
    options = {"lossless": True}  # noqa: RUF012


def test_every_suffix_keeps_the_contract() -> None:
    tested = {
        each.suffix for each in globals().values()
        if isinstance(each, type) and issubclass(each, ReaderContract) and hasattr(each, "suffix")
    }  # fmt: skip
    assert tested == set(READERS)


@pytest.mark.parametrize("suffix", [".tif", ".gif"])
def test_several_frames_are_refused_as_long_as_nobody_reads_them(
    suffix: str, tmp_path: Path
) -> None:
    path = tmp_path / f"clip{suffix}"
    first, second = (Image.fromarray(pixels) for pixels in (scan(255), scan(255)[::-1].copy()))
    first.save(path, save_all=True, append_images=[second])
    (failure,) = read_frames([Source(path)])
    assert isinstance(failure, Failure)
    assert "holds 2 frames" in failure.error.what
