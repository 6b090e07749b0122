"""Charts drawn where a test can look at them."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from biometry_cli.evaluation import agreement
from biometry_cli.report.charts.palette import LIGHT
from biometry_cli.report.charts.style import Chart
from biometry_cli.results.scores import Measured, Pair


def drawn(chart: Chart) -> Axes:
    """The chart on axes of its own."""
    axes = Figure().subplots()
    chart.draw(axes, LIGHT)
    return axes


def points(axes: Axes) -> set[tuple[float, float]]:
    """All markers, wherever they were drawn."""
    return {
        (float(x), float(y))
        for line in axes.lines
        if line.get_linestyle() == "None"
        for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
    }


def levels(axes: Axes, color: str) -> list[float]:
    """Heights of the horizontal lines of one colour, from top to bottom."""
    found: list[Any] = [
        line.get_ydata()[0]
        for line in axes.lines
        if line.get_color() == color and line.get_linestyle() != "None"
    ]
    return sorted(map(float, found), reverse=True)


def texts(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def svg_texts(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def measured(pairs: Sequence[Pair], measure: str = "HC") -> Measured:
    """Pairs with their agreement, whose figures have no intervals."""
    named = [replace(pair, measure=measure) for pair in pairs]
    return agreement.measured(measure, named, resamples=0)


PAIRS = [
    Pair("a.png", "a", "HC", 200.0, 203.0, (195.0, 211.0), "x"),
    Pair("b.png", "b", "HC", 250.0, 249.0, None, "y"),
    Pair("c.png", "c", "HC", 300.0, 304.0, (296.0, 312.0), "x"),
    Pair("d.png", "d", "HC", 320.0, None, None, "x"),
]
"""The last one was not found, and stands in no chart."""
