"""MetaImage files: every layout that is read, and every damage that is refused."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from biometry_cli.data.importers.metaimage import MetaImage, read_metaimage
from biometry_cli.errors import DataError
from tests.data.importers.shipped import metaimage

GRAY = np.arange(24, dtype=np.uint8).reshape(4, 6)


def read(folder: Path, content: bytes) -> MetaImage:
    path = folder / "a.mha"
    path.write_bytes(content)
    return read_metaimage(path)


@given(
    pixels=st.sampled_from(["u1", "u2", "i2", "f4"]).flatmap(
        lambda kind: arrays.arrays(
            np.dtype(kind), arrays.array_shapes(min_dims=2, max_dims=3, max_side=5)
        )
    ),
    big_endian=st.booleans(),
)
def test_pixels_come_back(
    pixels: np.ndarray, big_endian: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    found = read(tmp_path_factory.mktemp("mha"), metaimage(pixels, big_endian=big_endian))
    assert found.pixels.dtype == pixels.dtype
    np.testing.assert_array_equal(found.pixels, pixels)


def test_x_runs_fastest(tmp_path: Path) -> None:
    raw = (
        b"NDims = 2\nDimSize = 3 2\nElementType = MET_UCHAR\nElementDataFile = LOCAL\n\0\1\2\3\4\5"
    )
    assert read(tmp_path, raw).pixels.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert read(tmp_path, raw).spacing is None


def test_windows_line_ends(tmp_path: Path) -> None:
    header = b"NDims = 2\nDimSize = 2 1\nElementType = MET_UCHAR\nElementDataFile = LOCAL\n"
    raw = header.replace(b"\n", b"\r\n") + b"\7\x08"
    assert read(tmp_path, raw).pixels.tolist() == [[7, 8]]


def test_channels_are_the_last_axis(tmp_path: Path) -> None:
    rgb = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    found = read(tmp_path, metaimage(rgb, sizes=(3, 2), channels=3))
    np.testing.assert_array_equal(found.pixels, rgb)


def test_spacing_is_x_first(tmp_path: Path) -> None:
    assert read(tmp_path, metaimage(GRAY, ElementSpacing="0.2 0.3")).spacing == (0.2, 0.3)
    old = metaimage(GRAY, ElementSpacing=None, ElementSize="0.4 0.5")
    assert read(tmp_path, old).spacing == (0.4, 0.5)


@pytest.mark.parametrize(("header_size", "before"), [("7", b"0123456"), ("-1", b"anything")])
def test_pixels_in_a_file_beside_it(tmp_path: Path, header_size: str, before: bytes) -> None:
    (tmp_path / "a.raw").write_bytes(before + GRAY.tobytes())
    content = metaimage(GRAY, data_file="a.raw", HeaderSize=header_size)
    np.testing.assert_array_equal(read(tmp_path, content).pixels, GRAY)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "not a MetaImage"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "not a MetaImage"),
        (b"NDims = 2\nDimSize = 4 6\n", "header is cut off"),
        (b"a = b\n" * 20_000, "header is cut off"),
        (metaimage(GRAY, compressed=True), "compressed.*useCompression=False"),
        (metaimage(GRAY)[:-1], "truncated: 23 of 24 bytes"),
        (metaimage(GRAY) + b"\0", "25 bytes of pixels, where its size asks for 24"),
        (metaimage(GRAY, ElementType="MET_LONG_LONG"), "element type MET_LONG_LONG"),
        (metaimage(GRAY, ElementType=None), "element type none"),
        (metaimage(GRAY, ObjectType="Tube"), "holds a Tube"),
        (metaimage(GRAY, BinaryData="False"), "as text"),
        (metaimage(GRAY, NDims="3"), "NDims = 3"),
        (metaimage(GRAY, NDims="two"), "NDims = two"),
        (metaimage(GRAY, DimSize="6 -4"), "DimSize = -4"),
        (metaimage(GRAY, DimSize="6 0"), "DimSize = 0"),
        (metaimage(GRAY, DimSize="999999999 999999999"), "truncated: 24 of"),
        (metaimage(GRAY, DimSize="6 " + "9" * 5000), "not a whole number"),
        (metaimage(GRAY, DimSize=None), "DimSize ="),
        (metaimage(GRAY, ElementSpacing="0.1 nan"), "ElementSpacing"),
        (metaimage(GRAY, ElementSpacing="0.1"), "ElementSpacing"),
        (metaimage(GRAY, HeaderSize="x"), "HeaderSize = x"),
        (metaimage(GRAY, data_file="absent.raw"), "absent.raw: no such file"),
        (metaimage(GRAY, data_file="../a.raw"), "only one file beside it"),
        (metaimage(GRAY, data_file="LIST"), "only one file beside it"),
        (metaimage(GRAY, data_file="s%03d.raw"), "only one file beside it"),
        (metaimage(GRAY, data_file=""), "no file"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    with pytest.raises(DataError, match=told):
        read(tmp_path, content)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_metaimage(tmp_path / "absent.mha")
