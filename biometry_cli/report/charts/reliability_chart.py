"""The reliability diagram: how often a classifier is right where it is so sure."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from biometry_cli.report.charts.palette import Colors
from biometry_cli.report.charts.style import Chart
from biometry_cli.results.evaluation import ReliabilityBin
from biometry_cli.results.figures import ECE, ECE_UNCALIBRATED
from biometry_cli.results.scores import NO_MEAN, Classification

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HEADROOM = 0.14  # above 1, for the legend


def reliability_chart(classification: Classification) -> Chart:
    """The share called right against the mean top probability, a point a bin with images.

    A point on the dashed diagonal is as right as it is sure, one below it too sure. Bars show
    which share of the images each bin holds. Hollow points are those before calibration.
    """
    n = classification.overall.n

    def draw(axes: "Axes", colors: Colors) -> None:
        bins, before = classification.reliability, classification.reliability_uncalibrated
        total = max(sum(each.images for each in bins), 1)
        axes.bar(
            [each.low for each in bins],
            [each.images / total for each in bins],
            [each.high - each.low for each in bins],
            align="edge",
            color=colors["band-core"],
            linewidth=0,
            label="share of the images",
        )
        axes.plot([0, 1], [0, 1], color=colors["muted"], linewidth=1.1, linestyle=(0, (5, 3)))
        if before:
            _draw(axes, before, colors["series-2"], "before", hollow=True)
        _draw(axes, bins, colors["series-1"], "as answered")
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1 + _HEADROOM)
        axes.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1])
        axes.set_xlabel("top probability, mean of its bin")
        axes.set_ylabel("share called right")
        axes.legend(loc="upper left", ncols=3, handletextpad=0.4, columnspacing=1, borderpad=0.1)

    return Chart(
        title=f"Reliability, n = {n}",
        description=_description(classification),
        draw=draw,
        height=330,
    )


def _draw(
    axes: "Axes", bins: Sequence[ReliabilityBin], color: str, label: str, *, hollow: bool = False
) -> None:
    known = [
        (each.probability, each.right)
        for each in bins
        if each.probability is not None and each.right is not None
    ]
    axes.plot(
        [probability for probability, _ in known],
        [right for _, right in known],
        color=color,
        linewidth=1.2 if hollow else 1.6,
        alpha=0.8 if hollow else 1.0,
        marker="o",
        markersize=5,
        markerfacecolor="none" if hollow else color,
        label=label,
        clip_on=False,
    )


def _description(classification: Classification) -> str:
    figures = []
    for kind, words in ((ECE, "as answered"), (ECE_UNCALIBRATED, "before calibration")):
        error = classification.overall.figures.get(kind, NO_MEAN).value
        if error is not None:
            figures.append(f"{error:.3f} {words}")
    errors = f"; {ECE.label} {', '.join(figures)}" if figures else ""
    return (
        "Share called right against the mean top probability in 15 bins, "
        f"{classification.overall.n} images{errors}. Points below the dashed diagonal are surer "
        "than they are right."
    )
