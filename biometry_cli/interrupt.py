"""Being told to stop: by Ctrl-C, by SIGTERM, by a terminal that closes."""

import signal
import threading
from types import FrameType
from typing import Any, Self

_STOPPING = [signal.SIGINT, signal.SIGTERM]


class Terminated(KeyboardInterrupt):
    """Told to stop by another signal than Ctrl-C; ``number`` says which."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def exit_code(told: KeyboardInterrupt) -> int:
    """What a shell expects of a command that a signal ended: 130 of Ctrl-C, 143 of SIGTERM."""
    return 128 + (told.number if isinstance(told, Terminated) else signal.SIGINT)


def stop_by_signals() -> None:
    """Let SIGTERM, and SIGHUP unless ``nohup`` shields from it, unwind as Ctrl-C does."""
    hangup = getattr(signal, "SIGHUP", None)  # Windows has none
    if hangup is not None and signal.getsignal(hangup) is signal.SIG_DFL:
        _STOPPING.append(hangup)
    for number in _STOPPING[1:]:
        signal.signal(number, _stop)


def _stop(number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt if number == signal.SIGINT else Terminated(number)


class DeferredInterrupt:
    """While this context lasts, the first such signal is remembered and the second stops at once.

    The work then ends at a safe place: between two steps or images, never inside one or inside a
    save. Outside the main thread, where Python allows no signal handlers, it changes nothing.
    """

    def __init__(self) -> None:
        self._number: int | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in _STOPPING:
                self._before[number] = signal.signal(number, self._remember)
        return self

    def __exit__(self, *_error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @property
    def asked(self) -> bool:
        """Whether a signal has come since the context began."""
        return self._number is not None

    def check(self) -> None:
        """Raise KeyboardInterrupt, or its kind ``Terminated``, if a signal has come."""
        if self._number is not None:
            _stop(self._number, None)

    def _remember(self, number: int, frame: FrameType | None) -> None:
        if self._number is not None:
            _stop(number, frame)
        self._number = number
