"""SegNet (Badrinarayanan, Kendall and Cipolla, IEEE TPAMI 2017) for gray images.

The encoder has the shape of VGG16's thirteen convolutions; each max-pooling keeps the position of
its maxima, and the decoder's unpooling puts values back at those positions.

Dimension letters: B images, H x W pixels, C classes, F filters.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from biometry_cli.models.embedding import embed

# (filters, convolutions) of VGG16's five stages.
_STAGES = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))


def unpool(values: Tensor, indices: Tensor, size: tuple[int, int]) -> Tensor:
    """Undo a 2x2 max-pooling: each value returns to its maximum's position, zeros elsewhere.

    The same as ``max_unpool2d``, which no ONNX exporter knows, in operations that all know: every
    value is repeated over its 2x2 window and kept where the position is the remembered one.

    Args:
        values: (B, F, h, w) float.
        indices: (B, F, h, w) int64, positions in the flattened (H, W) map before pooling.
        size: (H, W) of that map; an odd last row or column gets zeros.

    Returns:
        (B, F, H, W), dtype of ``values``.
    """
    height, width = size
    margin = (0, width - 2 * values.shape[-1], 0, height - 2 * values.shape[-2])
    repeated = functional.pad(_repeat(values), margin)
    wanted = functional.pad(_repeat(indices), margin, value=-1)
    here = torch.arange(height * width, device=values.device).view(1, 1, height, width)
    return torch.where(wanted == here, repeated, torch.zeros_like(repeated))


def _repeat(maps: Tensor) -> Tensor:
    """(B, F, h, w) -> (B, F, 2h, 2w), each element over its 2x2 window."""
    batch, filters, height, width = maps.shape
    windows = maps[:, :, :, None, :, None].expand(batch, filters, height, 2, width, 2)
    return windows.reshape(batch, filters, 2 * height, 2 * width)


def _convolutions(filters: list[int]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for before, after in pairwise(filters):
        layers += [
            nn.Conv2d(before, after, 3, padding=1, bias=False),
            nn.BatchNorm2d(after),
            nn.ReLU(inplace=True),
        ]
    return nn.Sequential(*layers)


class SegNet(nn.Module):
    """Gray images (B, 1, H, W) float32 -> class logits (B, C, H, W); any H and W of 32 or more.

    Args:
        classes: number of classes C, background included.
        width: multiplies the published filter counts; 1.0 is the published network.
    """

    def __init__(self, classes: int, width: float = 1.0) -> None:
        super().__init__()
        filters = [max(4, round(count * width)) for count, _ in _STAGES]
        depths = [depth for _, depth in _STAGES]
        self.encoder = nn.ModuleList(
            _convolutions([before] + [after] * depth)
            for before, after, depth in zip([1, *filters], filters, depths, strict=False)
        )
        # Each decoder stage mirrors its encoder stage and ends with the filters of the one above.
        self.decoder = nn.ModuleList(
            _convolutions([here] * depth + [above])
            for here, above, depth in zip(
                filters[::-1], [*filters[-2::-1], filters[0]], depths[::-1], strict=True
            )
        )
        self.head = nn.Conv2d(filters[0], classes, 3, padding=1)

    def forward(self, images: Tensor) -> Tensor:
        return self.answer(images)[0]

    def answer(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (B, C, H, W), and the embedding (B, 2F) of the deepest maps."""
        maps = images
        remembered: list[tuple[Tensor, tuple[int, int]]] = []
        for stage in self.encoder:
            maps = stage(maps)
            size = (int(maps.shape[-2]), int(maps.shape[-1]))
            maps, indices = functional.max_pool2d(maps, 2, return_indices=True)
            remembered.append((indices, size))
        deepest = maps
        for stage, (indices, size) in zip(self.decoder, reversed(remembered), strict=True):
            maps = stage(unpool(maps, indices, size))
        return self.head(maps), embed(deepest)
