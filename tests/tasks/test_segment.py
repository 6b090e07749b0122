"""Segmentation: figures worked out by hand, a loss that knows perfection, decoding that agrees."""

import math

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import special

from biometry_cli.data.preprocess import Placement, Preprocess
from biometry_cli.tasks.segment.decode import decode
from biometry_cli.tasks.segment.loss import SegmentationLoss, balanced_weights
from biometry_cli.tasks.segment.metrics import Overlap, compare_masks, surface_distances
from biometry_cli.tasks.softmax import softmax

Mask = npt.NDArray[np.bool_]


def square(top: int, left: int, height: int, width: int) -> Mask:
    mask = np.zeros((24, 30), bool)
    mask[top : top + height, left : left + width] = True
    return mask


EMPTY = square(0, 0, 0, 0)


# --- overlap and distances


def test_equal_masks() -> None:
    assert compare_masks(square(3, 4, 5, 6), square(3, 4, 5, 6)) == Overlap(1, 1, 0, 0)


def test_apart_masks() -> None:
    result = compare_masks(square(0, 0, 1, 1), square(3, 4, 1, 1))
    assert (result.dice, result.iou) == (0, 0)
    assert (result.hd95, result.assd) == pytest.approx((5, 5))


def test_apart_masks_with_pixels_that_are_not_square() -> None:
    # 3 rows of 2 mm and 4 columns of 0.5 mm.
    result = compare_masks(square(0, 0, 1, 1), square(3, 4, 1, 1), (2.0, 0.5))
    assert (result.hd95, result.assd) == pytest.approx((math.sqrt(40), math.sqrt(40)))


@pytest.mark.parametrize(
    ("spacing", "hd95", "assd"),
    # Of the eight surface pixels, the column that sticks out is one column away (three pixels),
    # and the middle of the opposite side is one pixel from the other's ring, the shorter way.
    [((1.0, 1.0), 1.0, 4 / 8), ((2.0, 3.0), 3.0, (3 * 3 + 2) / 8), ((0.5, 1.0), 1.0, 3.5 / 8)],
)
def test_squares_shifted_by_one_column(
    spacing: tuple[float, float], hd95: float, assd: float
) -> None:
    result = compare_masks(square(5, 5, 3, 3), square(5, 6, 3, 3), spacing)
    assert (result.dice, result.iou) == pytest.approx((12 / 18, 6 / 12))
    assert (result.hd95, result.assd) == pytest.approx((hd95, assd))


def test_hd95_leaves_out_a_twentieth_and_is_symmetric() -> None:
    # A line of 21 pixels: 20 on the truth, one 10 rows away. NumPy's 95th percentile of twenty
    # zeros and one 10 is element 19 of 0..20: still 0. A second outlier
    # puts it 95 hundredths of the way to 10.
    line = square(2, 2, 1, 20)
    one, two = line.copy(), line.copy()
    one[12, 5] = two[12, 5] = two[12, 9] = True
    assert compare_masks(one, line).hd95 == 0
    assert compare_masks(two, line).hd95 == pytest.approx(10 * 0.95 + 0 * 0.05)
    assert compare_masks(line, two).hd95 == compare_masks(two, line).hd95


def test_one_empty_mask_has_no_distance() -> None:
    assert compare_masks(EMPTY, square(3, 3, 4, 4)) == Overlap(0, 0, None, None)
    assert compare_masks(square(3, 3, 4, 4), EMPTY) == Overlap(0, 0, None, None)


def test_two_empty_masks_count_for_nothing() -> None:
    assert compare_masks(EMPTY, EMPTY) == Overlap(None, None, None, None)


def test_distances_can_be_left_out() -> None:
    result = compare_masks(square(5, 5, 3, 3), square(5, 6, 3, 3), distances=False)
    assert result == Overlap(pytest.approx(12 / 18), pytest.approx(0.5), None, None)


