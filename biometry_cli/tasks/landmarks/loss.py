"""What a landmark network learns from: where each caliper's two ends, or a single point, may lie.

Dimension letters: B images, P points, K heatmaps (a caliper's two ends share one), H x W pixels.

The two ends of a caliper are interchangeable, and no order of them is continuous over all angles
of a head, so neither loss here sees an order: a heatmap shows both ends alike, and coordinates are
compared in the better of both orders.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from biometry_cli.data.labels import LabelSchema

_VISIBLE, _HIDDEN = 1.0, 0.0
SPREAD_PX = 3.0
"""Standard deviation of a point's target on the network's input: about a caliper's cross."""
DISTANCE_WEIGHT = 0.05


class HeatmapLoss(nn.Module):
    """How far a softmax over all places is from Gaussians at the true ends, and its centres from
    the ends themselves.

    The places are the pixels and one more, "nowhere", whose logit is 0: it holds all of the target
    of a point that is not visible, so one distribution answers whether and where. To its
    Kullback-Leibler divergence from the target comes the distance between each end and the centre
    of mass of the pixels nearer to it than to the other one: a differentiable soft-argmax (Nibali
    et al., DSNT, 2018) that needs no order of the ends.

    Args:
        labels: which points share a heatmap.
    """

    def __init__(self, labels: LabelSchema) -> None:
        super().__init__()
        self.heatmaps = labels.heatmaps

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Logits (B, K, H, W) and x, y, state of each point (B, P, 3) -> scalar loss, float32."""
        places = with_nowhere(logits.float()).log_softmax(dim=-1)  # (B, K, H * W + 1)
        total, counted = places.new_zeros(()), places.new_zeros(())
        for channel, points in enumerate(self.heatmaps):
            ends = targets[:, list(points)]  # (B, 1 or 2, 3)
            state = ends[..., 2]
            wanted = self._target(ends, logits.shape[-2:])  # (B, H * W + 1)
            entropy = (wanted * wanted.clamp(min=1e-12).log()).sum(dim=-1)
            cost = entropy - (wanted * places[:, channel]).sum(dim=-1)
            seen = (state == _VISIBLE).all(dim=-1).float()
            shares = places[:, channel, :-1].exp().reshape(-1, *logits.shape[-2:])
            cost = cost + DISTANCE_WEIGHT * seen * _distance_px(shares, ends)
            known = ((state == _VISIBLE) | (state == _HIDDEN)).all(dim=-1).float()
            total = total + (cost * known).sum()
            counted = counted + known.sum()
        return total / counted.clamp(min=1)

    def _target(self, ends: Tensor, size: torch.Size) -> Tensor:
        """Half of a Gaussian at each visible end, or all of it nowhere."""
        height, width = size
        rows = torch.arange(height, device=ends.device, dtype=torch.float32)
        columns = torch.arange(width, device=ends.device, dtype=torch.float32)
        # A Gaussian is the product of one along each axis, which saves most of the exponentials.
        across = _bell(columns - ends[..., 0:1], SPREAD_PX)  # (B, 1 or 2, W)
        down = _bell(rows - ends[..., 1:2], SPREAD_PX)  # (B, 1 or 2, H)
        visible = (ends[..., 2] == _VISIBLE).float()
        maps = torch.einsum("beh,bew,be->bhw", down, across, visible).flatten(1) / ends.shape[1]
        return torch.cat([maps, 1 - maps.sum(dim=-1, keepdim=True)], dim=-1).clamp(min=0)


class CoordinateLoss(nn.Module):
    """Distance of directly answered coordinates, in the better order of each caliper's ends.

    Args:
        labels: which points are the two ends of a caliper.
        size: (height, width) of the input in pixels; coordinates are answered as shares of it.
    """

    def __init__(self, labels: LabelSchema, size: tuple[int, int]) -> None:
        super().__init__()
        self.heatmaps = labels.heatmaps
        self.hidden = labels.hidden
        self.points = len(labels.points)
        self.size = size

    def forward(self, answers: Tensor, targets: Tensor) -> Tensor:
        """Answers (B, 2P or 3P) and x, y, state of each point (B, P, 3) -> scalar loss, float32.

        An answer is x and y of each point as a share of the input's sides, 0 at the centre; then,
        where points may be hidden, a logit a point that it is visible.
        """
        answers = answers.float()
        found = answers[:, : 2 * self.points].reshape(-1, self.points, 2)
        height, width = self.size
        sides = targets.new_tensor([width, height])
        wanted = (targets[..., :2] + 0.5) / sides - 0.5
        state = targets[..., 2]
        total, counted = answers.new_zeros(()), answers.new_zeros(())
        for points in self.heatmaps:
            ends = list(points)
            seen = (state[:, ends] == _VISIBLE).all(dim=-1).float()
            straight = _apart(found[:, ends], wanted[:, ends])
            swapped = _apart(found[:, ends], wanted[:, ends[::-1]])
            total = total + (torch.minimum(straight, swapped) * seen).sum()
            counted = counted + seen.sum()
        loss = total / counted.clamp(min=1)
        if self.hidden:
            known = state >= 0
            logits = answers[:, 2 * self.points :]
            visible = functional.binary_cross_entropy_with_logits(
                logits, state.clamp(min=0), reduction="none"
            )
            loss = loss + (visible * known).sum() / known.sum().clamp(min=1)
        return loss


def with_nowhere(logits: Tensor) -> Tensor:
    """(B, K, H, W) -> (B, K, H * W + 1): the pixels and, last, the place "nowhere" at 0."""
    return functional.pad(logits.flatten(2), (0, 1))


def _distance_px(shares: Tensor, ends: Tensor) -> Tensor:
    """Mean distance (B,) of ends (B, 1 or 2, 3) from the centres of their parts of (B, H, W)."""
    height, width = shares.shape[-2:]
    rows = torch.arange(height, device=shares.device, dtype=torch.float32)[:, None]
    columns = torch.arange(width, device=shares.device, dtype=torch.float32)
    away = [
        (columns - end[:, 0, None, None]).square() + (rows - end[:, 1, None, None]).square()
        for end in ends.unbind(dim=1)
    ]
    distances = []
    for place, end in enumerate(ends.unbind(dim=1)):
        part = shares if len(away) == 1 else shares * (away[place] < away[1 - place])
        total = part.sum(dim=(1, 2)).clamp(min=1e-6)
        x = (part * columns).sum(dim=(1, 2)) / total
        y = (part * rows).sum(dim=(1, 2)) / total
        distances.append(((x - end[:, 0]).square() + (y - end[:, 1]).square() + 1e-4).sqrt())
    return torch.stack(distances).mean(dim=0)


def _bell(distance_px: Tensor, spread_px: float) -> Tensor:
    """A Gaussian along the last axis that adds up to 1 over it."""
    raised = torch.exp(-0.5 * (distance_px / spread_px).square())
    return raised / raised.sum(dim=-1, keepdim=True).clamp(min=1e-12)


def _apart(found: Tensor, wanted: Tensor) -> Tensor:
    """Mean distance (B,) between points (B, n, 2); smooth where it is 0."""
    return ((found - wanted).square().sum(dim=-1) + 1e-8).sqrt().mean(dim=-1)
