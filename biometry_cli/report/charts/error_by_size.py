"""Absolute differences against the size of what was measured."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from biometry_cli.report.charts.pairs import Pair, draw_points, require_pairs
from biometry_cli.report.charts.palette import Colors
from biometry_cli.report.charts.style import Chart, write_png

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TOLERANCE = 0.05  # of the reference, as in Agreement.within_5_percent


def error_by_size(pairs: Sequence[Pair], measure: str) -> Chart:
    """The difference's absolute value against the reference, in mm, with 5 % of it as a line.

    Raises:
        ValueError: no pairs.
    """
    require_pairs(pairs, measure)
    references = [pair.reference_mm for pair in pairs]
    errors = [abs(pair.difference_mm) for pair in pairs]

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
        axes.set_xlabel(f"reference {measure}, mm")
        axes.set_ylabel("absolute difference, mm")

    return Chart(
        title=f"{measure}: error against size, n = {len(pairs)}",
        description=f"{len(pairs)} images, differences up to {max(errors):.1f} mm; the dashed "
        "line is 5 % of the reference.",
        draw=draw,
    )


def write_error_by_size(path: Path, pairs: Sequence[Pair], measure: str) -> None:
    """Write it as PNG. Raises ValueError without pairs, UsageError where it cannot be written."""
    write_png(path, error_by_size(pairs, measure))