def test_the_edge_of_the_image_is_a_surface() -> None:
    full, _ = surface_distances(np.ones((6, 8), bool), np.ones((6, 8), bool), (1.0, 1.0))
    assert len(full) == 2 * (6 + 8) - 4


masks = arrays.arrays(bool, (7, 9)).filter(lambda mask: mask.any())


@given(masks, masks, st.tuples(*[st.floats(0.2, 3)] * 2))
def test_distances_are_those_of_every_pair_of_surface_pixels(
    first: Mask, second: Mask, spacing: tuple[float, float]
) -> None:
    def surface(mask: Mask) -> npt.NDArray[np.float64]:
        padded = np.pad(mask, 1)
        inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
        return np.argwhere(mask & ~inner) * np.array(spacing)

    a, b = surface(first), surface(second)
    pairs = np.linalg.norm(a[:, None] - b[None], axis=2)
    outward, inward = surface_distances(first, second, spacing)
    np.testing.assert_allclose(np.sort(outward), np.sort(pairs.min(axis=1)), atol=1e-9)
    np.testing.assert_allclose(np.sort(inward), np.sort(pairs.min(axis=0)), atol=1e-9)
    result = compare_masks(first, second, spacing)
    assert result.assd == pytest.approx(np.concatenate([outward, inward]).mean())


# --- loss


def one_hot(classes: torch.Tensor, count: int) -> torch.Tensor:
    return torch.nn.functional.one_hot(classes, count).movedim(-1, 1).float()


@pytest.fixture
def truth() -> torch.Tensor:
    """Class numbers (B, H, W) of three classes."""
    return torch.randint(0, 3, (2, 8, 8), generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("dice_weight", [0.0, 1.0, 2.5])
def test_a_perfect_prediction_costs_nothing(truth: torch.Tensor, dice_weight: float) -> None:
    target = one_hot(truth, 3)
    loss = SegmentationLoss(dice_weight)
    assert float(loss(60 * target - 30, target[:, 1:])) == pytest.approx(0, abs=1e-5)
    wrong = one_hot((truth + 1) % 3, 3)
    assert float(loss(60 * wrong - 30, target[:, 1:])) > 10


def test_the_loss_falls_on_the_way_to_the_truth(truth: torch.Tensor) -> None:
    target = one_hot(truth, 3)
    loss = SegmentationLoss(1.0)
    costs = [float(loss(sure * target, target[:, 1:])) for sure in (0, 1, 2, 4, 8, 16)]
    assert costs == sorted(costs, reverse=True)


def test_an_undecided_prediction_costs_what_the_formulas_say(truth: torch.Tensor) -> None:
    target = one_hot(truth, 3)
    logits = torch.zeros(2, 3, 8, 8)
    assert float(SegmentationLoss(0.0)(logits, target[:, 1:])) == pytest.approx(math.log(3))
    marked = target[:, 1:].sum(dim=(0, 2, 3)).double().numpy()
    dice = (2 * marked / 3 + 1) / (128 / 9 + marked + 1)
    expected = math.log(3) + 2 * (1 - dice.mean())
    assert float(SegmentationLoss(2.0)(logits, target[:, 1:])) == pytest.approx(expected, rel=1e-5)


def test_half_covered_pixels_want_half_a_probability() -> None:
    coverage = torch.full((1, 1, 4, 4), 0.5)
    loss = SegmentationLoss(0.0)
    costs = {p: float(loss(torch.tensor([0.0, special.logit(p)]).view(1, 2, 1, 1)
        .expand(1, 2, 4, 4), coverage)) for p in (0.3, 0.45, 0.5, 0.55, 0.7)}  # fmt: skip
    assert min(costs, key=costs.__getitem__) == 0.5


def test_class_weights_scale_their_classes(truth: torch.Tensor) -> None:
    target = one_hot(truth, 3)
    weights = torch.tensor([0.5, 1.0, 3.0])
    loss = SegmentationLoss(0.0, weights)
    undecided = float(loss(torch.zeros(2, 3, 8, 8), target[:, 1:]))
    shares = target.mean(dim=(0, 2, 3))
    assert undecided == pytest.approx(math.log(3) * float((weights * shares).sum()), rel=1e-5)


def test_a_structure_that_no_image_holds_gives_a_finite_gradient() -> None:
    logits = torch.zeros(2, 3, 8, 8, requires_grad=True)
    SegmentationLoss(1.0)(logits, torch.zeros(2, 2, 8, 8)).backward()
    assert logits.grad is not None
    assert bool(logits.grad.isfinite().all())
    assert float(logits.grad.abs().sum()) > 0


def test_balanced_weights_favour_the_rare() -> None:
    weights = balanced_weights(torch.tensor([0.9, 0.09, 0.01, 0.0]))
    assert float(weights.mean()) == pytest.approx(1)
    assert weights.tolist() == sorted(weights.tolist())
    assert float(weights[2] / weights[0]) == pytest.approx(math.sqrt(90), rel=1e-4)
    assert bool(weights.isfinite().all())


# --- decoding

logit_maps = arrays.arrays(
    np.float32,
    st.tuples(st.integers(2, 5), st.just(6), st.just(7)),
    elements=st.floats(-30, 30, width=32),
)


@given(logit_maps)
def test_softmax_is_scipys(logits: npt.NDArray[np.float32]) -> None:
    batch = np.stack([logits, logits[::-1]])
    result = softmax(batch)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, special.softmax(batch.astype(float), axis=1), atol=1e-6)


