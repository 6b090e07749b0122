"""A compact residual network that recognises standard planes on a laptop's processor.

After He, Zhang, Ren and Sun (CVPR 2016), changed for speed: a stem of two stride-2 convolutions in
the place of one of 7x7 and a pooling, two basic blocks a level, few filters where the map is
large, and shortcuts that average before they step (He et al., CVPR 2019, "ResNet-D").

Dimension letters: B images, H x W pixels, C classes, F filters.
"""

from itertools import pairwise

from torch import Tensor, nn

from biometry_cli.models.embedding import embed


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions beside a shortcut: (B, in, H, W) -> (B, out, H / step, W / step)."""

    def __init__(self, in_filters: int, out_filters: int, step: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(in_filters, out_filters, 3, stride=step, padding=1, bias=False),
            nn.BatchNorm2d(out_filters),
            nn.ReLU(inplace=True),
            nn.Conv2d(out_filters, out_filters, 3, padding=1, bias=False),
            nn.BatchNorm2d(out_filters),
        )
        self.shortcut: nn.Module = nn.Identity()
        if step > 1 or in_filters != out_filters:
            # A 1x1 convolution with a step would look at one pixel in four and drop the rest.
            self.shortcut = nn.Sequential(
                nn.AvgPool2d(step, ceil_mode=True) if step > 1 else nn.Identity(),
                nn.Conv2d(in_filters, out_filters, 1, bias=False),
                nn.BatchNorm2d(out_filters),
            )
        self.end = nn.ReLU()

    def forward(self, maps: Tensor) -> Tensor:
        ended: Tensor = self.end(self.body(maps) + self.shortcut(maps))
        return ended


class PlaneResNet(nn.Module):
    """Gray images (B, 1, H, W) float32 -> class logits (B, C); any H and W.

    Args:
        classes: number of classes C.
        width: multiplies the filters of the levels, which are 24, 48, 80 and 128 at 1.0.
        dropout: share of the pooled maps dropped in training.
    """

    def __init__(self, classes: int, width: float = 1.0, dropout: float = 0.2) -> None:
        super().__init__()
        filters = [max(4, round(count * width)) for count in (24, 48, 80, 128)]
        stem = max(4, round(16 * width))
        self.stem = nn.Sequential(
            nn.Conv2d(1, stem, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(stem),
            nn.ReLU(inplace=True),
            nn.Conv2d(stem, filters[0], 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(filters[0]),
            nn.ReLU(inplace=True),
        )
        blocks = [
            ResidualBlock(filters[0], filters[0], 1),
            ResidualBlock(filters[0], filters[0], 1),
        ]
        for before, after in pairwise(filters):
            blocks += [ResidualBlock(before, after, 2), ResidualBlock(after, after, 1)]
        self.levels = nn.Sequential(*blocks)
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(filters[-1], classes)

    def forward(self, images: Tensor) -> Tensor:
        return self.answer(images)[0]

    def answer(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (B, C), and the embedding (B, 2F) of the deepest maps."""
        maps = self.levels(self.stem(images))  # (B, F, H/32, W/32)
        return self.classifier(self.dropout(maps.mean(dim=(2, 3)))), embed(maps)
