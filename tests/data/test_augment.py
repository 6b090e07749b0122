"""Random changes are keyed, move image and masks as one, and can be switched off one by one."""

from dataclasses import dataclass

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from biometry_cli.data.augment import Move, augment, draw_move, keyed_generator
from biometry_cli.settings import AugmentSettings

HEIGHT, WIDTH = 96, 128
GEOMETRY = ("rotation_deg", "scale", "shift", "flip")
PAINT = ("gain", "contrast", "speckle", "blur_px", "shadow")
OFF = dict.fromkeys((*GEOMETRY, *PAINT), 0.0)
ON = AugmentSettings().model_dump(exclude={"enabled"})
seeds = st.integers(0, 2**31 - 1)
few = settings(max_examples=12)


@dataclass(frozen=True)
class Moments:
    """Center of mass (x, y) and spread (standard deviation along any direction) of a blob."""

    x_px: float
    y_px: float
    spread_px: float


def moments(image: Tensor) -> Moments:
    mass = image.double() / image.double().sum()
    y, x = torch.meshgrid(torch.arange(HEIGHT), torch.arange(WIDTH), indexing="ij")
    center_x, center_y = float((x * mass).sum()), float((y * mass).sum())
    square = ((x - center_x) ** 2 + (y - center_y) ** 2) * mass
    return Moments(center_x, center_y, float(square.sum() / 2) ** 0.5)


def blob(x_px: float = 70.0, y_px: float = 40.0, sigma_px: float = 6.0) -> Tensor:
    y, x = torch.meshgrid(torch.arange(HEIGHT), torch.arange(WIDTH), indexing="ij")
    return torch.exp(-((x - x_px) ** 2 + (y - y_px) ** 2) / (2 * sigma_px**2))[None]


