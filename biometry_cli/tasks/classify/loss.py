"""What a classification network learns from: cross-entropy, rare classes weighted."""

from torch import Tensor, nn
from torch.nn import functional


class ClassificationLoss(nn.Module):
    """Cross-entropy.

    Args:
        class_weights: (C,) float32, or None for equal weights.
    """

    def __init__(self, class_weights: Tensor | None = None) -> None:
        super().__init__()
        self.register_buffer("class_weights", class_weights)

    def forward(self, logits: Tensor, classes: Tensor) -> Tensor:
        """Logits (B, C) and classes (B,) int64 -> scalar loss, float32."""
        weights: Tensor | None = self.class_weights  # type: ignore[assignment]
        return functional.cross_entropy(logits.float(), classes, weight=weights)


def balanced_weights(shares: Tensor) -> Tensor:
    """Class weights (C,) inverse to class shares (C,); a class that never occurs weighs 0."""
    present = shares > 0
    weights = present / shares.clamp(min=1e-6) / present.sum()
    return weights.float()
