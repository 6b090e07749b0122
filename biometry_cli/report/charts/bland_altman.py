"""Differences against means (Bland and Altman, Lancet 1986; 327: 307-310)."""

from typing import TYPE_CHECKING

import numpy as np

from biometry_cli.report.charts.pairs import draw_points
from biometry_cli.report.charts.palette import Colors
from biometry_cli.report.charts.style import Chart
from biometry_cli.report.sheet.words import measure_name
from biometry_cli.results.evaluation import Agreement, Figure
from biometry_cli.results.scores import Measured

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def bland_altman(measured: Measured) -> Chart:
    """Prediction - reference against the mean of both, in mm.

    Bias and limits of agreement are lines, and their intervals, where known, bands.
    """
    pairs, name = measured.found, measure_name(measured.agreement.measure)
    lines = _lines(measured.agreement)
    differences = np.array([pair.difference_mm for pair in pairs])
    means = np.array([pair.reference_mm for pair in pairs]) + differences / 2

    def draw(axes: "Axes", colors: Colors) -> None:
        draw_points(axes, colors, pairs, means, differences)
        axes.axhline(0, color=colors["muted"], linewidth=0.7, zorder=1)
        for words, figure in lines.items():
            _draw_line(axes, colors, words, figure)
        axes.set_xlabel(f"mean of prediction and reference of {name}, mm")
        axes.set_ylabel("prediction − reference, mm")
        axes.margins(x=0.04, y=0.1)

    figures = ", ".join(f"{words} {_signed(figure)} mm" for words, figure in lines.items())
    return Chart(
        title=f"{name}: agreement (Bland–Altman), n = {len(pairs)}",
        description=f"Prediction minus reference against their mean, {len(pairs)} images. "
        f"{figures}.",
        draw=draw,
    )


def _lines(agreement: Agreement) -> dict[str, Figure]:
    """From top to bottom; a line without a value is left out."""
    named = {
        "+1.96 SD": agreement.loa_high,
        "bias": agreement.bias,
        "−1.96 SD": agreement.loa_low,
    }
    return {name: figure for name, figure in named.items() if figure.value is not None}


def _draw_line(axes: "Axes", colors: Colors, name: str, figure: Figure) -> None:
    assert figure.value is not None
    color = colors["accent"] if name == "bias" else colors["warning"]
    if figure.interval is not None:
        axes.axhspan(*figure.interval, color=color, alpha=0.14, linewidth=0, zorder=0.6)
    style = "-" if name == "bias" else (0, (5, 3))
    axes.axhline(figure.value, color=color, linewidth=1.3, linestyle=style, zorder=2)
    axes.annotate(
        f"{name}\n{_signed(figure)}",
        (1, figure.value),
        xycoords=("axes fraction", "data"),
        xytext=(4, 0),
        textcoords="offset points",
        va="center",
        color=color,
        fontsize=10,
        linespacing=1.25,
    )


def _signed(figure: Figure) -> str:
    return f"{figure.value:+.2f}".replace("-", "−")