def changed(
    seed: int, changes: AugmentSettings, image: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    image = blob() if image is None else image
    return augment(image.clone(), blob(), changes, keyed_generator(seed, 0, 0))[:2]


def only(**largest: float) -> AugmentSettings:
    return AugmentSettings(**(OFF | largest))


def test_the_same_key_gives_the_same_pixels() -> None:
    for first, second in zip(
        *(augment(blob(), blob(), AugmentSettings(), keyed_generator(1, 2, 3))[:2] for _ in "ab"),
        strict=True,
    ):
        assert torch.equal(first, second)


def test_every_part_of_the_key_counts() -> None:
    keys = [(1, 2, 3), (0, 2, 3), (1, 0, 3), (1, 2, 0), (3, 2, 1), (2, 1, 3)]
    images = [augment(blob(), blob(), AugmentSettings(), keyed_generator(*key))[0] for key in keys]
    for i, first in enumerate(images):
        for second in images[:i]:
            assert not torch.equal(first, second)


@given(seeds, seeds, st.integers(0, 10_000), st.integers(0, 100_000))
def test_generators_depend_on_nothing_else(seed: int, other: int, epoch: int, image: int) -> None:
    expected = torch.rand(4, generator=keyed_generator(seed, epoch, image))
    torch.manual_seed(other)
    torch.rand(3)
    assert torch.equal(torch.rand(4, generator=keyed_generator(seed, epoch, image)), expected)


def test_augmenting_leaves_the_global_generator_alone() -> None:
    torch.manual_seed(0)
    before = torch.get_rng_state()
    changed(5, AugmentSettings())
    assert torch.equal(torch.get_rng_state(), before)


@few
@given(seeds)
def test_image_and_mask_move_together(seed: int) -> None:
    changes = AugmentSettings(speckle=0, shadow=0)
    image, mask = changed(seed, changes)
    seen, marked = moments(image), moments(mask)
    assert seen.x_px == pytest.approx(marked.x_px, abs=0.3)
    assert seen.y_px == pytest.approx(marked.y_px, abs=0.3)


def test_images_do_move() -> None:
    places = [moments(changed(seed, AugmentSettings())[1]) for seed in range(20)]
    assert max(p.x_px for p in places) - min(p.x_px for p in places) > 10
    assert max(p.y_px for p in places) - min(p.y_px for p in places) > 5


@pytest.mark.parametrize("changes", [only(), AugmentSettings(enabled=False)], ids=["zero", "off"])
def test_switched_off_leaves_everything_untouched(changes: AugmentSettings) -> None:
    noise = torch.rand(1, HEIGHT, WIDTH, generator=keyed_generator(0, 0, 0))
    for seed in range(10):
        image, mask = changed(seed, changes, noise)
        assert torch.equal(image, noise)
        assert torch.equal(mask, blob())


@pytest.mark.parametrize("name", GEOMETRY)
def test_each_move_works_alone_and_moves_both(name: str) -> None:
    changes = only(**{name: 1.0 if name == "flip" else ON[name]})
    image, mask = changed(3, changes)
    assert not torch.allclose(mask, blob(), atol=1e-3)
    assert torch.equal(image, mask)


@pytest.mark.parametrize("name", PAINT)
def test_each_repainting_works_alone_and_leaves_the_mask(name: str) -> None:
    changes = only(**{name: 1.0 if name == "shadow" else ON[name]})
    noise = torch.rand(1, HEIGHT, WIDTH, generator=keyed_generator(0, 0, 0))
    results = [changed(seed, changes, noise) for seed in range(5)]
    assert any(not torch.allclose(image, noise, atol=1e-3) for image, _ in results)
    assert all(torch.equal(mask, blob()) for _, mask in results)


@few
@given(seeds)
def test_values_stay_between_0_and_1(seed: int) -> None:
    noise = torch.rand(1, HEIGHT, WIDTH, generator=keyed_generator(0, 0, 0))
    strong = AugmentSettings(gain=0.9, contrast=0.9, speckle=1, blur_px=3, shadow=1)
    image, mask = changed(seed, strong, noise)
    assert image.shape == mask.shape == (1, HEIGHT, WIDTH)
    assert image.dtype == mask.dtype == torch.float32
    for plane in (image, mask):
        assert float(plane.min()) >= 0
        assert float(plane.max()) <= 1
        assert bool(plane.isfinite().all())


def test_a_flip_mirrors_exactly() -> None:
    _, mask = changed(0, only(flip=1.0))
    assert torch.equal(mask, blob().flip(-1))


@few
@given(seeds)
def test_a_shift_is_no_larger_than_asked(seed: int) -> None:
    moved = moments(changed(seed, only(shift=0.1))[1])
    assert abs(moved.x_px - 70) <= 0.1 * WIDTH + 0.1
    assert abs(moved.y_px - 40) <= 0.1 * HEIGHT + 0.1
    assert moved.spread_px == pytest.approx(6, rel=0.02)


@pytest.mark.parametrize(("height", "width"), [(40, 200), (200, 40)])
def test_shifts_are_shares_of_their_own_side(height: int, width: int) -> None:
    image, masks = torch.rand(1, height, width), torch.rand(2, height, width)
    shifts = []
    for seed in range(40):
        *_, move = augment(image, masks, only(shift=0.1), keyed_generator(seed, 0, 0))
        assert move == draw_move(only(shift=0.1), (height, width), keyed_generator(seed, 0, 0))
        shifts.append((abs(move.shift_x_px), abs(move.shift_y_px)))
    for largest_px, side_px in zip(
        map(max, zip(*shifts, strict=True)), (width, height), strict=True
    ):
        assert 0.08 * side_px < largest_px <= 0.1 * side_px


@few
@given(seeds)
def test_a_turn_keeps_size_and_distance_from_the_middle(seed: int) -> None:
    moved = moments(changed(seed, only(rotation_deg=180))[1])
    middle_x, middle_y = (WIDTH - 1) / 2, (HEIGHT - 1) / 2
    before = ((70 - middle_x) ** 2 + (40 - middle_y) ** 2) ** 0.5
    after = ((moved.x_px - middle_x) ** 2 + (moved.y_px - middle_y) ** 2) ** 0.5
    assert after == pytest.approx(before, abs=0.2)
    assert moved.spread_px == pytest.approx(6, rel=0.02)


@few
@given(seeds)
def test_a_change_of_size_is_no_larger_than_asked(seed: int) -> None:
    spread = moments(changed(seed, only(scale=0.2))[1]).spread_px
    assert 6 / 1.2 * 0.98 <= spread <= 6 * 1.2 * 1.02


def test_shadows_only_darken() -> None:
    bright = torch.full((1, HEIGHT, WIDTH), 0.8)
    for seed in range(5):
        image, _ = changed(seed, only(shadow=1.0), bright)
        assert bool((image <= bright).all())
        assert float(image.min()) < 0.6


def test_classification_has_no_masks_to_move() -> None:
    image, masks, _ = augment(
        blob(), torch.zeros(0, HEIGHT, WIDTH), AugmentSettings(), keyed_generator(0, 0, 0)
    )
    assert image.shape == (1, HEIGHT, WIDTH)
    assert masks.shape == (0, HEIGHT, WIDTH)


@few
@given(seed=seeds, x_px=st.floats(45, 83), y_px=st.floats(35, 61))
def test_points_move_exactly_with_the_pixels(seed: int, x_px: float, y_px: float) -> None:
    """Flip, turn, change of size and shift at once: the blob's centre is where the point went."""
    changes = only(rotation_deg=25, scale=0.2, shift=0.08, flip=0.5)
    move = draw_move(changes, (HEIGHT, WIDTH), keyed_generator(seed, 0, 0))
    moved = moments(move.planes(blob(x_px, y_px, sigma_px=3.0)))
    point = move.points(torch.tensor([[x_px, y_px]], dtype=torch.float64), (HEIGHT, WIDTH))[0]
    # Bilinear resampling of a blob three pixels wide is itself good to a few hundredths.
    assert moved.x_px == pytest.approx(float(point[0]), abs=0.05)
    assert moved.y_px == pytest.approx(float(point[1]), abs=0.05)


@pytest.mark.parametrize(
    ("move", "expected"),
    [
        (Move(), (10.0, 20.0)),
        (Move(flipped=True), (WIDTH - 1 - 10.0, 20.0)),
        (Move(shift_x_px=3.5, shift_y_px=-2), (13.5, 18.0)),
        # About the centre (63.5, 47.5), from x towards y: (-53.5, -27.5) goes to (27.5, -53.5).
        (Move(angle_deg=90), (63.5 + 27.5, 47.5 - 53.5)),
        (Move(scale=2), (63.5 - 107.0, 47.5 - 55.0)),
    ],
)
def test_each_move_of_a_point(move: Move, expected: tuple[float, float]) -> None:
    point = move.points(torch.tensor([[10.0, 20.0]]), (HEIGHT, WIDTH))[0]
    assert point.tolist() == pytest.approx(expected, abs=1e-4)
