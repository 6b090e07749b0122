"""Every kind of image file -> gray between 0 and 1, and every kind of damage refused by name."""

import struct
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from biometry_cli.data.frames import as_gray
from biometry_cli.data.images import TURNED, displayed_size, read_scan
from biometry_cli.errors import DataError

RAMP = np.arange(256, dtype=np.uint8).reshape(16, 16)
HALF_STEP = 0.5 / 255


def saved(path: Path, image: Image.Image, **options: object) -> Path:
    image.save(path, **options)
    return path


def read(path: Path) -> npt.NDArray[np.float32]:
    pixels = read_scan(path).pixels
    assert pixels.dtype == np.float32
    assert pixels.min() >= 0
    assert pixels.max() <= 1
    return pixels


def refused(path: Path, fragment: str) -> DataError:
    with pytest.raises(DataError, match=fragment) as caught:
        read_scan(path)
    assert caught.value.where == str(path)
    return caught.value


def luminance(red: int, green: int, blue: int) -> float:
    """Rec. 601."""
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255


@pytest.mark.parametrize("suffix", ["png", "bmp", "tif", "gif", "PNG"])
def test_eight_bit_gray_is_read_exactly(tmp_path: Path, suffix: str) -> None:
    path = saved(tmp_path / f"a.{suffix}", Image.fromarray(RAMP))
    np.testing.assert_array_equal(read(path), RAMP / np.float32(255))


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bit_gray_is_not_saturated(tmp_path: Path, suffix: str) -> None:
    values = np.arange(0, 65536, 256, dtype=np.uint16).reshape(16, 16)
    path = saved(tmp_path / f"a.{suffix}", Image.fromarray(values))
    pixels = read(path)
    assert len(np.unique(pixels)) == 256
    np.testing.assert_allclose(pixels, values / 65535, atol=1e-7)


def test_big_endian_sixteen_bit_tiff(tmp_path: Path) -> None:
    values = np.array([[0, 1, 255], [256, 32768, 65535]], ">u2")
    # TIFF 6.0: width, height, 16 bits, no compression, black is zero, one strip right at 8.
    tags = [(256, 3), (257, 2), (258, 16), (259, 1), (262, 1), (273, 8), (277, 1), (278, 2)]
    tags += [(279, values.nbytes)]
    entries = b"".join(struct.pack(">HHII", tag, 4, 1, value) for tag, value in tags)
    header = struct.pack(">2sHI", b"MM", 42, 8 + values.nbytes)
    path = tmp_path / "a.tif"
    path.write_bytes(header + values.tobytes() + struct.pack(">H", len(tags)) + entries + bytes(4))
    np.testing.assert_allclose(read(path), values / 65535, atol=1e-7)


def test_gray_with_alpha_lies_on_black(tmp_path: Path) -> None:
    gray_alpha = np.array([[[200, 255], [200, 0], [200, 128]]], np.uint8)
    path = saved(tmp_path / "a.png", Image.fromarray(gray_alpha, "LA"))
    np.testing.assert_allclose(read(path), [[200 / 255, 0, 100.4 / 255]], atol=2 * HALF_STEP)


def test_colour_becomes_luminance_and_transparent_becomes_black(tmp_path: Path) -> None:
    colors = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [90, 90, 90]]], np.uint8)
    expected = [luminance(*color) for color in colors[0].tolist()]
    path = saved(tmp_path / "rgb.png", Image.fromarray(colors))
    np.testing.assert_allclose(read(path)[0], expected, atol=2 * HALF_STEP)

    alpha = np.array([[[255], [255], [255], [0]]], np.uint8)
    path = saved(tmp_path / "rgba.png", Image.fromarray(np.concatenate([colors, alpha], axis=2)))
    np.testing.assert_allclose(read(path)[0], [*expected[:3], 0], atol=2 * HALF_STEP)


def test_cmyk_paper_is_white_and_ink_is_black(tmp_path: Path) -> None:
    inks = np.array([[[0, 0, 0, 0], [0, 0, 0, 255], [255, 255, 255, 0]]], np.uint8)
    path = saved(tmp_path / "a.tif", Image.fromarray(inks, "CMYK"))
    np.testing.assert_allclose(read(path), [[1, 0, 0]], atol=HALF_STEP)


def palette_image(indices: npt.NDArray[np.uint8], palette: list[int]) -> Image.Image:
    image = Image.frombytes("P", indices.shape[::-1], indices.tobytes())
    image.putpalette(palette)
    return image


