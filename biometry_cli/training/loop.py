"""The training loop, top to bottom.

One process on a processor or a GPU, through Hugging Face accelerate. Randomness is keyed, not
drawn: the order and the changes of images depend on seed and epoch alone, and the generator that
dropout uses is saved, so a run of fixed epochs that was killed ends with the same weights as one
that never stopped.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accelerate import Accelerator
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.utils.data import DataLoader

from biometry_cli.data.dataset import EpochOrder, Target
from biometry_cli.errors import TrainingError
from biometry_cli.interrupt import DeferredInterrupt
from biometry_cli.settings import TrainSettings
from biometry_cli.training.average import AveragedNetwork
from biometry_cli.training.checkpoint import Progress
from biometry_cli.training.schedule import Budget, rate_factor
from biometry_cli.training.threads import ThreadTuner
from biometry_cli.watch import Watcher

# With a budget in minutes, validations come so seldom that they take at most this share.
_VALIDATION_SHARE = 0.1


@dataclass
class Learner:
    """The objects that training changes, and what it learns from."""

    accelerator: Accelerator
    network: nn.Module
    average: AveragedNetwork
    optimizer: Optimizer
    loss: nn.Module
    loader: "DataLoader[tuple[Tensor, Target]]"
    order: EpochOrder
    tuner: ThreadTuner


def train_loop(
    learner: Learner,
    settings: TrainSettings,
    budget: Budget,
    progress: Progress,
    *,
    validate: Callable[[nn.Module], tuple[float, dict[str, float | None]]],
    save: Callable[[Progress, bool], None],
    watcher: Watcher,
) -> Progress:
    """Train until the budget is spent or patience ends.

    Args:
        learner: network, optimiser and data.
        settings: rate, clipping, patience and so on.
        budget: epochs or minutes.
        progress: where the run stands; changed as it goes on.
        validate: averaged network -> score (higher is better) and figures for the history.
        save: called after each epoch with the progress, and whether this is the best so far.
        watcher: told of steps and epochs.

    Raises:
        TrainingError: the loss is not a finite number.
    """
    validated_s, validation_s = 0.0, 0.0
    with DeferredInterrupt() as interrupt:
        while not progress.finished:
            progress.epoch += 1
            row: dict[str, Any] = {"epoch": progress.epoch}
            row |= _train_epoch(learner, settings, budget, progress, watcher, interrupt)

            spent = budget.progress(progress.epoch) >= 1
            if spent or _validation_due(
                settings, budget, progress.epoch, validated_s, validation_s
            ):
                started = time.monotonic()
                score, figures = validate(learner.average.network)
                validation_s = time.monotonic() - started
                validated_s += validation_s
                budget.closing_s = validation_s
                row |= {f"val_{name}": value for name, value in figures.items()}
                best = progress.best_score is None or score >= progress.best_score
                if best:
                    progress.best_score, progress.best_epoch = score, progress.epoch
            else:
                best = False
            waited = progress.epoch - progress.best_epoch
            bored = settings.patience_epochs > 0 and waited >= settings.patience_epochs
            progress.finished = spent or bored
            progress.elapsed_s = budget.elapsed_s()
            row["elapsed_s"] = progress.elapsed_s
            progress.history.append(row)
            save(progress, best)
            watcher.end_epoch(row)
            interrupt.check()
    return progress


def _train_epoch(
    learner: Learner,
    settings: TrainSettings,
    budget: Budget,
    progress: Progress,
    watcher: Watcher,
    interrupt: DeferredInterrupt,
) -> dict[str, Any]:
    """One pass over the images, or what is left of the budget. Returns its figures."""
    learner.network.train()
    learner.order.epoch = progress.epoch
    watcher.start_epoch(progress.epoch, budget.epochs, len(learner.order))
    losses: list[float] = []
    foretold = progress.epoch > 1  # said once
    images_seen, waited_s, rate = 0, 0.0, 0.0
    started = fetched = time.monotonic()
    for images, targets in learner.loader:
        began = time.monotonic()
        waited_s += began - fetched
        spent = budget.progress(progress.epoch - 1 + len(losses) / len(learner.order))
        rate = settings.learning_rate * rate_factor(spent, settings.warmup)
        for group in learner.optimizer.param_groups:
            group["lr"] = rate
        loss = learner.loss(learner.network(images), targets)
        learner.accelerator.backward(loss)
        learner.accelerator.clip_grad_norm_(learner.network.parameters(), settings.clip_norm)
        losses.append(_finite(loss, progress, rate))
        learner.optimizer.step()
        learner.optimizer.zero_grad()
        progress.step += 1
        learner.average.update(learner.accelerator.unwrap_model(learner.network), progress.step)
        images_seen += len(images)
        fetched = time.monotonic()
        learner.tuner.step(fetched - began)
        if not foretold and learner.tuner.settled:
            foretold = True
            watcher.note(_outlook(budget, progress, learner, (fetched - started) / len(losses)))
        spent = budget.progress(progress.epoch - 1 + len(losses) / len(learner.order))
        left_s = budget.elapsed_s() * (1 - spent) / max(spent, 1e-6)
        watcher.step(losses[-1], images_seen / (fetched - started), spent, left_s)
        interrupt.check()
        if budget.minutes is not None and spent >= 1:
            break
    took_s = time.monotonic() - started
    return {
        "train_loss": sum(losses) / len(losses),
        "learning_rate": rate,
        "images_per_s": images_seen / took_s,
        "loading_share": waited_s / took_s,
        "threads": learner.tuner.threads,
    }


def _outlook(budget: Budget, progress: Progress, learner: Learner, step_s: float) -> str:
    """What a run can expect of this machine: ``2 threads; about 30 epochs``."""
    threads = learner.tuner.threads
    started = f"{threads} thread{'s' * (threads != 1)}; about "
    epoch_s = step_s * len(learner.order)
    if budget.minutes is None:
        epochs_left = (budget.epochs or 0) - progress.epoch + 1
        return f"{started}{max(1, round(epochs_left * epoch_s / 60))} min"
    left_s = budget.minutes * 60 - budget.elapsed_s()
    return f"{started}{max(1, round(left_s / epoch_s))} epochs"


def _finite(loss: Tensor, progress: Progress, rate: float) -> float:
    value = float(loss.detach())
    if not math.isfinite(value):
        raise TrainingError(
            f"the loss became {value} in epoch {progress.epoch}, step {progress.step + 1}, at a "
            f"learning rate of {rate:.2g}",
            mend="Take a smaller --learning-rate and train anew; the best model so far, if there "
            "is one, is kept in the run folder",
        )
    return value


def _validation_due(
    settings: TrainSettings, budget: Budget, epoch: int, validated_s: float, validation_s: float
) -> bool:
    if settings.validate_every is not None:
        return epoch % settings.validate_every == 0
    if budget.epochs is not None:
        return True
    return validated_s + validation_s <= _VALIDATION_SHARE * budget.elapsed_s()
