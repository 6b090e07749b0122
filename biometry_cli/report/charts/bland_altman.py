"""Differences against means (Bland and Altman, Lancet 1986; 327: 307-310)."""

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from biometry_cli.report.charts.pairs import Pair, draw_points, require_pairs
from biometry_cli.report.charts.palette import Colors
from biometry_cli.report.charts.style import Chart, write_png
from biometry_cli.results.evaluation import Agreement, Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NORMAL_95 = 1.96


def bland_altman(pairs: Sequence[Pair], measure: str, agreement: Agreement | None = None) -> Chart:
    """Prediction - reference against the mean of both, in mm.

    Args:
        pairs: one an image.
        measure: its name, such as HC.
        agreement: bias and limits with their intervals, drawn as bands. Without it, bias
            -+ 1.96 SD of the pairs (SD with n - 1), without bands.

    Raises:
        ValueError: no pairs.
    """
    require_pairs(pairs, measure)
    lines = _lines(pairs, agreement)

    def draw(axes: "Axes", colors: Colors) -> None:
        means = [(pair.reference_mm + pair.predicted_mm) / 2 for pair in pairs]
        draw_points(axes, colors, pairs, means, [pair.difference_mm for pair in pairs])
        axes.axhline(0, color=colors["muted"], linewidth=0.7, zorder=1)
        for name, figure in lines.items():
            _draw_line(axes, colors, name, figure)
        axes.set_xlabel(f"mean of prediction and reference of {measure}, mm")
        axes.set_ylabel("prediction − reference, mm")
        axes.margins(x=0.04, y=0.1)

    figures = ", ".join(f"{name} {_signed(figure)} mm" for name, figure in lines.items())
    return Chart(
        title=f"{measure}: agreement (Bland–Altman), n = {len(pairs)}",
        description=f"Prediction minus reference against their mean, {len(pairs)} images. "
        f"{figures}.",
        draw=draw,
    )


def write_bland_altman(
    path: Path, pairs: Sequence[Pair], measure: str, agreement: Agreement | None = None
) -> None:
    """Write it as PNG. Raises ValueError without pairs, UsageError where it cannot be written."""
    write_png(path, bland_altman(pairs, measure, agreement))


def _lines(pairs: Sequence[Pair], agreement: Agreement | None) -> dict[str, Figure]:
    """From top to bottom; a line without a value is left out."""
    if agreement is not None:
        high, bias, low = agreement.loa_high, agreement.bias, agreement.loa_low
    else:
        differences = [pair.difference_mm for pair in pairs]
        mean = statistics.fmean(differences)
        bias, high, low = Figure(value=mean), Figure(), Figure()
        if len(differences) > 1:
            reach = _NORMAL_95 * statistics.stdev(differences)
            high, low = Figure(value=mean + reach), Figure(value=mean - reach)
    named = {"+1.96 SD": high, "bias": bias, "−1.96 SD": low}
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
