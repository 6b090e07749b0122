"""What a training run tells while it works; the command line draws it, the library stays silent."""

from typing import Any


class Watcher:
    """Told of each event; does nothing. Subclasses draw."""

    def note(self, text: str) -> None:
        """A choice worth knowing, one line."""

    def phase(self, name: str, total: int) -> None:
        """A preparation of ``total`` images begins."""

    def advance(self) -> None:
        """One image of the phase is done."""

    def start_epoch(self, epoch: int, epochs: int | None, steps: int) -> None:
        """Epoch ``epoch`` (from 1) begins; ``epochs`` is None where minutes are the budget."""

    def step(self, loss: float, images_per_s: float, progress: float, left_s: float) -> None:
        """One optimiser step is done; ``progress`` is the share of the budget spent."""

    def end_epoch(self, row: dict[str, Any]) -> None:
        """An epoch is done and saved; ``row`` is its line of ``history.csv``."""
