"""The number of threads is that of the fastest steps, now and after the machine has changed."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.training.threads import ThreadTuner, candidates


class Machine:
    """Steps that take a time by the number of threads; ``seconds`` may be exchanged meanwhile."""

    def __init__(self, seconds: dict[int, float]) -> None:
        self.seconds = seconds
        self.tuner = ThreadTuner(tuple(seconds), lambda _: None)
        self.spent_s = 0.0

    def run(self, steps: int) -> None:
        for _ in range(steps):
            took_s = self.seconds[self.tuner.threads]
            self.spent_s += took_s
            self.tuner.step(took_s)

    def run_until(self, done: Callable[[], bool], most: int) -> int:
        for step in range(most):
            if done():
                return step
            self.run(1)
        raise AssertionError(f"not within {most} steps")


@given(st.lists(st.floats(0.01, 2.0), min_size=1, max_size=5))
def test_the_fastest_number_is_taken(times: list[float]) -> None:
    machine = Machine({2**power: time for power, time in enumerate(times)})
    machine.run(3 + 3 * len(times))
    assert machine.seconds[machine.tuner.threads] == min(times)


def test_a_competitor_that_comes_and_goes_is_noticed() -> None:
    idle, busy = {1: 0.14, 2: 0.09}, {1: 0.14, 2: 0.30}
    machine = Machine(idle)
    machine.run(200)
    assert machine.tuner.threads == 2
    machine.seconds = busy
    assert machine.run_until(lambda: machine.tuner.threads == 1, 30) <= 30
    machine.run(20)
    machine.seconds = idle
    before_s = machine.spent_s
    machine.run_until(lambda: machine.tuner.threads == 2 and machine.tuner.settled, 5000)
    assert machine.spent_s - before_s < 60


def test_trials_cost_little_where_one_number_is_far_worse() -> None:
    machine = Machine({1: 0.1, 2: 1.5})
    machine.run(2000)
    assert machine.spent_s < 1.15 * 2000 * 0.1


def test_a_number_that_was_set_is_not_tried() -> None:
    applied: list[int] = []
    tuner = ThreadTuner((3,), applied.append)
    for _ in range(50):
        tuner.step(1.0)
    assert applied == [3]


@pytest.mark.parametrize(("most", "tried"), [(1, (1,)), (2, (1, 2)), (6, (1, 2, 4, 6))])
def test_candidates(most: int, tried: tuple[int, ...]) -> None:
    assert candidates(most) == tried
