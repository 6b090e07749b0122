"""How a training run went: losses, scores and the learning rate by epoch."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from biometry_cli.report.charts.palette import SERIES, Colors
from biometry_cli.report.charts.style import Chart

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_EPOCH = "epoch"
_NAMES = {"val_dice": "validation Dice", "val_accuracy": "validation accuracy"}
_HEIGHT = 260
_FEW_EPOCHS = 30


def training_curves(history: Sequence[dict[str, float]]) -> list[Chart]:
    """A chart for each figure of the history; losses share one.

    Args:
        history: one row an epoch, with ``epoch`` and any figures.
    """
    names = [
        name for name in dict.fromkeys(key for row in history for key in row) if name != _EPOCH
    ]
    losses = [name for name in names if name.endswith("loss")]
    groups = [("loss", losses)] if losses else []
    groups += [(_words(name), [name]) for name in names if name not in losses]
    charts = [_chart(history, title, keys) for title, keys in groups]
    return [chart for chart in charts if chart is not None]


def _chart(history: Sequence[dict[str, float]], title: str, keys: list[str]) -> Chart | None:
    lines = {key: _points(history, key) for key in keys}
    lines = {key: points for key, points in lines.items() if points}
    if not lines:
        return None

    def draw(axes: "Axes", colors: Colors) -> None:
        from matplotlib.ticker import MaxNLocator

        for (key, points), role in zip(lines.items(), SERIES, strict=False):
            axes.plot(
                *zip(*points, strict=True),
                color=colors[role],
                linewidth=1.6,
                marker="." if len(points) <= _FEW_EPOCHS else None,
                label=_words(key),
            )
        if len(lines) > 1:
            axes.legend()
        if title == "loss":
            axes.set_ylim(bottom=0)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=7, integer=True))
        axes.set_xlabel("epoch")
        axes.set_ylabel(title)

    ends = "; ".join(
        f"{_words(key)} from {points[0][1]:.4g} to {points[-1][1]:.4g}"
        for key, points in lines.items()
    )
    return Chart(
        title=f"Training: {title}",
        description=f"By epoch: {ends}.",
        draw=draw,
        height=_HEIGHT,
    )


def _points(history: Sequence[dict[str, float]], key: str) -> list[tuple[float, float]]:
    return [(row[_EPOCH], row[key]) for row in history if row.get(key) is not None]


def _words(key: str) -> str:
    return _NAMES.get(key, key.replace("val_", "validation ", 1).replace("_", " "))
