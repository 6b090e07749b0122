"""Every documented way to save a mask gives the same indices; everything else is refused."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from biometry_cli.data.declaration import MaskCoding
from biometry_cli.data.masks import count_structures, read_mask
from biometry_cli.errors import DataError

PLAIN = MaskCoding()
BINARY = np.array([[0, 1, 1, 0], [0, 0, 1, 0]], np.uint8)
INDICES = np.array([[0, 1, 1, 2], [0, 2, 2, 0]], np.uint8)
HEAD = ("head",)
TWO = ("head", "femur")
Pixels = npt.NDArray[np.generic]


def saved(path: Path, pixels: Pixels) -> Path:
    Image.fromarray(pixels).save(path)
    return path


def refused(path: Path, structures: tuple[str, ...], coding: MaskCoding = PLAIN) -> DataError:
    with pytest.raises(DataError) as caught:
        read_mask(path, structures, coding)
    assert caught.value.where == str(path)
    return caught.value


def channels(indices: npt.NDArray[np.uint8], count: int) -> npt.NDArray[np.uint8]:
    """One channel a class, (count, H, W), 0 and 255."""
    return np.stack([(indices == i + 1) * np.uint8(255) for i in range(count)])


@pytest.mark.parametrize("suffix", ["png", "tif", "bmp", "gif"])
@pytest.mark.parametrize("level", [1, 255])
def test_a_binary_mask_may_hold_one_or_255(tmp_path: Path, suffix: str, level: int) -> None:
    path = saved(tmp_path / f"m.{suffix}", BINARY * np.uint8(level))
    mask = read_mask(path, HEAD, PLAIN)
    assert mask.dtype == np.uint8
    np.testing.assert_array_equal(mask, BINARY)


def test_one_bit_masks(tmp_path: Path) -> None:
    path = saved(tmp_path / "m.png", BINARY.astype(bool))
    np.testing.assert_array_equal(read_mask(path, HEAD, PLAIN), BINARY)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_class_indices(tmp_path: Path, dtype: type) -> None:
    path = saved(tmp_path / "m.png", INDICES.astype(dtype))
    np.testing.assert_array_equal(read_mask(path, TWO, PLAIN), INDICES)


def test_in_a_palette_mask_the_index_counts_not_the_colour(tmp_path: Path) -> None:
    image = Image.frombytes("P", (4, 2), INDICES.tobytes())
    # Index 1 is drawn in black and 0 in white, and neither matters.
    image.putpalette([255, 255, 255, 0, 0, 0, 200, 40, 40])
    image.save(tmp_path / "m.png")
    np.testing.assert_array_equal(read_mask(tmp_path / "m.png", TWO, PLAIN), INDICES)


def test_equal_rgb_channels_are_gray(tmp_path: Path) -> None:
    path = saved(tmp_path / "indices.png", np.repeat(INDICES[..., None], 3, axis=2))
    np.testing.assert_array_equal(read_mask(path, TWO, PLAIN), INDICES)
    path = saved(tmp_path / "binary.png", np.repeat(BINARY[..., None] * np.uint8(255), 3, axis=2))
    np.testing.assert_array_equal(read_mask(path, HEAD, PLAIN), BINARY)


def test_alpha_of_a_mask_is_passed_over(tmp_path: Path) -> None:
    gray_alpha = np.stack([INDICES, np.full_like(INDICES, 255)], axis=2)
    Image.fromarray(gray_alpha, "LA").save(tmp_path / "la.png")
    np.testing.assert_array_equal(read_mask(tmp_path / "la.png", TWO, PLAIN), INDICES)
    rgba = np.stack([INDICES, INDICES, INDICES, np.full_like(INDICES, 255)], axis=2)
    path = saved(tmp_path / "rgba.png", rgba)
    np.testing.assert_array_equal(read_mask(path, TWO, PLAIN), INDICES)


def test_rgb_of_0_and_255_is_one_channel_a_class(tmp_path: Path) -> None:
    path = saved(tmp_path / "m.png", np.moveaxis(channels(INDICES, 3), 0, -1))
    np.testing.assert_array_equal(read_mask(path, TWO, PLAIN), INDICES)


def test_multi_page_tiff_is_one_page_a_class(tmp_path: Path) -> None:
    first, *others = (Image.fromarray(each) for each in channels(INDICES, 2))
    first.save(tmp_path / "m.tif", save_all=True, append_images=others)
    np.testing.assert_array_equal(read_mask(tmp_path / "m.tif", TWO, PLAIN), INDICES)


def test_in_palette_pages_the_index_counts_too(tmp_path: Path) -> None:
    pages = []
    for channel in channels(INDICES, 2) // 255:
        page = Image.frombytes("P", (4, 2), channel.tobytes())
        page.putpalette([255, 255, 255, 0, 0, 0])
        pages.append(page)
    pages[0].save(tmp_path / "m.tif", save_all=True, append_images=pages[1:])
    np.testing.assert_array_equal(read_mask(tmp_path / "m.tif", TWO, PLAIN), INDICES)


def test_pages_of_different_sizes_are_refused(tmp_path: Path) -> None:
    pages = [Image.new("L", (4, 2)), Image.new("L", (5, 2))]
    pages[0].save(tmp_path / "m.tif", save_all=True, append_images=pages[1:])
    assert "different sizes" in refused(tmp_path / "m.tif", TWO).what


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_a_damaged_second_page_is_refused(tmp_path: Path) -> None:
    random = np.random.default_rng(0).integers(0, 2, (2, 64, 64), dtype=np.uint8) * np.uint8(255)
    pages = [Image.fromarray(page) for page in random]
    path = tmp_path / "m.tif"
    pages[0].save(path, save_all=True, append_images=pages[1:], compression="tiff_lzw")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * 0.75)])
    refused(path, TWO)


@pytest.mark.parametrize(
    "array",
    [INDICES, INDICES.astype(np.int64), channels(INDICES, 2), channels(INDICES, 2) > 0],
    ids=["uint8", "int64", "channels", "bool-channels"],
)
def test_numpy_arrays(tmp_path: Path, array: Pixels) -> None:
    np.save(tmp_path / "m.npy", array)
    np.testing.assert_array_equal(read_mask(tmp_path / "m.npy", TWO, PLAIN), INDICES)


@pytest.mark.parametrize(
    "array",
    [np.zeros(4, np.uint8), np.zeros((2, 2), np.float32), np.zeros((0, 4), np.uint8)],
    ids=["1d", "float", "empty"],
)
def test_other_arrays_are_refused(tmp_path: Path, array: Pixels) -> None:
    np.save(tmp_path / "m.npy", array)
    assert "is an array" in refused(tmp_path / "m.npy", HEAD).what


def test_a_pickled_array_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", np.array([[None]], object), allow_pickle=True)
    assert "cannot be read" in refused(tmp_path / "m.npy", HEAD).what


def test_channels_of_other_values_are_refused_and_listed(tmp_path: Path) -> None:
    # Indices that kept a leading axis would otherwise melt into one class.
    np.save(tmp_path / "m.npy", INDICES[None])
    assert "0, 1, 2" in refused(tmp_path / "m.npy", HEAD).what
    pages = [Image.fromarray(np.full((2, 4), level, np.uint8)) for level in (0, 90)]
    pages[0].save(tmp_path / "m.tif", save_all=True, append_images=pages[1:])
    assert "0, 90" in refused(tmp_path / "m.tif", TWO).what


def test_a_negative_value_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", np.array([[0, -1], [1, 0]]))
    assert "-1, 0, 1" in refused(tmp_path / "m.npy", HEAD).what


OVERLAPPING = np.array([[[0, 1, 1, 0]], [[0, 0, 1, 1]]], np.uint8)


def test_a_pixel_in_two_classes_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", OVERLAPPING)
    error = refused(tmp_path / "m.npy", TWO)
    assert "1 pixels in two classes" in error.what
    assert "overlap" in error.mend


@pytest.mark.parametrize(("first", "expected"), [("head", [0, 1, 1, 2]), ("femur", [0, 1, 2, 2])])
def test_the_declared_winner_gets_a_shared_pixel(
    tmp_path: Path, first: str, expected: list[int]
) -> None:
    np.save(tmp_path / "m.npy", OVERLAPPING)
    order = sorted(TWO, key=lambda name: name != first)
    mask = read_mask(tmp_path / "m.npy", TWO, MaskCoding(overlap=tuple(order)))
    assert mask.tolist() == [expected]


def test_an_order_that_leaves_a_class_out_decides_nothing(tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", np.concatenate([OVERLAPPING, np.zeros((1, 1, 4), np.uint8)]))
    coding = MaskCoding(overlap=("femur", "belly"))
    assert "two classes" in refused(tmp_path / "m.npy", (*TWO, "belly"), coding).what


def test_more_channels_than_classes_are_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "m.png", np.moveaxis(channels(INDICES, 3), 0, -1))
    assert "3 channels for the 1 classes head" in refused(path, HEAD).what
    np.save(tmp_path / "m.npy", channels(INDICES, 1))
    assert "1 channels for the 2 classes" in refused(tmp_path / "m.npy", TWO).what


COLORS = {"femur": (0, 0, 255), "head": (255, 0, 0)}


@pytest.mark.parametrize("structures", [("femur", "head"), ("head", "femur")])
def test_colours_of_dataset_toml(tmp_path: Path, structures: tuple[str, ...]) -> None:
    rgb = np.array([[(0, 0, 0), (0, 0, 255), (255, 0, 0)]], np.uint8)
    path = saved(tmp_path / "m.png", rgb)
    mask = read_mask(path, structures, MaskCoding(colors=COLORS))
    # The index follows the order of the classes, whatever order the colours are listed in.
    assert [structures[i - 1] for i in mask[0, 1:]] == ["femur", "head"]
    assert mask[0, 0] == 0


def test_a_declared_background_colour(tmp_path: Path) -> None:
    rgb = np.array([[(255, 255, 255), (0, 0, 255), (0, 0, 0)]], np.uint8)
    path = saved(tmp_path / "m.png", rgb)
    coding = MaskCoding(colors={"background": (255, 255, 255), "head": (0, 0, 255)})
    assert read_mask(path, HEAD, coding).tolist() == [[0, 1, 0]]


def test_undeclared_colours_are_refused_and_listed(tmp_path: Path) -> None:
    path = saved(tmp_path / "m.png", np.array([[(0, 0, 255), (9, 8, 7)]], np.uint8))
    assert "[9, 8, 7]" in refused(path, ("femur", "head"), MaskCoding(colors=COLORS)).what
    assert "7, 8, 9" in refused(path, TWO).what


def test_a_colour_of_no_class_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "m.png", np.array([[(0, 0, 255), (255, 0, 0)]], np.uint8))
    assert "colour of femur" in refused(path, HEAD, MaskCoding(colors=COLORS)).what


def test_gray_levels_are_refused_and_listed(tmp_path: Path) -> None:
    path = saved(tmp_path / "m.png", np.array([[0, 100, 255]], np.uint8))
    assert "0, 100, 255" in refused(path, HEAD).what
    many = saved(tmp_path / "many.png", np.arange(256, dtype=np.uint8)[None])
    assert "(256 values)" in refused(many, HEAD).what


def test_an_index_past_the_classes_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "m.png", np.array([[0, 1, 2, 3]], np.uint8))
    assert "1 head, 2 femur" in refused(path, TWO).what


def test_a_0_255_mask_is_never_class_255(tmp_path: Path) -> None:
    path = saved(tmp_path / "m.png", BINARY * np.uint8(255))
    assert "0, 255" in refused(path, TWO).what


def test_an_empty_mask_is_background_alone(tmp_path: Path) -> None:
    path = saved(tmp_path / "m.png", np.zeros((2, 4), np.uint8))
    for structures in (HEAD, TWO):
        assert not read_mask(path, structures, PLAIN).any()


def test_an_unreadable_mask_is_named(tmp_path: Path) -> None:
    for name in ("m.png", "m.npy"):
        (tmp_path / name).write_bytes(b"nothing of the kind")
        refused(tmp_path / name, HEAD)


def test_structures_are_counted(tmp_path: Path) -> None:
    binary = saved(tmp_path / "binary.png", BINARY * np.uint8(255))
    one = saved(tmp_path / "one.png", BINARY)
    indices = saved(tmp_path / "indices.png", INDICES)
    np.save(tmp_path / "m.npy", channels(INDICES, 2))
    assert count_structures([], PLAIN) == 1
    assert count_structures([binary, one], PLAIN) == 1
    assert count_structures([one, indices], PLAIN) == 2
    assert count_structures([tmp_path / "m.npy"], PLAIN) == 2


def test_a_binary_mask_among_index_masks_is_refused_by_name(tmp_path: Path) -> None:
    binary = saved(tmp_path / "binary.png", BINARY * np.uint8(255))
    indices = saved(tmp_path / "indices.png", INDICES)
    with pytest.raises(DataError, match="class indices up to 2") as caught:
        count_structures([indices, binary], PLAIN)
    assert caught.value.where == str(binary)


def test_gray_levels_are_not_counted_as_classes(tmp_path: Path) -> None:
    path = saved(tmp_path / "m.png", np.array([[0, 90, 200]], np.uint8))
    with pytest.raises(DataError, match="0, 90, 200") as caught:
        count_structures([path], PLAIN)
    assert caught.value.where == str(path)