def test_palette_images_show_their_colours(tmp_path: Path) -> None:
    indices = np.array([[0, 1, 2]], np.uint8)
    image = palette_image(indices, [255, 255, 255, 10, 20, 30, 0, 255, 0])
    path = saved(tmp_path / "a.png", image)
    expected = [1, luminance(10, 20, 30), luminance(0, 255, 0)]
    np.testing.assert_allclose(read(path)[0], expected, atol=2 * HALF_STEP)


def test_a_transparent_palette_colour_becomes_black(tmp_path: Path) -> None:
    image = palette_image(np.array([[0, 1]], np.uint8), [255, 255, 255, 100, 100, 100])
    path = saved(tmp_path / "a.png", image, transparency=0)
    np.testing.assert_allclose(read(path), [[0, 100 / 255]], atol=HALF_STEP)


def test_one_bit_images_are_black_and_white(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", Image.fromarray(np.array([[True, False, True]])))
    assert read(path).tolist() == [[1, 0, 1]]


def test_jpeg_is_read(tmp_path: Path) -> None:
    smooth = np.repeat(np.linspace(20, 230, 64)[None], 64, axis=0).astype(np.uint8)
    path = saved(tmp_path / "a.jpg", Image.fromarray(smooth), quality=95)
    np.testing.assert_allclose(read(path), smooth / 255, atol=0.02)


SEEN = np.array([[10, 80, 200], [30, 120, 250]], np.uint8)
"""As a person sees it."""


def stored(orientation: int) -> npt.NDArray[np.uint8]:
    """What a file of this orientation holds, so that it is shown as ``SEEN`` (EXIF 2.3)."""
    rows_first = SEEN if orientation <= 4 else SEEN.T
    turns = {1: (1, 1), 2: (1, -1), 3: (-1, -1), 4: (-1, 1)}
    turns |= {5: (1, 1), 6: (-1, 1), 7: (-1, -1), 8: (1, -1)}
    down, right = turns[orientation]
    return np.ascontiguousarray(rows_first[::down, ::right])


def oriented(path: Path, orientation: int) -> Path:
    """A file that says how it is to be turned: EXIF, or tag 274 of a TIFF."""
    if path.suffix == ".tif":
        return saved(path, Image.fromarray(stored(orientation)), tiffinfo={274: orientation})
    exif = Image.Exif()
    exif[274] = orientation
    options = {"lossless": True} if path.suffix == ".webp" else {"quality": 100}
    image = Image.fromarray(stored(orientation).repeat(16, 0).repeat(16, 1))
    return saved(path, image, exif=exif, **options)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif"])
def test_an_image_is_read_as_it_is_shown(tmp_path: Path, suffix: str, orientation: int) -> None:
    path = oriented(tmp_path / f"a{suffix}", orientation)
    pixels = read(path)
    step = pixels.shape[0] // 2
    np.testing.assert_allclose(pixels[step // 2 :: step, step // 2 :: step], SEEN / 255, atol=0.03)
    assert read_scan(path).remarks == ((TURNED,) if orientation > 1 else ())
    with Image.open(path) as header:
        assert displayed_size(header) == pixels.shape[::-1]


@pytest.mark.parametrize("orientation", [0, 9, 300])
def test_an_orientation_that_does_not_exist_is_none(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    path = saved(tmp_path / "a.png", Image.fromarray(SEEN), exif=exif)
    np.testing.assert_array_equal(read(path), SEEN / np.float32(255))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_damaged_exif_does_not_hide_a_picture(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.jpg", Image.fromarray(RAMP), exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")
    assert read(path).shape == RAMP.shape


def tiff(path: Path, values: npt.NDArray[np.uint16], *, photometric: int) -> Path:
    return saved(path, Image.fromarray(values), tiffinfo={262: photometric})


@pytest.mark.parametrize("bits", [10, 12, 14, 16])
def test_a_negative_of_many_bits_is_turned_round(tmp_path: Path, bits: int) -> None:
    white = 2**bits - 1
    values = np.array([[0, white // 3, white]], np.uint16)
    shown = read(tiff(tmp_path / "shown.tif", values, photometric=1))
    negative = read(tiff(tmp_path / "negative.tif", white - values, photometric=0))
    np.testing.assert_allclose(negative, shown, atol=1e-6)
    np.testing.assert_allclose(shown, values / white, atol=1e-6)


@pytest.mark.parametrize("suffix", ["png", "tif"])
@pytest.mark.parametrize("bits", [8, 10, 12, 14])
def test_fewer_bits_than_sixteen_are_scaled_by_those_used(
    tmp_path: Path, suffix: str, bits: int
) -> None:
    eight = saved(tmp_path / "eight.png", Image.fromarray(RAMP))
    values = np.round(RAMP / 255 * (2**bits - 1)).astype(np.uint16)
    path = saved(tmp_path / f"words.{suffix}", Image.fromarray(values))
    np.testing.assert_allclose(read(path), read(eight), atol=1 / 2**bits)
    (remark,) = read_scan(path).remarks
    assert f"{bits} of 16 bits" in remark
    pixels, remarks = as_gray(values)
    np.testing.assert_array_equal(pixels, read(path))
    assert remarks == (remark,)


@pytest.mark.parametrize("mode", ["LA", "RGBA", "P"])
def test_a_wholly_transparent_image_is_no_black_one(tmp_path: Path, mode: str) -> None:
    if mode == "P":
        image = palette_image(np.zeros((4, 5), np.uint8), [200, 200, 200])
        path = saved(tmp_path / "a.png", image, transparency=0)
    else:
        layers = [*(200,) * (len(mode) - 1), 0]
        path = saved(tmp_path / "a.png", Image.new(mode, (5, 4), tuple(layers)))
    assert "alpha" in (refused(path, "is wholly transparent").mend or "")


@pytest.fixture
def png(tmp_path: Path) -> Path:
    random = np.random.default_rng(0).integers(0, 256, (40, 50), dtype=np.uint8)
    return saved(tmp_path / "scan.png", Image.fromarray(random))


def test_a_flipped_bit_in_the_pixels_fails_the_checksum(png: Path) -> None:
    content = bytearray(png.read_bytes())
    content[content.index(b"IDAT") + 100] ^= 1
    png.write_bytes(content)
    error = refused(png, "a checksum in it fails")
    assert error.exit_code == 3


@given(st.data())
def test_a_damaged_png_never_gives_other_pixels(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.png"
    Image.fromarray(RAMP).save(path)
    whole = read(path)
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    try:
        pixels = read(path)
    except DataError:
        return
    np.testing.assert_array_equal(pixels, whole)


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.9, 0.99])
def test_a_truncated_png_is_refused(png: Path, share: float) -> None:
    content = png.read_bytes()
    png.write_bytes(content[: int(len(content) * share)])
    refused(png, "truncated|not an image")


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_truncated_jpeg_is_refused(tmp_path: Path, share: float) -> None:
    path = saved(tmp_path / "a.jpg", Image.fromarray(np.tile(RAMP, (8, 8))))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    refused(path, "truncated")


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize("share", [0.3, 0.6, 0.75, 0.9])
def test_a_truncated_tiff_is_refused(tmp_path: Path, share: float) -> None:
    random = np.random.default_rng(0).integers(0, 256, (2, 64, 64), dtype=np.uint8)
    pages = [Image.fromarray(page) for page in random]
    path = saved(tmp_path / "a.tif", pages[0], save_all=True, append_images=pages[1:])
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    refused(path, "truncated|frames")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    refused(tmp_path / "a.png", "empty")


def test_a_text_file_named_png_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("not a scan\n")
    refused(tmp_path / "a.png", "not an image of a known kind")


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    refused(tmp_path / "absent.png", "no such file")
    refused(tmp_path, "cannot be read")


@pytest.mark.parametrize("suffix", ["gif", "tif", "png"])
def test_several_frames_are_refused(tmp_path: Path, suffix: str) -> None:
    frames = [Image.fromarray(np.full((8, 8), 60 * i, np.uint8)) for i in range(3)]
    path = saved(tmp_path / f"a.{suffix}", frames[0], save_all=True, append_images=frames[1:])
    refused(path, "holds 3 frames")


@pytest.mark.parametrize(
    ("image", "fragment"),
    [
        (Image.fromarray(np.ones((4, 4), np.float32)), "floating-point"),
        (Image.fromarray(np.full((4, 4), 70000, np.int32)), "do not fit 16 bits"),
        (Image.fromarray(np.full((4, 4), -1, np.int32)), "do not fit 16 bits"),
        (Image.new("LAB", (4, 4)), "LAB"),
    ],
    ids=["float", "too-large", "negative", "lab"],
)
def test_pixels_without_a_known_range_are_refused(
    tmp_path: Path, image: Image.Image, fragment: str
) -> None:
    refused(saved(tmp_path / "a.tif", image), fragment)


def test_a_decompression_bomb_is_refused(tmp_path: Path) -> None:
    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    path = tmp_path / "a.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + b"".join(
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
            for kind, body in parts
        )
    )
    refused(path, "too large")
