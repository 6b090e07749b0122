"""Pictures and small bars inside a page, without any other file."""

import base64
import io

from PIL import Image, features

from biometry_cli.report.charts.style import Chart, svg
from biometry_cli.report.html.markup import NOTHING, Markup, element, joined
from biometry_cli.results.base import Interval

_WEBP_QUALITY = 90
_MUCH_SMALLER = 0.6  # of the lossless file
_BAR, _BAR_HEIGHT, _EDGE = 120, 16, 4


def picture(image: Image.Image, alt: str, caption: str = "") -> Markup:
    """A figure with the image in it: PNG, or WebP where that is much smaller."""
    shown = element("img", src=_data_uri(image), alt=alt, width=image.width, height=image.height)
    below = element("figcaption", caption) if caption else NOTHING
    return element("figure", shown, below, class_="picture")


def chart_figure(chart: Chart, key: str) -> Markup:
    """A figure with a chart and its title; ``key`` is unique in the page."""
    drawn = Markup(svg(chart, key))
    return element("figure", element("figcaption", chart.title), drawn, class_="chart-card")


def charts_row(charts: list[tuple[str, Chart]]) -> Markup:
    """Charts side by side, as (key, chart)."""
    if not charts:
        return NOTHING
    return element("div", joined(chart_figure(chart, key) for key, chart in charts), class_="row")


def share_bar(share: float, *, chosen: bool) -> Markup:
    """A bar that is full at a ``share`` of 1."""
    width = _BAR * min(max(share, 0.0), 1.0)
    track = element("rect", x=0, y=5, width=_BAR, height=6, rx=3, class_="track")
    filled = element(
        "rect", x=0, y=5, width=f"{width:.1f}", height=6, rx=3, class_="full" if chosen else "part"
    )
    return _bar(joined([track, filled]), f"{100 * share:.1f} %")


def centile_bar(centile: float, interval: Interval | None) -> Markup:
    """Where a centile lies from 0 to 100: 3rd to 97th shaded, 10th to 90th more so."""
    parts = [
        _span(0, 100, 7, 2, "axis"),
        _span(3, 97, 3, 10, "band"),
        _span(10, 90, 3, 10, "band-core"),
        element("rect", x=f"{_place(50) - 0.5:.1f}", y=3, width=1, height=10, class_="middle"),
    ]
    words = f"centile {centile:.1f}"
    if interval is not None:
        parts.append(_span(*interval, 7, 2, "reach"))
        words += f", 95 % interval {interval[0]:.1f} to {interval[1]:.1f}"
    parts.append(element("circle", cx=f"{_place(centile):.1f}", cy=8, r=3.6, class_="point"))
    return _bar(joined(parts), words)


def _span(low: float, high: float, y: int, height: int, class_: str) -> Markup:
    left, right = _place(low), _place(high)
    return element(
        "rect", x=f"{left:.1f}", y=y, width=f"{right - left:.1f}", height=height, class_=class_
    )


def _place(centile: float) -> float:
    return _EDGE + (_BAR - 2 * _EDGE) * min(max(centile, 0.0), 100.0) / 100


def _bar(inner: Markup, words: str) -> Markup:
    return element(
        "svg",
        inner,
        class_="bar",
        viewBox=f"0 0 {_BAR} {_BAR_HEIGHT}",
        width=_BAR,
        height=_BAR_HEIGHT,
        role="img",
        aria_label=words,
    )


def _data_uri(image: Image.Image) -> str:
    kind, content = "png", _encoded(image, "PNG", optimize=True)
    if features.check("webp"):
        smaller = _encoded(image, "WEBP", quality=_WEBP_QUALITY, method=4)
        if len(smaller) < _MUCH_SMALLER * len(content):
            kind, content = "webp", smaller
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def _encoded(image: Image.Image, kind: str, **how: int) -> bytes:
    stream = io.BytesIO()
    image.convert("RGB").save(stream, kind, **how)
    return stream.getvalue()
