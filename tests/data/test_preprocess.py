"""The way from source pixels to network input and back, proved with blobs of known place."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.data.preprocess import Preprocess, resize

Floats = npt.NDArray[np.float64]
sides = st.integers(1, 900)
inputs = st.builds(Preprocess, height_px=st.integers(16, 300), width_px=st.integers(16, 300))


def blob(size: tuple[int, int], center: tuple[float, float], sigma: float) -> npt.NDArray:
    """A Gaussian spot at ``center`` (x, y) in an image of ``size`` (height, width)."""
    y, x = np.mgrid[: size[0], : size[1]]
    square = (x - center[0]) ** 2 + (y - center[1]) ** 2
    return np.exp(-square / (2 * sigma**2)).astype(np.float32)


def centroid(image: npt.NDArray) -> Floats:
    """Center of mass as x, y."""
    mass = image.astype(float)
    y, x = np.mgrid[: image.shape[0], : image.shape[1]]
    return np.array([(x * mass).sum(), (y * mass).sum()]) / mass.sum()


@given(inputs, sides, sides, st.lists(st.tuples(*[st.floats(-500, 500)] * 2), min_size=1))
def test_the_placement_is_invertible(
    preprocess: Preprocess, height: int, width: int, points: list[tuple[float, float]]
) -> None:
    placement = preprocess.placement((height, width))
    given_px = np.array(points)
    np.testing.assert_allclose(
        placement.to_source(placement.to_input(given_px)), given_px, atol=1e-6
    )
    np.testing.assert_allclose(
        placement.to_input(placement.to_source(given_px)), given_px, atol=1e-6
    )


@given(inputs, sides, sides)
def test_the_image_fits_and_its_aspect_ratio_is_kept(
    preprocess: Preprocess, height: int, width: int
) -> None:
    placement = preprocess.placement((height, width))
    room = (preprocess.height_px, preprocess.width_px)
    resized = placement.resized_size
    assert resized[0] == room[0] or resized[1] == room[1]
    assert resized[0] <= room[0]
    assert resized[1] <= room[1]
    scale = min(room[0] / height, room[1] / width)
    for side, source in zip(resized, (height, width), strict=True):
        assert side == 1 or abs(side - source * scale) <= 0.5 + 1e-9
    # Centred: the margins on both sides differ by a pixel at most.
    assert 0 <= room[0] - resized[0] - 2 * placement.top_px <= 1
    assert 0 <= room[1] - resized[1] - 2 * placement.left_px <= 1


@given(inputs, sides, sides)
def test_the_corners_of_the_source_are_the_corners_of_its_place(
    preprocess: Preprocess, height: int, width: int
) -> None:
    placement = preprocess.placement((height, width))
    outer = np.array([[-0.5, -0.5], [width - 0.5, height - 0.5]])
    top, left = placement.top_px, placement.left_px
    expected = np.array(
        [[left, top], [left + placement.resized_size[1], top + placement.resized_size[0]]]
    )
    np.testing.assert_allclose(placement.to_input(outer), expected - 0.5, atol=1e-9)


@given(
    st.tuples(st.integers(120, 420), st.integers(120, 420)),
    st.tuples(st.integers(96, 260), st.integers(96, 260)),
    st.tuples(st.floats(0.4, 0.6), st.floats(0.4, 0.6)),
)
def test_a_blob_lands_where_the_coordinates_say_and_returns(
    size: tuple[int, int], room: tuple[int, int], place: tuple[float, float]
) -> None:
    center = (place[0] * size[1], place[1] * size[0])
    source = blob(size, center, sigma=min(size) / 16)
    preprocess = Preprocess(height_px=room[0], width_px=room[1], normalisation="none")
    moved, placement = preprocess.apply(source)
    landed = placement.to_input(np.array([center]))[0]
    np.testing.assert_allclose(centroid(moved[0]), landed, atol=0.05)
    np.testing.assert_allclose(centroid(placement.restore(moved)[0]), center, atol=0.05)


@given(inputs, st.integers(1, 200), st.integers(1, 200), st.integers(1, 3))
def test_restored_maps_have_the_size_of_the_source(
    preprocess: Preprocess, height: int, width: int, count: int
) -> None:
    placement = preprocess.placement((height, width))
    maps = np.full((count, preprocess.height_px, preprocess.width_px), 0.25, np.float32)
    restored = placement.restore(maps)
    assert restored.shape == (count, height, width)
    assert restored.dtype == np.float32
    # A flat map stays flat, so no margin leaks in.
    np.testing.assert_allclose(restored, 0.25, atol=1e-6)


def test_margins_are_black_and_keep_out_of_the_restored_map() -> None:
    preprocess = Preprocess(height_px=64, width_px=64, normalisation="none")
    canvas, placement = preprocess.apply(np.ones((10, 40), np.float32))
    assert canvas.shape == (1, 64, 64)
    assert (canvas[0] > 0).sum() == 16 * 64
    np.testing.assert_allclose(placement.restore(canvas), 1, atol=1e-6)


def test_an_image_of_the_input_size_is_untouched() -> None:
    pixels = np.random.default_rng(0).random((32, 48), np.float32)
    preprocess = Preprocess(height_px=32, width_px=48, normalisation="none")
    np.testing.assert_array_equal(preprocess.apply(pixels)[0][0], pixels)


def test_shrinking_averages_rather_than_skips() -> None:
    stripes = np.tile(np.array([0.0, 1.0], np.float32), (64, 32))
    inner = resize(stripes, (16, 16))[:, 1:-1]
    np.testing.assert_allclose(inner, 0.5, atol=0.02)


@given(st.floats(0.05, 0.5), st.floats(0.0, 0.5))
def test_normalised_images_have_zero_mean_and_unit_variance(spread: float, dark: float) -> None:
    noise = np.random.default_rng(1).random((100, 80), np.float32)
    preprocess = Preprocess(height_px=64, width_px=64)
    canvas, _ = preprocess.apply((dark + spread * noise).astype(np.float32))
    assert canvas.dtype == np.float32
    assert canvas.mean() == pytest.approx(0, abs=1e-4)
    assert canvas.std() == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_a_flat_image_stays_finite(level: float) -> None:
    canvas, _ = Preprocess(height_px=32, width_px=32).apply(np.full((32, 32), level, np.float32))
    np.testing.assert_allclose(canvas, 0, atol=1e-3)


def test_no_normalisation_leaves_values_as_read() -> None:
    pixels = np.random.default_rng(0).random((32, 32), np.float32)
    canvas = Preprocess(height_px=32, width_px=32, normalisation="none").normalise(pixels[None])
    np.testing.assert_array_equal(canvas[0], pixels)
