"""What a network made of a whole image, in one vector: how it tells images like its training ones.

Every network of the catalog has, beside ``forward``, a method ``answer(images) -> (logits,
embedding)`` with the embedding of its deepest maps.
"""

import torch
from torch import Tensor, nn


def embed(maps: Tensor) -> Tensor:
    """Mean and largest value of each of the deepest maps: (B, F, h, w) -> (B, 2F)."""
    return torch.cat([maps.mean(dim=(2, 3)), maps.amax(dim=(2, 3))], dim=1)


class WithEmbedding(nn.Module):
    """A network of the catalog whose forward gives (logits, embedding), for export."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        answer: tuple[Tensor, Tensor] = self.network.answer(images)  # type: ignore[operator]
        return answer
