"""Predictions beside their references, and how their points look in every chart."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from biometry_cli.report.charts.palette import SERIES, Colors
from biometry_cli.results.scores import Pair

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = npt.NDArray[np.float64]

# Six shapes and seven colours repeat together only after 42 strata.
_MARKERS = ("o", "s", "^", "D", "v", "P")
_MANY, _VERY_MANY = 60, 600
_LARGEST_LEGEND = 12


def draw_points(
    axes: "Axes", colors: Colors, pairs: Sequence[Pair], x: FloatArray, y: FloatArray
) -> None:
    """One point a pair; each stratum has a marker and a colour, named in a legend above."""
    size = 5.6 if len(pairs) <= _MANY else 4.6 if len(pairs) <= _VERY_MANY else 3.2
    for name, marker, role, places in strata(pairs):
        axes.plot(
            x[places],
            y[places],
            linestyle="none",
            marker=marker,
            color=colors[role],
            markersize=size,
            markeredgewidth=0,
            alpha=0.8 if len(pairs) <= _VERY_MANY else 0.45,
            # A name with a leading underscore would be left out of the legend.
            label=f" {name}" if name.startswith("_") else name,
        )
    found = sum(1 for _ in strata(pairs))
    if 1 < found <= _LARGEST_LEGEND:
        axes.legend(
            loc="lower left",
            bbox_to_anchor=(-0.02, 1.0),
            ncols=3,
            handletextpad=0.1,
            columnspacing=1.0,
            borderpad=0.2,
        )


def strata(pairs: Sequence[Pair]) -> Iterator[tuple[str, str, str, list[int]]]:
    """Each stratum's name, marker, role of its colour, and the places of its pairs."""
    names = sorted({pair.stratum or "" for pair in pairs})
    for number, name in enumerate(names):
        places = [place for place, pair in enumerate(pairs) if (pair.stratum or "") == name]
        yield (
            name or "not given",
            _MARKERS[number % len(_MARKERS)],
            SERIES[number % len(SERIES)],
            places,
        )
