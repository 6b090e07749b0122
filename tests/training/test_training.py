"""The budget, the schedule, the average and the checkpoint."""

import math
import signal

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.errors import ModelFileError
from biometry_cli.inference.backends import choose_precision
from biometry_cli.interrupt import DeferredInterrupt
from biometry_cli.models.catalog import build
from biometry_cli.training.average import AveragedNetwork
from biometry_cli.training.checkpoint import Progress, load_checkpoint, save_checkpoint
from biometry_cli.training.run import default_workers
from biometry_cli.training.schedule import Budget, rate_factor


@given(st.floats(0, 1), st.floats(0, 0.9))
def test_rate_stays_between_its_floor_and_the_highest(progress, warmup):
    assert 1e-3 <= rate_factor(progress, warmup) <= 1


def test_rate_rises_then_falls_to_its_floor():
    rates = [rate_factor(i / 100, 0.1) for i in range(101)]
    assert rates[10] == pytest.approx(1)
    assert rates[:11] == sorted(rates[:11])
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[100] == pytest.approx(1e-3)


def test_budget_of_epochs_counts_epochs_and_their_parts():
    budget = Budget(epochs=4, minutes=None)
    assert budget.progress(0) == 0
    assert budget.progress(0.6) == pytest.approx(0.15)
    assert budget.progress(2) == 0.5
    assert budget.progress(99) == 1


def test_budget_of_minutes_counts_earlier_sittings_and_keeps_time_to_close():
    budget = Budget(epochs=None, minutes=1, spent_s=30)
    assert budget.progress(0) == pytest.approx(0.5, abs=0.02)
    budget.closing_s = 30
    assert budget.progress(0) == 1


def _network():
    torch.manual_seed(0)
    return build("unet", outputs=2, height_px=32, width_px=32, width=0.25)


def test_average_follows_the_weights():
    network = _network()
    average = AveragedNetwork(network, decay=0.9)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(1.0)
    before = [p.clone() for p in average.network.parameters()]
    average.update(network, step=1_000_000)
    for old, new, live in zip(
        before, average.network.parameters(), network.parameters(), strict=True
    ):
        torch.testing.assert_close(new, old * 0.9 + live * 0.1)
    none = AveragedNetwork(network, decay=0)
    none.update(network, step=1)
    for new, live in zip(none.network.parameters(), network.parameters(), strict=True):
        torch.testing.assert_close(new, live)


def test_checkpoint_restores_everything(tmp_path):
    def parts():
        network = _network()
        optimizer = torch.optim.AdamW(network.parameters(), lr=0.01)
        return network, AveragedNetwork(network, 0.9), optimizer

    def step(network, average, optimizer):
        optimizer.zero_grad()
        network(torch.randn(2, 1, 32, 32)).square().mean().backward()
        optimizer.step()
        average.update(network, 5)

    network, average, optimizer = parts()
    step(network, average, optimizer)
    progress = Progress(epoch=3, step=7, best_score=0.5, history=[{"epoch": 3, "val": math.pi}])
    save_checkpoint(tmp_path / "last.safetensors", network, average.network, optimizer, progress)
    step(network, average, optimizer)

    other = parts()
    found = load_checkpoint(tmp_path / "last.safetensors", other[0], other[1].network, other[2])
    assert found == progress
    step(*other)
    for mine, theirs in ((network, other[0]), (average.network, other[1].network)):
        for name, value in mine.state_dict().items():
            assert torch.equal(value, theirs.state_dict()[name]), name


def test_checkpoint_of_another_network(tmp_path):
    network = _network()
    optimizer = torch.optim.AdamW(network.parameters())
    save_checkpoint(tmp_path / "last.safetensors", network, network, optimizer, Progress())
    wider = build("unet", outputs=2, height_px=32, width_px=32, width=0.5)
    with pytest.raises(ModelFileError, match="another network"):
        load_checkpoint(
            tmp_path / "last.safetensors", wider, wider, torch.optim.AdamW(wider.parameters())
        )
    with pytest.raises(ModelFileError, match="nothing to go on with"):
        load_checkpoint(tmp_path / "none.safetensors", network, network, optimizer)


def test_precision():
    assert choose_precision("float32", "cpu") == "no"
    assert choose_precision("bfloat16", "cpu") == "bf16"
    has = torch.cpu.get_capabilities()
    expected = "bf16" if has.get("avx512_bf16") or has.get("amx_bf16") or has.get("bf16") else "no"
    assert choose_precision("auto", "cpu") == expected


def test_loading_processes_leave_cores_to_the_network():
    assert [default_workers("cpu", cores) for cores in (1, 2, 4, 16)] == [0, 0, 1, 2]
    assert [default_workers("cuda", cores) for cores in (1, 2, 16)] == [1, 1, 8]


def test_the_first_interrupt_waits_and_the_second_does_not():
    before = signal.getsignal(signal.SIGINT)
    with DeferredInterrupt() as interrupt:
        interrupt.check()
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            interrupt.check()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
