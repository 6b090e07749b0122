"""A classifier's calls as a confusion matrix, and how far its probabilities can be believed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from biometry_cli.report.charts.palette import Colors
from biometry_cli.report.charts.style import DASHED, Chart
from biometry_cli.results.evaluation import ReliabilityBin
from biometry_cli.results.figures import ECE, ECE_UNCALIBRATED
from biometry_cli.results.scores import NO_MEAN, Classification

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_CELL = 36
_LETTER = 7.6
_LONGEST_NAME = 26
_LARGEST = 1200  # side of the matrix: hundreds of classes must still give a sane picture
_FULLEST = 0.5  # opacity of a share of 1: the number on it keeps a contrast of 4.5 : 1
_HEADROOM = 0.14  # above 1, for the legend


def confusion_chart(classification: Classification) -> Chart:
    """Counts of images: a row a true class, a column a called class, shaded by the row's share.

    Columns go by the row's number: long names would not stand side by side.
    """
    matrix = classification.confusion_matrix
    names = [f"{_short(name)}  {number}" for number, name in enumerate(classification.groups, 1)]
    right = sum(matrix[number][number] for number in range(len(matrix)))

    def draw(axes: "Axes", colors: Colors) -> None:
        from matplotlib.patches import Rectangle

        for row, counts in enumerate(matrix):
            # A class with few images must look as right or wrong as one with many.
            total = max(sum(counts), 1)
            for column, count in enumerate(counts):
                corner = (column - 0.47, row - 0.47)
                back = Rectangle(corner, 0.94, 0.94, facecolor=colors["inset"], linewidth=0)
                axes.add_patch(back)
                if not count:
                    continue
                color = colors["accent" if row == column else "series-2"]
                alpha = _FULLEST * count / total
                axes.add_patch(
                    Rectangle(corner, 0.94, 0.94, facecolor=color, alpha=alpha, linewidth=0)
                )
                axes.text(column, row, str(count), ha="center", va="center")
        size = len(matrix)
        axes.set_xlim(-0.5, size - 0.5)
        axes.set_ylim(size - 0.5, -0.5)
        axes.set_aspect("equal")
        axes.set_xticks(range(size), [str(number) for number in range(1, size + 1)])
        axes.set_yticks(range(size), names)
        axes.xaxis.set_label_position("top")
        axes.tick_params(length=0, labeltop=True, labelbottom=False)
        axes.set_xlabel("called")
        axes.grid(False)
        axes.spines[:].set_visible(False)

    longest = max(map(len, names), default=0)
    side = min(_CELL * max(len(matrix), 2), _LARGEST)
    return Chart(
        title="Confusion matrix",
        description=f"Rows are true classes, columns called classes, by number. {right} of "
        f"{classification.overall.n} images lie on the diagonal, where the call was right.",
        draw=draw,
        width=round(side + _LETTER * longest + 24),
        height=side + 52,
    )


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


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
        axes.plot([0, 1], [0, 1], color=colors["muted"], linewidth=1.1, linestyle=DASHED)
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
