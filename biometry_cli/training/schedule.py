"""The training budget, in epochs or minutes, and the learning rate that ends with it."""

import math
import time
from dataclasses import dataclass, field


@dataclass
class Budget:
    """How much training there is and how much of it is spent.

    Exactly one of ``epochs`` and ``minutes`` is set. ``spent_s`` is what earlier sittings of a
    resumed run took; ``closing_s`` is kept free for the validation that ends the run.
    """

    epochs: int | None
    minutes: float | None
    spent_s: float = 0.0
    closing_s: float = 0.0
    _started_s: float = field(default_factory=time.monotonic)

    def elapsed_s(self) -> float:
        """Seconds trained so far, earlier sittings included."""
        return self.spent_s + time.monotonic() - self._started_s

    def progress(self, epochs_done: float) -> float:
        """Share of the budget spent after so many epochs, with part of the present one; 0 to 1.

        Epochs are counted, not steps: a resumed run may meet more or fewer images.
        """
        if self.epochs is not None:
            return min(epochs_done / self.epochs, 1.0)
        assert self.minutes is not None
        usable_s = max(self.minutes * 60 - self.closing_s, 1e-6)
        return min(self.elapsed_s() / usable_s, 1.0)


def rate_factor(progress: float, warmup: float) -> float:
    """Share of the highest learning rate at ``progress`` (0 to 1): linear rise, half a cosine down.

    Ends at 1/1000 rather than 0, so that the last steps still learn.
    """
    if progress < warmup:
        return max(progress / warmup, 1e-3)
    falling = (progress - warmup) / max(1 - warmup, 1e-9)
    return 1e-3 + (1 - 1e-3) * 0.5 * (1 + math.cos(math.pi * min(falling, 1.0)))
