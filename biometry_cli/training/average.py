"""A running average of the weights, which validates better than the weights themselves."""

import copy

import torch
from torch import nn


class AveragedNetwork:
    """Exponential moving average of a network's parameters and buffers.

    Args:
        network: the network that trains.
        decay: share kept a step; the average follows faster at the start, when little is learned.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network).eval()
        for parameter in self.network.parameters():
            parameter.requires_grad_(False)
        self._decay = decay

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Move the average towards ``network`` after optimiser step ``step`` (from 1)."""
        kept = min(self._decay, (1 + step) / (10 + step)) if self._decay else 0.0
        live = network.state_dict()
        for name, average in self.network.state_dict().items():
            if average.is_floating_point():
                average.lerp_(live[name], 1 - kept)
            else:
                average.copy_(live[name])
