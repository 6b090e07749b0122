"""BiometryDetection: the small grayscale network that this product began from."""

import torch
from torch import Tensor, nn

from biometry_cli.models.embedding import embed


class BiometryDetection(nn.Module):
    """Gray images (B, 1, H, W) float32 -> class logits (B, C), or coordinates of points.

    Its eight numbers are read in both ways that '8 biometry points' can be: logits of eight
    classes, or x and y of the four caliper ends of OFD and BPD as shares of the input's sides.

    Two convolution blocks (12 and 24 filters of 3x3), each halving the map, dropout, and one
    linear layer over all that is left, which fixes the input size when the network is built.

    Args:
        classes: number of outputs C: classes, or two a point.
        height_px, width_px: the input size, at least 4 each.
        dropout: share of the second block's outputs dropped in training.

    Raises:
        ValueError: an input too small for two poolings.
    """

    def __init__(
        self, classes: int = 8, height_px: int = 128, width_px: int = 128, dropout: float = 0.2
    ) -> None:
        super().__init__()
        if min(height_px, width_px) < 4:
            raise ValueError(f"the input must be at least 4 x 4 pixels, not {height_px}x{width_px}")
        self.input_size = (height_px, width_px)
        self.features = nn.Sequential(
            nn.Conv2d(1, 12, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2),  # (B, 12, H/2, W/2)
            nn.Conv2d(12, 24, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2),  # (B, 24, H/4, W/4)
            nn.Dropout(dropout),
        )
        self.classifier = nn.Linear(24 * (height_px // 4) * (width_px // 4), classes)

    def forward(self, images: Tensor) -> Tensor:
        return self.answer(images)[0]

    def answer(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (B, C), and the embedding (B, 48) of the second block's maps."""
        if images.shape[-2:] != torch.Size(self.input_size):
            raise ValueError(
                f"built for {self.input_size[0]} x {self.input_size[1]} pixels (height x width), "
                f"given {images.shape[-2]} x {images.shape[-1]}"
            )
        maps = self.features(images)
        return self.classifier(maps.flatten(1)), embed(maps)
