"""The black column beside a scan that holds its figures, like that of an ultrasound machine."""

from collections.abc import Sequence

from PIL import Image, ImageDraw

from biometry_cli.report.picture.lettering import font, shortened, wrapped
from biometry_cli.report.picture.pen import WHITE, YELLOW, Color, Pattern, dash_spans

BACKGROUND: Color = (10, 12, 16)
DIM: Color = (150, 156, 166)
WIDTH = 340  # in units, as all sizes here
GAP_PX = 8  # between pictures side by side
_MARGIN, _TEXT, _SMALL, _LINE = 14, 16, 12, 1.5  # the line in text heights
_MARK, _SAMPLE, _STROKE = 20, 58, 2.4


class Panel:
    """Rows of text, set from the top down.

    Args:
        width_px: width of the column.
        height_px: the least height; more rows make it higher.
        unit_px: scale of everything.
    """

    def __init__(self, width_px: int, height_px: int, unit_px: float) -> None:
        self._unit_px = unit_px
        self._margin_px = round(_MARGIN * unit_px)
        self._picture = Image.new("RGB", (width_px, max(1, height_px)), BACKGROUND)
        self._y_px = float(self._margin_px)

    @property
    def picture(self) -> Image.Image:
        """The column as set so far."""
        return self._picture

    def skip(self, height_px: float) -> None:
        """Leave so much empty."""
        self._y_px += height_px

    def gap(self) -> None:
        """Half a line of nothing."""
        self.skip(0.5 * _TEXT * self._unit_px)

    def title(self, text: str, color: Color = WHITE) -> None:
        """One bold line, shortened in the middle where it is too long."""
        face = font(self._size_px(_TEXT), bold=True)
        draw = self._next_line(_TEXT)
        draw.text((self._margin_px, self._y_px), shortened(text, self._inner_px, face), color, face)
        self._y_px += _LINE * self._size_px(_TEXT)

    def heading(self, text: str, color: Color, pattern: Pattern) -> None:
        """A title with a sample of the line, in color and dashes, on its right."""
        top_px = self._y_px
        sample_px = _SAMPLE * self._unit_px
        face = font(self._size_px(_TEXT), bold=True)
        self.title(shortened(text, self._inner_px - 1.2 * sample_px, face), color)
        draw = ImageDraw.Draw(self._picture)
        start_px = self._picture.width - self._margin_px - sample_px
        middle_px = top_px + 0.6 * self._size_px(_TEXT)
        for first, last in dash_spans(_SAMPLE, pattern) if pattern else [(0.0, float(_SAMPLE))]:
            ends = (start_px + first * self._unit_px, middle_px)
            draw.line(
                (*ends, start_px + last * self._unit_px, middle_px),
                fill=color,
                width=max(1, round(_STROKE * self._unit_px)),
            )

    def row(
        self,
        name: str,
        value: str,
        color: Color = WHITE,
        *,
        interval: str = "",
        mark: str | None = None,
        mark_color: Color = YELLOW,
    ) -> None:
        """A name on the left, its value on the right, an interval in dim letters after that.

        A mark stands before the name; an empty one leaves its place free. The interval takes a
        line of its own where all is too long for one.
        """
        face = font(self._size_px(_TEXT))
        draw = self._next_line(_TEXT)
        right_px = self._picture.width - self._margin_px
        left_px = self._margin_px + (0 if mark is None else _MARK * self._unit_px)
        draw.text((self._margin_px, self._y_px), mark or "", mark_color, face)
        least_px = left_px - self._margin_px + face.getlength(f"{name[:4]} {value} {interval}")
        below = bool(interval) and least_px > self._inner_px
        value_px = float(right_px)
        if interval and not below:
            draw.text((right_px, self._y_px), interval, DIM, face, anchor="ra")
            value_px -= face.getlength(f" {interval}")
        room_px = value_px - left_px - face.getlength(f"{value} ")
        draw.text((left_px, self._y_px), shortened(name, room_px, face), color, face)
        draw.text((value_px, self._y_px), value, color, face, anchor="ra")
        self._y_px += _LINE * self._size_px(_TEXT)
        if below:
            self.row("", interval, DIM)

    def small(self, text: str, color: Color = DIM) -> None:
        """A paragraph in small letters."""
        face = font(self._size_px(_SMALL))
        for line in wrapped(text, self._inner_px, face):
            draw = self._next_line(_SMALL)
            draw.text((self._margin_px, self._y_px), line, color, face)
            self._y_px += _LINE * self._size_px(_SMALL)

    def warning(self, text: str) -> None:
        """A paragraph that asks for attention."""
        self.small(f"! {text}", YELLOW)

    def bar(self, share: float, color: Color) -> None:
        """A horizontal bar, full at a ``share`` of 1."""
        draw = self._next_line(_SMALL)
        left, top, height = self._margin_px, self._y_px, max(2, round(4 * self._unit_px))
        draw.rectangle((left, top, left + self._inner_px, top + height), fill=(44, 48, 56))
        draw.rectangle((left, top, left + self._inner_px * share, top + height), fill=color)
        self._y_px += _LINE * self._size_px(_SMALL)

    def beside(self, picture: Image.Image) -> Image.Image:
        """``picture``, at the top left, with this panel on its right."""
        return in_row([picture, self._picture], gap_px=0)

    @property
    def _inner_px(self) -> int:
        return self._picture.width - 2 * self._margin_px

    def _size_px(self, units: int) -> int:
        return max(1, round(units * self._unit_px))

    def _next_line(self, units: int) -> ImageDraw.ImageDraw:
        """A draw object on a panel that is high enough for one more line."""
        needed = round(self._y_px + _LINE * self._size_px(units) + self._margin_px)
        if needed > self._picture.height:
            higher = Image.new("RGB", (self._picture.width, needed), BACKGROUND)
            higher.paste(self._picture, (0, 0))
            self._picture = higher
        return ImageDraw.Draw(self._picture)


def in_row(pictures: Sequence[Image.Image], gap_px: int = GAP_PX) -> Image.Image:
    """Pictures side by side, with their tops at one height."""
    width_px = sum(each.width for each in pictures) + gap_px * (len(pictures) - 1)
    row = Image.new("RGB", (width_px, max(each.height for each in pictures)), BACKGROUND)
    left_px = 0
    for each in pictures:
        row.paste(each, (left_px, 0))
        left_px += each.width + gap_px
    return row


def stacked(pictures: Sequence[Image.Image]) -> Image.Image:
    """Pictures below each other."""
    height_px = sum(each.height for each in pictures)
    stack = Image.new("RGB", (max(each.width for each in pictures), height_px), BACKGROUND)
    top_px = 0
    for each in pictures:
        stack.paste(each, (0, top_px))
        top_px += each.height
    return stack
