"""Smooth lines and letters over a scan, with a dark rim that bright tissue cannot swallow."""

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from biometry_cli.report.picture.lettering import font

Color = tuple[int, int, int]
Pattern = tuple[float, ...]
"""Lengths of dash, gap, dash, gap, ... in units; an empty one is a solid line."""
Points = npt.NDArray[np.float64]

# Okabe and Ito, Color Universal Design: told apart by colour-blind readers too. Yellow is kept
# for calipers, as on the scanners themselves; black is no colour on a scan.
SKY_BLUE, ORANGE, GREEN = (86, 180, 233), (230, 159, 0), (0, 158, 115)
PURPLE, VERMILION, BLUE = (204, 121, 167), (213, 94, 0), (0, 114, 178)
YELLOW, WHITE = (240, 228, 66), (255, 255, 255)
PINK = (255, 140, 205)  # what a model of masks and points read between its points
STRUCTURE_COLORS: tuple[Color, ...] = (SKY_BLUE, ORANGE, GREEN, PURPLE, VERMILION, BLUE)
# In the same order, for whom colour tells nothing.
STRUCTURE_PATTERNS: tuple[Pattern, ...] = (
    (),
    (30, 6),
    (16, 5, 4, 5),
    (9, 5),
    (16, 5, 4, 5, 4, 5),
    (22, 6, 9, 6),
)

_FINEST = 3  # strokes are drawn on so many times finer pixels and averaged
_WIDEST_LAYER_PX = 4800  # longer side of the finer layer, to bound memory on huge images
_RIM, _RIM_OPACITY = 0.6, 170
_LETTERS = 15  # height, in units


class Pen:
    """Draws in the coordinates of a scan, pixel centres at whole numbers, on a picture of it.

    Args:
        size_px: width and height of the picture.
        zoom: picture pixels over scan pixels.
        unit_px: width of a thin line in the picture; widths and lengths are multiples of it.
    """

    def __init__(self, size_px: tuple[int, int], zoom: float, unit_px: float) -> None:
        self._size_px, self._zoom, self._unit_px = size_px, zoom, unit_px
        self._fine = max(1, min(_FINEST, _WIDEST_LAYER_PX // max(size_px)))
        layer = (size_px[0] * self._fine, size_px[1] * self._fine)
        self._rims, self._strokes = Image.new("L", layer), Image.new("RGBA", layer)
        self._on_rims, self._on_strokes = map(ImageDraw.Draw, (self._rims, self._strokes))
        self._texts: list[tuple[float, float, str, Color]] = []

    def line(
        self, points_px: Points, color: Color, width: float = 1, *, closed: bool = False
    ) -> None:
        """A line through (N, 2) x, y."""
        points = np.vstack([points_px, points_px[:1]]) if closed else points_px
        self._stroke(self._placed(points, self._zoom * self._fine), color, width)

    def dashes(
        self,
        points_px: Points,
        color: Color,
        width: float,
        pattern: Pattern,
        *,
        closed: bool = False,
    ) -> None:
        """A line through (N, 2) x, y, broken as the pattern says."""
        if not pattern:
            self.line(points_px, color, width, closed=closed)
            return
        points_px = np.vstack([points_px, points_px[:1]]) if closed else points_px
        points = self._placed(points_px, self._zoom * self._fine)
        along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
        thin = self._unit_px * self._fine
        for start, end in dash_spans(float(along[-1]) / thin, pattern):
            inner = along[(along > start * thin) & (along < end * thin)]
            places = np.concatenate([[start * thin], inner, [end * thin]])
            piece = [np.interp(places, along, points[:, axis]) for axis in (0, 1)]
            self._stroke(np.column_stack(piece), color, width)

    def cross(
        self, point_px: Points, color: Color, width: float, *, arm: float, turned: bool = False
    ) -> None:
        """A cross at (2,) x, y, upright like + or turned like ×; ``arm`` in units."""
        reach = arm * self._unit_px / self._zoom
        across, down = np.array([reach, 0]), np.array([0, reach])
        if turned:
            across, down = (across + down) / np.sqrt(2), (across - down) / np.sqrt(2)
        for direction in (across, down):
            self.line(np.array([point_px - direction, point_px + direction]), color, width)

    def ring(self, point_px: Points, color: Color, width: float, *, radius: float) -> None:
        """A small circle around (2,) x, y; ``radius`` in units."""
        angles = np.linspace(0, 2 * np.pi, 25)
        reach = radius * self._unit_px / self._zoom
        around = np.column_stack([np.cos(angles), np.sin(angles)]) * reach
        self.line(np.asarray(point_px) + around, color, width)

    def text(self, point_px: Points, text: str, color: Color) -> None:
        """Letters around (2,) x, y, moved inside the picture where they would leave it."""
        x, y = self._placed(point_px, self._zoom)
        self._texts.append((float(x), float(y), text, color))

    def onto(self, picture: Image.Image) -> Image.Image:
        """The RGB picture with everything drawn on it."""
        rims, strokes = self._rims.reduce(self._fine), self._strokes.reduce(self._fine)
        drawn = Image.composite(Image.new("RGB", picture.size), picture, rims)
        drawn.paste(strokes.convert("RGB"), mask=strokes.getchannel("A"))
        draw = ImageDraw.Draw(drawn)
        face, rim_px = font(round(_LETTERS * self._unit_px)), max(2, round(2 * self._unit_px))
        for x, y, text, color in self._texts:
            half_width, half_height = face.getlength(text) / 2 + rim_px, _LETTERS * self._unit_px
            place = (
                min(max(x, half_width), self._size_px[0] - half_width),
                min(max(y, half_height), self._size_px[1] - half_height),
            )
            draw.text(place, text, color, face, "mm", stroke_width=rim_px, stroke_fill="black")
        return drawn

    @staticmethod
    def _placed(points_px: Points, scale: float) -> Points:
        # A scan's pixel covers from -0.5 to 0.5 around its centre.
        return (np.asarray(points_px, np.float64) + 0.5) * scale - 0.5

    def _stroke(self, points: Points, color: Color, width: float) -> None:
        thin = self._unit_px * self._fine
        path = [(float(x), float(y)) for x, y in points]
        rim = round((width + 2 * _RIM) * thin)
        self._on_rims.line(path, fill=_RIM_OPACITY, width=max(1, rim), joint="curve")
        inner = max(1, round(width * thin))
        self._on_strokes.line(path, fill=(*color, 255), width=inner, joint="curve")


def dash_spans(length: float, pattern: Pattern) -> list[tuple[float, float]]:
    """Where the dashes of a broken line start and end, from 0 to ``length``, in its unit."""
    steps = np.array(pattern)
    starts = np.concatenate([[0], np.cumsum(steps)])[:-1:2]
    repeats = np.arange(0, length, steps.sum())
    begins = (repeats[:, None] + starts).ravel()
    ends = (repeats[:, None] + starts + steps[::2]).ravel()
    shown = begins < length
    return list(zip(begins[shown].tolist(), np.minimum(ends[shown], length).tolist(), strict=True))
