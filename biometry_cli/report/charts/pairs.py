"""Predictions beside their references: how they agree, scatter, and err by size."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from biometry_cli.report.charts.palette import SERIES, Colors
from biometry_cli.report.charts.style import DASHED, Chart, edge_label
from biometry_cli.report.sheet.words import measure_name, number
from biometry_cli.results.evaluation import Agreement, Figure
from biometry_cli.results.scores import Measured, Pair

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = npt.NDArray[np.float64]

# Six shapes and seven colours repeat together only after 42 strata.
_MARKERS = ("o", "s", "^", "D", "v", "P")
_MANY, _VERY_MANY = 60, 600
_LARGEST_LEGEND = 12
_TOLERANCE = 0.05  # of the reference, as in Agreement.within_5_percent


def pair_stems(measure: str) -> list[str]:
    """The names of the files that hold the charts of one measure."""
    return [f"{measure.lower()}_{kind}" for kind in ("bland_altman", "scatter", "error_by_size")]


def pair_charts(measured: Measured) -> dict[str, Chart]:
    """Agreement, prediction against reference, and error against size; none without a pair."""
    if not measured.found:
        return {}
    stems = pair_stems(measured.agreement.measure)
    drawing = (bland_altman, scatter, error_by_size)
    return {stem: draw(measured) for stem, draw in zip(stems, drawing, strict=True)}


def bland_altman(measured: Measured) -> Chart:
    """Prediction - reference against the mean of both, in mm (Bland and Altman, Lancet 1986; 327).

    Bias and limits of agreement are lines, and their intervals, where known, bands.
    """
    pairs, name = measured.found, measure_name(measured.agreement.measure)
    lines = _lines(measured.agreement)
    references, differences = _numbers(pairs)
    means = references + differences / 2

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
    style = "-" if name == "bias" else DASHED
    axes.axhline(figure.value, color=color, linewidth=1.3, linestyle=style, zorder=2)
    edge_label(axes, figure.value, f"{name}\n{_signed(figure)}", color)


def _signed(figure: Figure) -> str:
    return number(figure.value, 2, sign=True)


def scatter(measured: Measured) -> Chart:
    """Prediction against reference in mm; 95 % intervals, where known, as upright lines."""
    pairs, name = measured.found, measure_name(measured.agreement.measure)
    references, differences = _numbers(pairs)
    predictions = references + differences
    some = any(pair.interval_mm is not None for pair in pairs)

    def draw(axes: "Axes", colors: Colors) -> None:
        for _, _, role, places in strata(pairs):
            known = [
                (pairs[place].reference_mm, *interval)
                for place in places
                if (interval := pairs[place].interval_mm) is not None
            ]
            if known:
                x, low, high = zip(*known, strict=True)
                axes.vlines(x, low, high, color=colors[role], linewidth=0.8, alpha=0.35)
        draw_points(axes, colors, pairs, references, predictions)
        axes.axline((references[0], references[0]), slope=1, color=colors["muted"], linewidth=1.1)
        axes.set_xlabel(f"reference {name}, mm")
        axes.set_ylabel(f"predicted {name}, mm")
        axes.margins(0.05)

    intervals = " Upright lines are the predictions' 95 % intervals." if some else ""
    return Chart(
        title=f"{name}: prediction against reference, n = {len(pairs)}",
        description=f"{len(pairs)} images, references from {min(references):.1f} to "
        f"{max(references):.1f} mm, predictions from {min(predictions):.1f} to "
        f"{max(predictions):.1f} mm. The slanted line is where both are equal.{intervals}",
        draw=draw,
    )


def error_by_size(measured: Measured) -> Chart:
    """The difference's absolute value against the reference, in mm, with 5 % of it as a line."""
    pairs, name = measured.found, measure_name(measured.agreement.measure)
    references, differences = _numbers(pairs)
    errors = np.abs(differences)

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
            linestyle=DASHED,
        )
        edge_label(axes, _TOLERANCE * ends[1], "5 %", colors["warning"])
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


def _numbers(pairs: Sequence[Pair]) -> tuple[FloatArray, FloatArray]:
    """References, and prediction - reference, in mm."""
    references = np.array([pair.reference_mm for pair in pairs])
    return references, np.array([pair.difference_mm for pair in pairs])


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
    for place, name in enumerate(names):
        members = [each for each, pair in enumerate(pairs) if (pair.stratum or "") == name]
        yield (
            name or "not given",
            _MARKERS[place % len(_MARKERS)],
            SERIES[place % len(SERIES)],
            members,
        )
