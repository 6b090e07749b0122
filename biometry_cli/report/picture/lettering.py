"""Text in pictures: a font that is always there, and sizes of lines in pixels."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PIL import ImageFont

ELLIPSIS = "…"
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@cache
def font(size_px: int, *, bold: bool = False) -> Font:
    """DejaVu Sans as matplotlib ships it, found without the time that importing that takes.

    Pillow's own font knows neither "²" nor "×"; it stands in where matplotlib was packaged
    without its fonts.
    """
    package = find_spec("matplotlib")
    file = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    if package is not None and package.origin is not None:
        try:
            folder = Path(package.origin).parent / "mpl-data" / "fonts" / "ttf"
            return ImageFont.truetype(folder / file, size_px)
        except OSError:
            pass
    return ImageFont.load_default(size_px)


def shortened(text: str, width_px: float, face: Font) -> str:
    """``text`` with its middle left out such that it is at most ``width_px`` wide."""
    kept = len(text)
    short = text
    while kept > 2 and face.getlength(short) > width_px:
        kept -= 1
        short = text[: (kept + 1) // 2] + ELLIPSIS + text[len(text) - kept // 2 :]
    return short


def wrapped(text: str, width_px: float, face: Font) -> list[str]:
    """``text`` in lines of at most ``width_px``; a longer word is shortened."""
    lines: list[str] = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and face.getlength(joined) <= width_px:
            lines[-1] = joined
        else:
            lines.append(shortened(word, width_px, face))
    return lines
