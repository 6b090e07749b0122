"""Absolute differences against the size of what was measured."""

from typing import TYPE_CHECKING

import numpy as np

from biometry_cli.report.charts.pairs import draw_points
from biometry_cli.report.charts.palette import Colors
from biometry_cli.report.charts.style import Chart
from biometry_cli.report.sheet.words import measure_name
from biometry_cli.results.scores import Measured

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TOLERANCE = 0.05  # of the reference, as in Agreement.within_5_percent


def error_by_size(measured: Measured) -> Chart:
    """The difference's absolute value against the reference, in mm, with 5 % of it as a line."""
    pairs, name = measured.found, measure_name(measured.agreement.measure)
    references = np.array([pair.reference_mm for pair in pairs])
    errors = np.abs([pair.difference_mm for pair in pairs])

    def draw(axes: "Axes", colors: Colors) -> None:
        draw_points(axes, colors, pairs, references, errors)
        axes.margins(x=0.05)
        top = max(max(errors), _TOLERANCE * max(references)) * 1.08 or 1.0
        ends = axes.get_xlim()
        axes.plot(
            ends,
            [_TOLERANCE * end for end in ends],
            color=colors["warning"],
            linewidth=1.3,
            linestyle=(0, (5, 3)),
        )
        axes.annotate(
            "5 %",
            (1, _TOLERANCE * ends[1]),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            color=colors["warning"],
            fontsize=10,
        )
        axes.set_xlim(ends)
        axes.set_ylim(0, top)
        axes.set_xlabel(f"reference {name}, mm")
        axes.set_ylabel("absolute difference, mm")

    return Chart(
        title=f"{name}: error against size, n = {len(pairs)}",
        description=f"{len(pairs)} images, differences up to {max(errors):.1f} mm; the dashed "
        "line is 5 % of the reference.",
        draw=draw,
    )
