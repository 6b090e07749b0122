"""``landmarks.csv``: where the named points of each image lie.

``filename,ofd_1_x,ofd_1_y,ofd_2_x,ofd_2_y,...``, in pixels of the image with pixel centres at
whole numbers. Two empty cells mean that the point is not visible in the image.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from biometry_cli.data.points import Point, calipers_of, whole_calipers
from biometry_cli.data.rows import POINT_NOT_COMMA, as_number, read_lines, require_lines
from biometry_cli.errors import DataError

LANDMARKS_FILE = "landmarks.csv"
_FEWEST = 3  # images that tell where points lie in a set
_NEARLY_ALL = 0.9
_FAR_OFF = 0.25  # of the sides, both together

Points = Mapping[str, Point | None]


@dataclass(frozen=True)
class LandmarkTable:
    """The content of a ``landmarks.csv``.

    Attributes:
        names: the points, in the order of their columns.
        points: by file name, then by point; None for one that is not visible.
        one_ended: file names and calipers of which one end alone was given; both are None.
    """

    names: tuple[str, ...] = ()
    points: Mapping[str, Points] = field(default_factory=dict)
    one_ended: tuple[tuple[str, str], ...] = ()


def read_landmarks(path: Path, declared: tuple[str, ...] = ()) -> LandmarkTable:
    """Read the table.

    Args:
        path: the file.
        declared: the points to take, in this order; all when empty. Other columns are ignored.

    Raises:
        DataError: as ``read_lines``, a missing or half column, one end of a caliper alone, or a
            cell that is not a number.
    """
    table: dict[str, Points] = {}
    one_ended: list[tuple[str, str]] = []
    names: tuple[str, ...] = ()
    for filename, place, row in read_lines(path):
        names = names or _point_names(tuple(row), declared, path)
        points = {name: _point(row, name, place, path) for name in names}
        table[filename], broken = whole_calipers(points)
        one_ended += [(filename, caliper) for caliper in broken]
    require_lines(table, path)
    return LandmarkTable(names, table, tuple(one_ended))


def _point_names(
    columns: tuple[str, ...], declared: tuple[str, ...], path: Path
) -> tuple[str, ...]:
    across = [column[:-2] for column in columns if column.endswith("_x")]
    down = [column[:-2] for column in columns if column.endswith("_y")]
    for name in declared or tuple(dict.fromkeys([*across, *down])):
        for axis, present in (("x", across), ("y", down)):
            if name not in present:
                raise DataError(
                    f"has no column {name}_{axis} (found: {', '.join(columns)})",
                    where=path,
                    mend="Give each landmark two columns, NAME_x and NAME_y",
                )
    if not across:
        raise DataError(
            f"has no landmarks (found: {', '.join(columns)})",
            where=path,
            mend="Name the columns filename,ofd_1_x,ofd_1_y,ofd_2_x,ofd_2_y and so on",
        )
    names = declared or tuple(across)
    try:
        calipers_of(names)
    except ValueError as error:
        raise DataError(
            str(error), where=path, mend="Add the columns of the other end, or rename the point"
        ) from None
    return names


def _point(row: Mapping[str, str], name: str, place: str, path: Path) -> Point | None:
    cells = row[f"{name}_x"], row[f"{name}_y"]
    if cells == ("", ""):
        return None
    x, y = (
        _coordinate(cell, f"{place}, {name}_{axis}", path)
        for axis, cell in zip("xy", cells, strict=True)
    )
    return x, y


def _coordinate(cell: str, place: str, path: Path) -> float:
    value = as_number(cell)
    if value is None:
        raise DataError(
            f"{place}: {cell!r} is not a number",
            where=path,
            mend=POINT_NOT_COMMA
            if "," in cell
            else "Mend the cell, or leave x and y of a point that is not visible both empty",
        )
    return value


def outside(points: Points, size: tuple[int, int]) -> list[str]:
    """Names of the points outside an image of ``size`` (height, width), in pixels.

    A pixel reaches half a pixel beyond its centre.
    """
    height, width = size
    return [
        name
        for name, point in points.items()
        if point is not None
        and not (-0.5 <= point[0] <= width - 0.5 and -0.5 <= point[1] <= height - 0.5)
    ]


def seem_exchanged(images: Sequence[tuple[Points, tuple[int, int]]]) -> bool:
    """Whether x and y of the points have changed places, in images of (height, width).

    Exchanged, nearly all points of all images lie inside, and nearer to the middle of the images:
    what is measured lies around it, and no image of a set is half a side off.
    """
    offsets, cured, off = [], 0, 0
    for points, (height, width) in images:
        turned = {name: p and (p[1], p[0]) for name, p in points.items()}
        shown = [point for point in points.values() if point is not None]
        if not shown or height == width:
            continue
        off += bool(outside(points, (height, width)))
        cured += not outside(turned, (height, width))
        x, y = (sum(axis) / len(shown) for axis in zip(*shown, strict=True))
        offsets.append(
            (
                abs(x / width - 0.5) + abs(y / height - 0.5),
                abs(y / width - 0.5) + abs(x / height - 0.5),
            )
        )
    if len(offsets) < _FEWEST or cured < _NEARLY_ALL * len(offsets):
        return False
    now, then = (median(each) for each in zip(*offsets, strict=True))
    return then < now / 2 and (off > len(offsets) / 5 or now > _FAR_OFF)