def test_softmax_of_huge_logits_is_finite() -> None:
    np.testing.assert_array_equal(softmax(np.array([[1e4, -1e4, 0]], np.float32)), [[1, 0, 0]])


IDENTITY = Placement((6, 7), (6, 7), 0, 0)


@given(logit_maps)
def test_the_mask_is_the_likeliest_class(logits: npt.NDArray[np.float32]) -> None:
    decoded = decode(logits, IDENTITY)
    chances = special.softmax(logits.astype(float), axis=0)
    best = np.take_along_axis(chances, decoded.mask[None].astype(int), axis=0)[0]
    np.testing.assert_allclose(best, chances.max(axis=0), atol=1e-6)
    np.testing.assert_allclose(decoded.probabilities, chances[1:], atol=1e-6)
    assert decoded.mask.dtype == np.uint8


@given(logit_maps, st.integers(8, 30), st.integers(8, 30))
def test_against_rest_crosses_a_half_where_the_mask_changes(
    logits: npt.NDArray[np.float32], height: int, width: int
) -> None:
    placement = Preprocess(height_px=6, width_px=7).placement((height, width))
    decoded = decode(logits, placement)
    assert decoded.mask.shape == (height, width)
    for structure in range(len(decoded.probabilities)):
        relative = decoded.against_rest(structure)
        inside = decoded.mask == structure + 1
        # Equal chances may be rounded to either side of a half.
        assert (relative[inside] > 0.5 - 1e-5).all()
        assert (relative[~inside] < 0.5 + 1e-5).all()


def test_touching_structures_share_a_border() -> None:
    # Head 0.4, femur 0.35, background 0.25: no probability reaches a half, yet the head has won.
    logits = np.log(np.array([0.25, 0.4, 0.35], np.float32))[:, None, None] * np.ones((1, 6, 7))
    decoded = decode(logits.astype(np.float32), IDENTITY)
    assert (decoded.mask == 1).all()
    np.testing.assert_allclose(decoded.against_rest(0), 0.4 / 0.75, rtol=1e-5)
    np.testing.assert_allclose(decoded.against_rest(1), 0.35 / 0.75, rtol=1e-5)


def test_margins_of_the_input_stay_out_of_the_mask() -> None:
    placement = Preprocess(height_px=16, width_px=16).placement((4, 16))
    logits = np.zeros((2, 16, 16), np.float32)
    logits[1] = 5.0
    logits[1, placement.top_px : placement.top_px + 4] = -5.0
    assert not decode(logits, placement).mask.any()
