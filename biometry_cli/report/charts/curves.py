"""How a training run went: losses, scores and the learning rate by epoch."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from biometry_cli.report.charts.palette import SERIES, Colors
from biometry_cli.report.charts.style import Chart

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_EPOCH = "epoch"
# Figures of one kind, such as the Dice of each structure, share a chart. What the expression
# finds as "of" names the line, and where that is missing it is that over all.
_KINDS = {
    r"val_dice(_(?P<of>.+))?": "validation Dice",
    r"val_iou(_(?P<of>.+))?": "validation IoU",
    r"val_mre(_(?P<of>.+))?_(?P<unit>mm|px)": "validation MRE, {unit}",
    r"val_sdr(_(?P<of>.+))?_(?P<unit>[\d.]+)mm": "validation SDR, {unit} mm",
    r"val_nme(_(?P<of>.+))?": "validation NME",
    r"val_(?P<measure>.+?)(?P<points>_points)?_mae_mm": "validation MAE{points}, mm",
    r"val_(?P<measure>.+?)(?P<points>_points)?_bias_mm": "validation bias{points}, mm",
    r"val_(?P<measure>.+?)(?P<points>_points)?_sd_mm": "validation SD{points}, mm",
}
_OVER_ALL = "all"
_DASHES = ("-", "--", ":")  # once all colours are taken
_HEIGHT, _LEGEND_ROW = 260, 17
_FEW_EPOCHS = 30
_FEW_LINES = 3  # the names of more lines stand above the chart
_MOST_NAMES, _LETTERS, _MARK = 4, 44, 4  # in a row above it


@dataclass
class _Group:
    """Columns of the history that share a chart, by the name of their line."""

    title: str
    lines: dict[str, str] = field(default_factory=dict)


def training_curves(history: Sequence[dict[str, float]]) -> list[Chart]:
    """A chart for each kind of figure in the history; losses share one.

    Args:
        history: one row an epoch, with ``epoch`` and any figures.
    """
    names = [
        name for name in dict.fromkeys(key for row in history for key in row) if name != _EPOCH
    ]
    groups: dict[str, _Group] = {}
    for name in sorted(names, key=lambda name: not name.endswith("loss")):
        title, line = _placed(name)
        groups.setdefault(title, _Group(title)).lines[line] = name
    charts = [_chart(history, group) for group in groups.values()]
    return [chart for chart in charts if chart is not None]


def _placed(key: str) -> tuple[str, str]:
    """The title of the chart that shows a figure, and the name of its line."""
    if key.endswith("loss"):
        return "loss", _words(key)
    for pattern, title in _KINDS.items():
        if match := re.fullmatch(pattern, key):
            found = match.groupdict()
            if "measure" in found:
                between = " between points" if found["points"] else ""
                return title.format(points=between), found["measure"].upper()
            return title.format(**found), found["of"] or _OVER_ALL
    return _words(key), _words(key)


def _chart(history: Sequence[dict[str, float]], group: _Group) -> Chart | None:
    title = group.title
    lines = {name: _points(history, key) for name, key in group.lines.items()}
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
        if title == "loss":
            axes.set_ylim(bottom=0)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=7, integer=True))
        axes.set_xlabel("epoch")
        axes.set_ylabel(title)

    ends = "; ".join(
        f"{title if len(lines) == 1 and title != 'loss' else name} "
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


def _points(history: Sequence[dict[str, float]], key: str) -> list[tuple[float, float]]:
    return [(row[_EPOCH], row[key]) for row in history if row.get(key) is not None]


def _words(key: str) -> str:
    return key.replace("val_", "validation ", 1).replace("_", " ")
