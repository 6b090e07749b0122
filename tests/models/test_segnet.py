"""SegNet: its unpooling is torch's own, and its width 1 is the published network."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from biometry_cli.models.segnet import SegNet, unpool

sides = st.integers(2, 13)


def pooled(
    height: int, width: int, seed: int
) -> tuple[torch.Tensor, torch.Tensor, tuple[int, int]]:
    maps = torch.randn(2, 3, height, width, generator=torch.Generator().manual_seed(seed))
    values, indices = functional.max_pool2d(maps, 2, return_indices=True)
    return values, indices, (height, width)


@given(sides, sides, st.integers(0, 1000))
def test_unpool_is_torchs_max_unpool(height: int, width: int, seed: int) -> None:
    values, indices, size = pooled(height, width, seed)
    expected = functional.max_unpool2d(values, indices, 2, output_size=size)
    result = unpool(values, indices, size)
    assert result.shape == (2, 3, height, width)
    assert torch.equal(result, expected)


@given(sides, sides, st.integers(0, 1000))
def test_pooling_again_gives_the_same_values(height: int, width: int, seed: int) -> None:
    values, indices, size = pooled(height, width, seed)
    # Values above zero, since the zeros around them would win otherwise.
    raised = unpool(values.exp(), indices, size)
    again, same = functional.max_pool2d(raised, 2, return_indices=True)
    assert torch.equal(again, values.exp())
    assert torch.equal(same, indices)


@pytest.mark.parametrize("size", [(6, 8), (7, 9)])
def test_gradients_flow_to_the_values_as_through_torchs(size: tuple[int, int]) -> None:
    values, indices, _ = pooled(*size, seed=0)
    weight = torch.randn(2, 3, *size, generator=torch.Generator().manual_seed(1))
    gradients = []
    for undo in (
        lambda v: unpool(v, indices, size),
        lambda v: functional.max_unpool2d(v, indices, 2, output_size=size),
    ):
        learned = values.clone().requires_grad_()
        (undo(learned) * weight).sum().backward()
        gradients.append(learned.grad)
    assert torch.equal(*gradients)
    assert float(gradients[0].abs().min()) > 0


def test_width_1_has_the_encoder_of_vgg16() -> None:
    with torch.device("meta"):
        network = SegNet(classes=2)
    encoder = [
        each.out_channels for each in network.encoder.modules() if isinstance(each, nn.Conv2d)
    ]
    assert encoder == [64] * 2 + [128] * 2 + [256] * 3 + [512] * 6
    decoder = [
        each.out_channels for each in network.decoder.modules() if isinstance(each, nn.Conv2d)
    ]
    assert len(decoder) == 13
    assert all(
        [each.kernel_size, each.padding] == [(3, 3), (1, 1)]
        for each in network.modules()
        if isinstance(each, nn.Conv2d)
    )
