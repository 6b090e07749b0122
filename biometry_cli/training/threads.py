"""How many threads train fastest just now: tried on real steps, and again when things change.

Two threads on two idle cores are half as fast again as one, and beside one busy process half as
fast; which it is can change while a run goes on, so it is measured and not looked up.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

_STEPS = 3  # a trial's; the fastest counts, since a machine only ever slows a step down
_SETTLING = 2  # first steps allocate, and choose their algorithms
_HOPELESS = 1.5  # one step that much slower than the best so far ends its trial
_RECENT = 5  # steps whose median says that things have changed
_SLOWED = 1.4  # over the time that was measured
_FIRST_LOOK_S, _LONGEST_LOOK_S = 20.0, 300.0  # between looks whether another number is faster now
_TOO_SHORT_S = 60.0  # a new trial after a slow-down no sooner than a tenth of this


@dataclass
class ThreadTuner:
    """Chooses the number of threads between training steps.

    Args:
        candidates: numbers of threads, at least one.
        apply: called with a number of threads to take from the next step on.
    """

    candidates: tuple[int, ...]
    apply: Callable[[int], None]
    threads: int = 0
    _measured_s: dict[int, float] = field(default_factory=dict)
    _waiting: list[int] = field(default_factory=list)
    _trial: list[float] = field(default_factory=list)
    _recent: list[float] = field(default_factory=list)
    _steps: int = 0
    _since_s: float = 0.0
    _look_after_s: float = _FIRST_LOOK_S

    def __post_init__(self) -> None:
        self._take(max(self.candidates))

    @property
    def settled(self) -> bool:
        """Whether no trial is under way."""
        return not self._waiting and self._steps > _SETTLING

    def step(self, took_s: float) -> None:
        """Note how long an optimiser step took, without the loading of its images."""
        if len(self.candidates) == 1:
            return
        self._steps += 1
        if self._steps < _SETTLING:
            return
        if self._steps == _SETTLING:
            self._begin()
            return
        if self._waiting:
            self._try(took_s)
            return
        self._since_s += took_s
        self._recent = [*self._recent, took_s][-_RECENT:]
        slowed = (
            len(self._recent) == _RECENT
            and median(self._recent) > _SLOWED * self._measured_s[self.threads]
            and self._since_s > _TOO_SHORT_S / 10
        )
        if slowed or self._since_s > self._look_after_s:
            self._look_after_s = (
                _FIRST_LOOK_S if slowed else min(2 * self._look_after_s, _LONGEST_LOOK_S)
            )
            self._begin()

    def _begin(self) -> None:
        """Try all numbers, the present one first, so that a much slower one is soon given up."""
        others = [each for each in self.candidates if each != self.threads]
        self._waiting = [self.threads, *others]
        self._measured_s, self._trial, self._recent = {}, [], []

    def _try(self, took_s: float) -> None:
        self._trial.append(took_s)
        best_s = min(self._measured_s.values(), default=None)
        hopeless = best_s is not None and took_s > _HOPELESS * best_s
        if len(self._trial) < _STEPS and not hopeless:
            return
        self._measured_s[self._waiting.pop(0)] = min(self._trial)
        self._trial = []
        if self._waiting:
            self._take(self._waiting[0])
            return
        fastest = min(self._measured_s, key=lambda each: self._measured_s[each])
        self._take(fastest)
        self._since_s = 0.0

    def _take(self, threads: int) -> None:
        if threads != self.threads:
            self.threads = threads
            self.apply(threads)


def candidates(most: int) -> tuple[int, ...]:
    """Numbers of threads worth a trial: powers of two below ``most``, and ``most`` itself."""
    return tuple(
        sorted({*(2**power for power in range(most.bit_length()) if 2**power < most), most})
    )
