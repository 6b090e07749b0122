"""What a segmentation network learns from: cross-entropy and Dice against soft masks.

Dimension letters: B images, S structures, C = S + 1 classes, H x W pixels.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional


class SegmentationLoss(nn.Module):
    """Cross-entropy + weighted soft Dice (Milletari et al. 2016) over the structures.

    The target is how much of each pixel a structure covers, so that the probability map learns
    where between two pixels a contour runs, and a measure read from it keeps that precision.

    Args:
        dice_weight: weight of Dice beside cross-entropy.
        class_weights: (C,) float32, or None for equal weights.
    """

    def __init__(self, dice_weight: float, class_weights: Tensor | None = None) -> None:
        super().__init__()
        self.dice_weight = dice_weight
        self.register_buffer("class_weights", class_weights)

    def forward(self, logits: Tensor, coverage: Tensor) -> Tensor:
        """Logits (B, C, H, W) and coverage (B, S, H, W), 0 to 1 -> scalar loss, float32."""
        logits = logits.float()
        # Bilinear resampling can push the sum of two touching structures past 1 by rounding.
        background = (1 - coverage.sum(dim=1, keepdim=True)).clamp(min=0)
        target = torch.cat([background, coverage], dim=1)  # (B, C, H, W)
        weights: Tensor | None = self.class_weights  # type: ignore[assignment]
        loss = functional.cross_entropy(logits, target, weight=weights)
        if self.dice_weight == 0:
            return loss
        probabilities = logits.softmax(dim=1)[:, 1:]
        # Summed over the batch: a structure absent from one image must not divide by nothing.
        shared = (probabilities * coverage).sum(dim=(0, 2, 3))
        total = probabilities.square().sum(dim=(0, 2, 3)) + coverage.square().sum(dim=(0, 2, 3))
        dice = (2 * shared + 1) / (total + 1)
        return loss + self.dice_weight * (1 - dice.mean())


def balanced_weights(shares: Tensor) -> Tensor:
    """Class weights (C,) from class shares (C,): rarer counts more, by the square root, mean 1."""
    weights = 1 / shares.clamp(min=1e-4).sqrt()
    return weights / weights.mean()
