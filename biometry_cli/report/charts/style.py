"""One look for all charts, as an inline SVG that follows the page's theme or as a PNG.

The SVG is drawn in colours that stand for roles, which then become CSS variables: one drawing
serves a light and a dark page. Its text stays text, in the page's own font.
"""

import io
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from biometry_cli.files import replacing
from biometry_cli.marks import mark_png
from biometry_cli.report.charts.palette import LIGHT, SENTINELS, Colors

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_UNITS_PER_INCH = 72  # one unit of the SVG is one point, so font sizes are in its units
_FONT = 11.5
_PNG_DPI = 160
DASHED = (0, (5, 3))
_NO_METADATA: dict[str, Any] = dict.fromkeys(("Date", "Creator", "Format", "Type"))


@dataclass(frozen=True)
class Chart:
    """A chart that can be drawn in any colours.

    Attributes:
        title: one line: what is shown.
        description: a sentence or two with what can be seen, for who cannot see it.
        draw: draws on axes, with a colour for each role of ``palette.LIGHT``.
        width, height: in units of the SVG, which are CSS pixels at full size.
    """

    title: str
    description: str
    draw: "Callable[[Axes, Colors], None]"
    width: int = 400
    height: int = 310


def svg(chart: Chart, key: str) -> str:
    """An ``<svg>`` element for a page; ``key``, unique in the page, begins all of its ids."""
    stream = io.StringIO()
    with _drawn([chart], SENTINELS, key) as (figure, _):
        figure.savefig(stream, format="svg", facecolor="none", metadata=_NO_METADATA)
    return _for_page(stream.getvalue(), chart, key)


def write_png(path: Path, *charts: Chart) -> None:
    """Write light charts side by side, each under its title.

    Raises:
        UsageError: it cannot be written.
    """
    with _drawn(charts, LIGHT, "png") as (figure, panels):
        for axes, chart in zip(panels, charts, strict=True):
            axes.set_title(chart.title, loc="left", fontweight="bold", fontsize=_FONT, pad=12)
        with replacing(path) as temporary:
            figure.savefig(temporary, format="png", dpi=_PNG_DPI, facecolor=LIGHT["card"])
            mark_png(temporary, "chart")


def edge_label(axes: "Axes", height: float, text: str, color: str) -> None:
    """Name a line at the right edge, where it ends at this height in data."""
    axes.annotate(
        text,
        (1, height),
        xycoords=("axes fraction", "data"),
        xytext=(4, 0),
        textcoords="offset points",
        va="center",
        color=color,
        fontsize=10,
        linespacing=1.25,
    )


@contextmanager
def _drawn(
    charts: Sequence[Chart], colors: Colors, key: str
) -> "Iterator[tuple[Figure, list[Axes]]]":
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(_look(colors, key)), warnings.catch_warnings():
        # A name in letters that the font lacks is drawn as boxes, which is no news to a shell.
        warnings.filterwarnings("ignore", message="Glyph")
        width = sum(chart.width for chart in charts)
        height = max(chart.height for chart in charts)
        size = (width / _UNITS_PER_INCH, height / _UNITS_PER_INCH)
        figure = Figure(figsize=size, dpi=_UNITS_PER_INCH, layout="constrained")
        panels = figure.subplots(1, len(charts), squeeze=False)[0].tolist()
        for axes, chart in zip(panels, charts, strict=True):
            chart.draw(axes, colors)
        yield figure, panels


def _look(colors: Colors, key: str) -> Any:  # matplotlib's type spells out every key
    return {
        "svg.fonttype": "none",
        "svg.hashsalt": key,
        "text.parse_math": False,  # a dollar in a file's or class's name is a dollar
        "font.size": _FONT,
        "axes.labelsize": _FONT,
        "xtick.labelsize": _FONT - 1,
        "ytick.labelsize": _FONT - 1,
        "legend.fontsize": _FONT - 1,
        "legend.frameon": False,
        "text.color": colors["ink"],
        "axes.labelcolor": colors["muted"],
        "axes.edgecolor": colors["line"],
        "axes.facecolor": "none",
        "figure.facecolor": "none",
        "xtick.color": colors["line"],
        "ytick.color": colors["line"],
        "xtick.labelcolor": colors["muted"],
        "ytick.labelcolor": colors["muted"],
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": colors["line"],
        "grid.linewidth": 0.6,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.unicode_minus": True,
    }


def _for_page(text: str, chart: Chart, key: str) -> str:
    """The drawing without what a file has and a page must not: fonts, colours, shared ids."""
    body = text[text.index("<svg") :]
    body = body[body.index(">") + 1 : body.rindex("</svg>")]
    body = re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL)
    # This style would hold for the whole page; page.css repeats it for charts.
    body = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", body, count=1, flags=re.DOTALL)
    body = re.sub(r"font-family: [^;\"]*", "font-family: inherit", body)
    body = body.replace('id="', f'id="{key}-').replace("url(#", f"url(#{key}-")
    body = body.replace('xlink:href="#', f'href="#{key}-')
    for role, sentinel in SENTINELS.items():
        body = body.replace(sentinel, f"var(--{role})")
    body = re.sub(r"\s*\n\s*", "\n", body)
    return (
        f'<svg class="chart" role="img" viewBox="0 0 {chart.width} {chart.height}" '
        f'width="{chart.width}" height="{chart.height}" '
        f'aria-labelledby="{key}-title {key}-text">'
        f'<title id="{key}-title">{escape(chart.title)}</title>'
        f'<desc id="{key}-text">{escape(chart.description)}</desc>{body}</svg>'
    )
