"""A compact U-Net for measuring structures on a laptop's processor.

After Ronneberger, Fischer and Brox (MICCAI 2015), changed for speed per millimetre of accuracy:
a stride-2 stem halves the working resolution (a measure reads the contour between pixels, so it
loses little), batch norm, few filters at full size and many only where the map is small, and a
bilinear step back to the input's size.

Dimension letters: B images, H x W pixels, C classes, F filters.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from biometry_cli.models.embedding import embed


class ConvBlock(nn.Sequential):
    """Two 3x3 convolutions with batch norm and ReLU: (B, in, H, W) -> (B, out, H, W)."""

    def __init__(self, in_filters: int, out_filters: int) -> None:
        super().__init__(
            nn.Conv2d(in_filters, out_filters, 3, padding=1, bias=False),
            nn.BatchNorm2d(out_filters),
            nn.ReLU(inplace=True),
            nn.Conv2d(out_filters, out_filters, 3, padding=1, bias=False),
            nn.BatchNorm2d(out_filters),
            nn.ReLU(inplace=True),
        )


class UNet(nn.Module):
    """Gray images (B, 1, H, W) float32 -> class logits (B, C, H, W); any H and W of 16 or more.

    Args:
        classes: number of classes C, background included.
        width: multiplies the filters of the levels, which are 16, 32, 64, 96 and 128 at 1.0.
    """

    def __init__(self, classes: int, width: float = 1.0) -> None:
        super().__init__()
        filters = [max(4, round(count * width)) for count in (16, 32, 64, 96, 128)]
        self.stem = nn.Sequential(
            nn.Conv2d(1, filters[0], 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(filters[0]),
            nn.ReLU(inplace=True),
        )
        self.encoder = nn.ModuleList(
            ConvBlock(before, after)
            for before, after in zip([filters[0], *filters], filters, strict=False)
        )
        self.pool = nn.MaxPool2d(2, ceil_mode=True)
        self.decoder = nn.ModuleList(
            ConvBlock(below + skip, skip)
            for below, skip in zip(filters[:0:-1], filters[-2::-1], strict=True)
        )
        self.head = nn.Conv2d(filters[0], classes, 1)

    def forward(self, images: Tensor) -> Tensor:
        return self.answer(images)[0]

    def answer(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (B, C, H, W), and the embedding (B, 2F) of the deepest maps."""
        maps = self.stem(images)  # (B, F, H/2, W/2)
        skips: list[Tensor] = []
        for level, block in enumerate(self.encoder):
            maps = block(maps if level == 0 else self.pool(maps))
            skips.append(maps)
        for block, skip in zip(self.decoder, skips[-2::-1], strict=True):
            raised = functional.interpolate(maps, size=skip.shape[-2:], mode="nearest")
            maps = block(torch.cat([raised, skip], dim=1))
        logits = functional.interpolate(
            self.head(maps), size=images.shape[-2:], mode="bilinear", align_corners=False
        )
        return logits, embed(skips[-1])
