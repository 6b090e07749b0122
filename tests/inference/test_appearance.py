"""The numbers of an image's appearance: finite for anything, and blind to what does not matter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from biometry_cli.data.phantom.scan import draw_phantom
from biometry_cli.inference.appearance import describe


@given(
    arrays(
        np.float32,
        st.tuples(st.integers(32, 50), st.integers(32, 50)),
        elements=st.floats(0, 1, width=32),
        fill=st.just(np.float32(0)),
    )
)
def test_every_image_has_finite_numbers_of_one_count(canvas):
    numbers = describe(canvas)
    assert numbers.shape == (299,)
    assert np.isfinite(numbers).all()


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_a_flat_image_has_finite_numbers(value):
    assert np.isfinite(describe(np.full((176, 256), value, np.float32))).all()


def test_texture_counts_and_a_mirror_image_differs_in_layout_alone():
    scan = draw_phantom("head", np.random.default_rng(3)).pixels / np.float32(255)
    noise = np.random.default_rng(0).random(scan.shape, dtype=np.float32)
    own, mirrored, other = describe(scan), describe(scan[:, ::-1].copy()), describe(noise)
    layout = slice(299 - 24 - 48, 299 - 24)
    texture = slice(0, 40 + 162)
    assert np.abs(own[texture] - mirrored[texture]).max() < 0.02
    assert np.abs(own[texture] - other[texture]).max() > 0.2
    assert np.abs(own[layout] - mirrored[layout]).max() > 0.02


def test_a_negative_has_the_same_residuals():
    rng = np.random.default_rng(1)
    canvas = rng.uniform(0.3, 0.7, (64, 80)).astype(np.float32)
    residuals = slice(40, 40 + 54)
    negative = describe((1 - canvas).astype(np.float32))
    np.testing.assert_allclose(describe(canvas)[residuals], negative[residuals], atol=2e-3)
