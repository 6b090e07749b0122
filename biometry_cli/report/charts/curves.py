"""How a training run went: losses, scores and the learning rate by epoch."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from biometry_cli.report.charts.palette import SERIES, Colors
from biometry_cli.report.charts.style import Chart
from biometry_cli.results import figures as kinds
from biometry_cli.results.evaluation import BY_POINTS
from biometry_cli.results.figures import Kind, parse_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Row = Mapping[str, Any]
"""One epoch: ``epoch`` and any figures, as in ``history.csv``."""

_EPOCH = "epoch"
_VALIDATION = "val_"
_LOSS, _RATE = "loss", "learning rate"
_PICTURED = (kinds.DICE, kinds.CLOSENESS, kinds.ACCURACY, kinds.MRE["mm"], kinds.MRE["px"])
_OVER_ALL = "all"
_DASHES = ("-", "--", ":")  # once all colours are taken
_HEIGHT, _LEGEND_ROW = 260, 17
_FEW_EPOCHS = 30
_FEW_LINES = 3  # the names of more lines stand above the chart
_MOST_NAMES, _LETTERS, _MARK = 4, 44, 4  # in a row above it


def training_curves(history: Sequence[Row]) -> list[Chart]:
    """A chart for each kind of figure in the history; losses share one.

    Args:
        history: one row an epoch, with ``epoch`` and any figures.
    """
    return list(_charts(history).values())


def main_curves(history: Sequence[Row]) -> list[Chart]:
    """The loss, what chooses the checkpoint, radial errors in one unit, and the learning rate."""
    charts = _charts(history)
    titles = [_LOSS, *map(_title, _PICTURED), _RATE]
    if _title(kinds.MRE["mm"]) in charts:
        titles.remove(_title(kinds.MRE["px"]))
    return [charts[title] for title in titles if title in charts]


def _charts(history: Sequence[Row]) -> dict[str, Chart]:
    """Every chart by its title."""
    names = [
        name for name in dict.fromkeys(key for row in history for key in row) if name != _EPOCH
    ]
    groups: dict[str, dict[str, str]] = {}
    for name in sorted(names, key=lambda name: not name.endswith("loss")):
        title, line = _placed(name)
        groups.setdefault(title, {})[line] = name
    charts = {title: _chart(history, title, lines) for title, lines in groups.items()}
    return {title: chart for title, chart in charts.items() if chart is not None}


def _placed(name: str) -> tuple[str, str]:
    """The title of the chart that shows a figure, and the name of its line.

    Figures of one kind, such as the Dice of each structure, share a chart.
    """
    if name.endswith(_LOSS):
        return _LOSS, _words(name)
    figure = parse_name(name.removeprefix(_VALIDATION)) if name.startswith(_VALIDATION) else None
    if figure is None:
        return _words(name), _words(name)
    kind, of = figure
    if kind not in (kinds.MAE, kinds.BIAS, kinds.SD):
        return _title(kind), of or _OVER_ALL
    measure = of.upper()
    between = " between points" if measure.endswith(BY_POINTS) else ""
    return _title(kind, between), measure.removesuffix(BY_POINTS)


def _title(kind: Kind, between: str = "") -> str:
    """``validation MRE, mm``. Shares are drawn as they are, not in %."""
    unit = f", {kind.unit}" if kind.unit and kind.factor == 1 else ""
    return f"validation {kind.label}{between}{unit}"


def _chart(history: Sequence[Row], title: str, columns: dict[str, str]) -> Chart | None:
    """A line for each of the columns, by its name; None where no epoch has any."""
    lines = {name: _points(history, column) for name, column in columns.items()}
    lines = {name: points for name, points in lines.items() if points}
    if not lines:
        return None
    many = len(lines) > _FEW_LINES
    names_a_row = max(1, min(_MOST_NAMES, _LETTERS // (max(map(len, lines)) + _MARK)))

    def draw(axes: "Axes", colors: Colors) -> None:
        from matplotlib.ticker import MaxNLocator

        for place, (name, points) in enumerate(lines.items()):
            axes.plot(
                *zip(*points, strict=True),
                color=colors[SERIES[place % len(SERIES)]],
                linestyle=_DASHES[place // len(SERIES) % len(_DASHES)],
                linewidth=1.6,
                marker="." if len(points) <= _FEW_EPOCHS else None,
                label=name,
            )
        if many:
            axes.legend(
                loc="lower left",
                bbox_to_anchor=(-0.02, 1.0),
                ncols=names_a_row,
                columnspacing=1.0,
                handlelength=1.4,
                borderpad=0.2,
            )
        elif len(lines) > 1:
            axes.legend()
        if title == _LOSS:
            axes.set_ylim(bottom=0)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=7, integer=True))
        axes.set_xlabel("epoch")
        axes.set_ylabel(title)

    ends = "; ".join(
        f"{title if len(lines) == 1 and title != _LOSS else name} "
        f"from {points[0][1]:.4g} to {points[-1][1]:.4g}"
        for name, points in lines.items()
    )
    rows = -(-len(lines) // names_a_row) if many else 0
    return Chart(
        title=f"Training: {title}",
        description=f"By epoch: {ends}.",
        draw=draw,
        height=_HEIGHT + _LEGEND_ROW * rows,
    )


def _points(history: Sequence[Row], key: str) -> list[tuple[float, float]]:
    return [(row[_EPOCH], row[key]) for row in history if row.get(key) is not None]


def _words(key: str) -> str:
    return key.replace(_VALIDATION, "validation ", 1).replace("_", " ")
