"""Our pictures are told from a user's by a mark that does not outlive a change."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from biometry_cli.marks import is_drawn, is_our_png, kind_of_png, mark_png


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "a_overlay.png"
    Image.fromarray(np.arange(600, dtype=np.uint8).reshape(20, 30)).save(path)
    return path


def test_a_mark_changes_no_pixel_and_is_read_back(picture: Path) -> None:
    before = np.array(Image.open(picture))
    assert not is_our_png(picture)
    assert not is_drawn(picture)
    mark_png(picture, "overlay")
    with Image.open(picture) as image:
        image.verify()
    np.testing.assert_array_equal(np.array(Image.open(picture)), before)
    assert kind_of_png(picture.read_bytes()) == "overlay"
    assert is_our_png(picture)
    assert is_drawn(picture)


def test_every_change_ends_ownership(picture: Path) -> None:
    mark_png(picture, "overlay")
    content = picture.read_bytes()
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1
        picture.write_bytes(bytes(changed))
        # The length and the checksum of the mark's own chunk say nothing of the picture.
        assert not is_our_png(picture) or 33 <= place < 33 + 12 + content[36]
    for cut in (0, 8, 33, 40, 60, len(content) - 1):
        picture.write_bytes(content[:cut])
        assert not is_our_png(picture)


def test_a_picture_saved_anew_is_the_users_and_still_no_scan(picture: Path) -> None:
    mark_png(picture, "mask")
    with Image.open(picture) as image:
        info = PngImagePlugin.PngInfo()
        info.add_text("Software", "an editor")
        info.add_text("biometry", image.text["biometry"])  # type: ignore[attr-defined]
        pixels = np.array(image)
    Image.fromarray(255 - pixels).save(picture, pnginfo=info)
    assert not is_our_png(picture)
    assert kind_of_png(picture.read_bytes()) == "mask"


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"a" * 500])
def test_whatever_is_no_picture_of_ours_is_none(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x_mask.png"
    path.write_bytes(content)
    assert kind_of_png(content) is None
    assert not is_our_png(path)
    assert not is_drawn(path)
