"""Progress on standard error: live bars on a terminal, plain lines elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from biometry_cli.results import figures as kinds
from biometry_cli.watch import Watcher

_REFRESHES_PER_S = 4.0  # the processor has better things to do
# What stands in an epoch's line beside the loss, in this order, where the epoch has it.
_FIGURES = (
    (kinds.DICE, ""),
    (kinds.MRE["mm"], ""),
    (kinds.MRE["px"], ""),
    (kinds.NME, ""),
    (kinds.MAE, "hc"),
    (kinds.ACCURACY, ""),
    (kinds.BALANCED_ACCURACY, ""),
    (kinds.MACRO_F1, ""),
)


@contextmanager
def image_bar(description: str, total: int, console: Console) -> Iterator[Callable[[], None]]:
    """A bar over ``total`` images; yields what to call after each. Silent without a terminal."""
    if not console.is_interactive:
        yield lambda: None
        return
    with _bars(console, MofNCompleteColumn(), TimeRemainingColumn()) as bars:
        task = bars.add_task(description, total=total)
        yield lambda: bars.advance(task)


@contextmanager
def spinner(description: str, console: Console) -> Iterator[None]:
    """A sign of life over work of unknown length. Silent without a terminal."""
    if not console.is_interactive:
        yield
        return
    with console.status(Text(description)):
        yield


class RichWatcher(Watcher):
    """Draws a training run; use it as a context manager, so that bars end when the run does.

    Args:
        console: on standard error. Without a terminal behind it, every note, phase and epoch is
            one plain line.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bars: Progress | None = None
        self._lower = TaskID(0)  # the bar of images or steps
        self._upper = TaskID(0)  # the bar of the whole budget
        self._epoch = ""
        self._steps = 0
        self._losses: list[float] = []  # of the present epoch

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._end_bars()

    def note(self, text: str) -> None:
        self._line(text)

    def phase(self, name: str, total: int) -> None:
        self._end_bars()
        if not self._console.is_interactive:
            self._line(f"{name}: {total}")
            return
        self._bars = _bars(self._console, MofNCompleteColumn(), TimeRemainingColumn())
        self._lower = self._bars.add_task(name, total=total)
        self._bars.start()

    def advance(self) -> None:
        if self._bars is not None:
            self._bars.advance(self._lower)

    def start_epoch(self, epoch: int, epochs: int | None, steps: int) -> None:
        first = self._epoch == ""
        self._epoch = f"epoch {epoch}" if epochs is None else f"epoch {epoch}/{epochs}"
        self._steps, self._losses = steps, []
        if not self._console.is_interactive:
            return
        if first or self._bars is None:
            self._end_bars()
            figures = TextColumn("{task.fields[figures]}", markup=False)
            self._bars = _bars(self._console, figures)
            self._upper = self._bars.add_task("budget", total=1.0, figures="")
            self._lower = self._bars.add_task(self._epoch, total=steps, figures="")
            self._bars.start()
        self._bars.reset(self._lower, total=steps, description=self._epoch, figures="")

    def step(self, loss: float, images_per_s: float, progress: float, left_s: float) -> None:
        if self._bars is None:
            return
        self._losses.append(loss)
        mean_loss = sum(self._losses) / len(self._losses)
        self._bars.update(
            self._lower, advance=1, figures=f"loss {mean_loss:.4f}  {images_per_s:.0f} img/s"
        )
        self._bars.update(
            self._upper,
            completed=min(progress, 1.0),
            figures=f"{min(progress, 1.0):.0%}  {_clock(left_s)} left",
        )
        if len(self._losses) >= self._steps or progress >= 1:
            # Nothing tells of the validation; it is what takes the time from here on.
            self._bars.update(self._lower, description=f"{self._epoch}, validating")

    def end_epoch(self, row: dict[str, Any]) -> None:
        figures = [f"loss {row['train_loss']:.4f}"] if row.get("train_loss") is not None else []
        for kind, of in _FIGURES:
            value = row.get(f"val_{kind.name(of)}")
            # The error in mm says it all where every image has a pixel size.
            in_mm = kind is kinds.MRE["px"] and row.get(f"val_{kinds.MRE['mm'].name()}") is not None
            if value is None or in_mm:
                continue
            words = " ".join(part for part in (of.upper(), kind.label, kind.unit) if part)
            figures.append(f"{words} {value:.4f}")
        pace = f"{row['images_per_s']:.0f} img/s"
        self._line("  ".join([self._epoch, *figures, pace, _clock(row["elapsed_s"])]))

    def _line(self, text: str) -> None:
        self._console.print(Text(text), soft_wrap=True)

    def _end_bars(self) -> None:
        if self._bars is not None:
            self._bars.stop()
            self._bars = None


def _bars(console: Console, *figures: ProgressColumn) -> Progress:
    """Bars that vanish when they are done; what is worth keeping is printed as a line."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=28),
        *figures,
        console=console,
        transient=True,
        # Results on standard output must not end up on the bar's own standard error.
        redirect_stdout=False,
        refresh_per_second=_REFRESHES_PER_S,
    )


def _clock(seconds: float) -> str:
    """``1:23`` or ``2:03:04``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
