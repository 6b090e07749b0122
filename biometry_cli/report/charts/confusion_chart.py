"""The confusion matrix as a chart that follows the page's theme."""

from typing import TYPE_CHECKING

from biometry_cli.report.charts.palette import Colors
from biometry_cli.report.charts.style import Chart
from biometry_cli.results.scores import Classification

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_CELL = 36
_LETTER = 7.6
_LONGEST_NAME = 26
_LARGEST = 1200  # side of the matrix: hundreds of classes must still give a sane picture
_FULLEST = 0.5  # opacity of a share of 1: the number on it keeps a contrast of 4.5 : 1


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
