"""The loss of each task, and of masks and landmarks together."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from biometry_cli.data.labels import LabelSchema
from biometry_cli.settings import TrainSettings
from biometry_cli.tasks.classify import loss as classify_loss
from biometry_cli.tasks.landmarks.loss import CoordinateLoss, HeatmapLoss
from biometry_cli.tasks.segment import loss as segment_loss
from biometry_cli.training.sampling import weighs_classes


class JointLoss(nn.Module):
    """Masks and landmarks of one network: the first channels are classes, the rest heatmaps.

    Args:
        classes: number of classes, background included.
        masks, points: the losses of both parts.
        points_weight: weight of the points beside the masks.
    """

    def __init__(
        self, classes: int, masks: nn.Module, points: nn.Module, points_weight: float
    ) -> None:
        super().__init__()
        self.classes, self.masks, self.points = classes, masks, points
        self.points_weight = points_weight

    def forward(self, logits: Tensor, targets: tuple[Tensor, Tensor]) -> Tensor:
        """Logits (B, C + K, H, W), coverage (B, S, H, W) and points (B, P, 3) -> scalar loss."""
        coverage, points = targets
        masks_loss: Tensor = self.masks(logits[:, : self.classes], coverage)
        points_loss: Tensor = self.points(logits[:, self.classes :], points)
        return masks_loss + self.points_weight * points_loss


def loss_of(
    settings: TrainSettings,
    labels: LabelSchema,
    class_shares: Sequence[float],
    *,
    dense: bool,
    size: tuple[int, int],
) -> nn.Module:
    """The loss that a network of these labels learns from.

    Args:
        settings: weights of the parts.
        labels: task, classes and points.
        class_shares: of area or of images, one a class.
        dense: whether the network answers with maps.
        size: (height, width) of its input.
    """
    shares = torch.tensor(class_shares)
    balanced = weighs_classes(settings, labels.task)
    if labels.task == "classify":
        return classify_loss.ClassificationLoss(
            classify_loss.balanced_weights(shares) if balanced else None
        )
    if not labels.segments:
        return HeatmapLoss(labels) if dense else CoordinateLoss(labels, size)
    weights = segment_loss.balanced_weights(shares) if balanced else None
    masks = segment_loss.SegmentationLoss(settings.dice_weight, weights)
    if not labels.finds_points:
        return masks
    return JointLoss(len(labels.classes), masks, HeatmapLoss(labels), settings.points_weight)
