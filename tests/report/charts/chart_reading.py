"""Charts drawn where a test can look at them."""

import re
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from biometry_cli.report.charts.pairs import Pair
from biometry_cli.report.charts.palette import LIGHT
from biometry_cli.report.charts.style import Chart


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


PAIRS = [
    Pair("a.png", 200.0, 203.0, (195.0, 211.0), "x"),
    Pair("b.png", 250.0, 249.0, None, "y"),
    Pair("c.png", 300.0, 304.0, (296.0, 312.0), "x"),
]
