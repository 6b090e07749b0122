"""Pictures and small bars inside a page, without any other file."""

import base64
import io
from typing import NamedTuple

from PIL import Image, features

from biometry_cli.report.sheet.blocks import Bar, CentileBar
from biometry_cli.report.sheet.words import centile_text, centiles_text, percent

_WEBP_QUALITY = 90
_MUCH_SMALLER = 0.6  # of the lossless file
_WIDTH, _EDGE = 120, 4


class Span(NamedTuple):
    """A rectangle of a bar; ``kind`` is its class in the style sheet."""

    x: float
    y: float
    width: float
    height: float
    kind: str


class Shape(NamedTuple):
    """A bar as rectangles, a point where there is one, and the bar in words."""

    spans: list[Span]
    point: float | None
    words: str


def shape_of(bar: Bar | CentileBar) -> Shape:
    """A bar that is full at a share of 1; or a scale of centiles, 3rd to 97th shaded."""
    if isinstance(bar, Bar):
        width = round(_WIDTH * min(max(bar.share, 0.0), 1.0), 1)
        filled = Span(0, 5, width, 6, "full" if bar.chosen else "part")
        return Shape([Span(0, 5, _WIDTH, 6, "track"), filled], None, percent(bar.share))
    spans = [
        _between(0, 100, 7, 2, "axis"),
        _between(3, 97, 3, 10, "band"),
        _between(10, 90, 3, 10, "band-core"),
        Span(_place(50) - 0.5, 3, 1, 10, "middle"),
    ]
    words = f"centile {centile_text(bar.centile)}"
    if bar.interval is not None:
        spans.append(_between(*bar.interval, 7, 2, "reach"))
        words += f", 95 % interval {centiles_text(bar.interval)}"
    return Shape(spans, _place(bar.centile), words)


def _between(low: float, high: float, y: int, height: int, kind: str) -> Span:
    left, right = _place(low), _place(high)
    return Span(left, y, round(right - left, 1), height, kind)


def _place(centile: float) -> float:
    return round(_EDGE + (_WIDTH - 2 * _EDGE) * min(max(centile, 0.0), 100.0) / 100, 1)


def data_uri(image: Image.Image) -> str:
    """The image itself as an address: PNG, or WebP where that is much smaller."""
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
