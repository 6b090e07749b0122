"""The HC18 Grand Challenge: fetal heads, each with an ellipse around it, calibrated.

    SRC/training_set/NNN_HC.png                      a scan; NNN is the fetus, as in NNN_2HC.png
    SRC/training_set/NNN_HC_Annotation.png           the outline of an ellipse, not filled
    SRC/training_set_pixel_size_and_HC.csv           pixel size and head circumference
    SRC/test_set/                                    scans without annotations, which stay behind

The challenge's circumference is that of the ellipse along the middle of the outline, so an ellipse
is fitted to the outline's pixels; filling the outline would fail where it is not closed and would
count half of its width too much (van den Heuvel et al., PLoS ONE 2018,
doi 10.1371/journal.pone.0200412).
"""

import math
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from biometry_cli.data.declaration import Declaration
from biometry_cli.data.images import open_image
from biometry_cli.data.importers.plan import Evidence, Item, Left, Pixels, Plan, Point
from biometry_cli.data.importers.points import LeaveOut, read_pixel_size, read_reference, read_table
from biometry_cli.data.samples import list_images
from biometry_cli.data.tables import Calibration
from biometry_cli.errors import DataError
from biometry_cli.measure.ellipse import Ellipse, Segment
from biometry_cli.measure.ellipse_fit import fit_ellipse

TABLE = "training_set_pixel_size_and_HC.csv"
FILENAME, PIXEL_SIZE, CIRCUMFERENCE = "filename", "pixel size(mm)", "head circumference (mm)"
_ENDING = "_Annotation"
# Nearly all pixels of an outline, which is two or three of them wide, lie this near the ellipse;
# there are about four of them for each pixel of width and height, and many more in a filled mask.
_NEAR_PX, _LEAST_NEAR = 3.0, 0.8
_MOST_PER_SIDE = 8


@dataclass(frozen=True)
class _Line:
    """A line of the table as written."""

    place: str
    pixel_size: str
    circumference: str


@dataclass(frozen=True)
class _Found:
    """An item and the circumference of its ellipse in mm, where the pixel size is known."""

    item: Item
    circumference_mm: float | None


def read(source: Path) -> Plan:
    """Find out what an unpacked HC18 folder, or its ``training_set`` alone, holds.

    Raises:
        DataError: no training set, or its table is missing or cannot be used.
    """
    folder, table = _find(source)
    lines = _read_lines(table)
    files = {path.name: path for path in list_images(folder)}
    outlines = {name: path for name, path in files.items() if path.stem.endswith(_ENDING)}
    scans = {name: path for name, path in files.items() if name not in outlines}
    left = [
        Left(name, "an annotation without its scan")
        for name in outlines
        if name.replace(_ENDING, "") not in scans
    ]
    found: list[_Found] = []
    for name, scan in scans.items():
        try:
            found.append(_read_pair(scan, outlines.get(_outline_of(name)), lines.get(name)))
        except LeaveOut as reason:
            left.append(Left(name, str(reason)))
    left += [
        Left(name, "in the table, but neither scan nor annotation is there")
        for name in lines
        if name not in scans and _outline_of(name) not in outlines
    ]
    left += [
        Left(f"test_set/{path.name}", "the challenge publishes no annotations of its test set")
        for path in list_images(source / "test_set")
    ]
    return Plan(
        items=tuple(each.item for each in found),
        declaration=Declaration(
            classes=("background", "head"), swap=(("ofd_1", "ofd_2"), ("bpd_1", "bpd_2"))
        ),
        left=tuple(left),
        notes=tuple(_notes(found)),
    )


def recognise(source: Path) -> Evidence | None:
    """Whether scans and their outlines lie in ``training_set/`` or right in ``source``."""
    for folder in (source / "training_set", source):
        outlines = sum(1 for _ in folder.glob(f"*_*HC{_ENDING}.png"))
        if outlines:
            return Evidence(f"{outlines} outlines NNN_HC{_ENDING}.png")
    return None


def _find(source: Path) -> tuple[Path, Path]:
    """The folder of the training set, and its table in it or beside it."""
    folder = source / "training_set"
    if not folder.is_dir():
        if not any(source.glob("*_*HC*.png")):
            raise DataError(
                "is not an HC18 folder: it holds neither training_set/ nor scans NNN_HC.png",
                where=source,
                mend=f"Name the folder that holds training_set/ and {TABLE}",
            )
        folder = source
    for place in (source, folder, folder.resolve().parent):
        if (place / TABLE).is_file():
            return folder, place / TABLE
    raise DataError(
        f"there is no {TABLE} in it or beside it, which holds the pixel sizes",
        where=source,
        mend="Get the table from where the scans came from",
    )


def _read_lines(table: Path) -> dict[str, _Line]:
    lines: dict[str, _Line] = {}
    for place, row in read_table(table, (FILENAME, PIXEL_SIZE, CIRCUMFERENCE)):
        name, line = row[FILENAME], _Line(place, row[PIXEL_SIZE], row[CIRCUMFERENCE])
        before = lines.setdefault(name, line)
        if (before.pixel_size, before.circumference) != (line.pixel_size, line.circumference):
            raise DataError(
                f"lists {name} twice with different numbers ({before.place} and {place})",
                where=table,
                mend="Keep the right line in a copy of the data set",
            )
    if not lines:
        raise DataError("lists no scan", where=table, mend="Take the table as it was published")
    return lines


def _outline_of(name: str) -> str:
    stem, _, suffix = name.rpartition(".")
    return f"{stem}{_ENDING}.{suffix}"


def _read_pair(scan: Path, outline: Path | None, line: _Line | None) -> _Found:
    """Raises LeaveOut where the scan cannot be used."""
    if outline is None:
        raise LeaveOut("no annotation")
    calibration = Calibration() if line is None else _calibration(line)
    try:
        width, height = open_image(scan).size
    except DataError as error:
        raise LeaveOut(f"the scan {error.what}") from None
    try:
        drawn = np.asarray(open_image(outline).convert("L")) > 0
    except DataError as error:
        raise LeaveOut(f"its annotation {error.what}") from None
    if drawn.shape != (height, width):
        raise LeaveOut("its annotation has another size")
    ellipse = _fit(drawn)
    points = caliper_points("ofd", ellipse.major_axis_ends(), height, width)
    points |= caliper_points("bpd", ellipse.minor_axis_ends(), height, width)
    item = Item(
        name=scan.name,
        subject=scan.stem.split("_", 1)[0],
        image=scan,
        mask=partial(ellipse_mask, ellipse, height, width),
        points=points,
        calibration=calibration,
    )
    spacing = calibration.spacing_mm
    return _Found(item, None if spacing is None else ellipse.perimeter() * spacing[0])


def _calibration(line: _Line) -> Calibration:
    size_mm = read_pixel_size(line.pixel_size, f"{line.place}, {PIXEL_SIZE}")
    hc_mm = read_reference(line.circumference, "HC", f"{line.place}, {CIRCUMFERENCE}")
    return Calibration(
        None if size_mm is None else (size_mm, size_mm), {} if hc_mm is None else {"HC": hc_mm}
    )


def _fit(drawn: npt.NDArray[np.bool_]) -> Ellipse:
    rows, columns = np.nonzero(drawn)
    points = np.column_stack([columns, rows]).astype(np.float64)
    try:
        # A filled mask would keep the fit busy for long.
        if len(points) <= _MOST_PER_SIDE * _sides_px(points):
            ellipse = fit_ellipse(points)
            if np.mean(np.abs(ellipse.distances(points)) <= _NEAR_PX) >= _LEAST_NEAR:
                return ellipse
    except ValueError:
        pass
    raise LeaveOut("its annotation is not the outline of an ellipse")


def _sides_px(points: npt.NDArray[np.float64]) -> float:
    """Width and height of the points' box together."""
    return float(np.ptp(points, axis=0).sum()) if len(points) else 0.0


def _notes(found: list[_Found]) -> list[str]:
    notes = []
    for caliper in ("ofd", "bpd"):
        outside = [
            each.item.name
            for each in found
            if each.item.points is not None and each.item.points[f"{caliper}_1"] is None
        ]
        if outside:
            notes.append(
                f"{caliper}: no points in {len(outside)} images, where an end lies outside the "
                f"scan, such as {outside[0]}"
            )
    unknown = [each.item.name for each in found if each.item.calibration.spacing_mm is None]
    if unknown:
        notes.append(f"no pixel size for {len(unknown)} images, such as {unknown[0]}")
    errors_mm = {
        each.item.name: abs(each.circumference_mm - each.item.calibration.reference_mm["HC"])
        for each in found
        if each.circumference_mm is not None and "HC" in each.item.calibration.reference_mm
    }
    if errors_mm:
        worst = max(errors_mm, key=lambda name: errors_mm[name])
        notes.append(
            f"the ellipses give the table's head circumference within {errors_mm[worst]:.2f} mm "
            f"(furthest off: {worst})"
        )
    return notes


def ellipse_mask(ellipse: Ellipse, height: int, width: int) -> Pixels:
    """A binary mask (height, width) uint8: 255 where a pixel's centre lies in the ellipse."""
    x = np.arange(width) - ellipse.center_x
    y = np.arange(height)[:, None] - ellipse.center_y
    cosine, sine = math.cos(ellipse.angle_rad), math.sin(ellipse.angle_rad)
    along = (cosine * x + sine * y) / ellipse.semi_major
    across = (cosine * y - sine * x) / ellipse.semi_minor
    return np.where(along**2 + across**2 <= 1, 255, 0).astype(np.uint8)


def caliper_points(name: str, ends: Segment, height: int, width: int) -> dict[str, Point | None]:
    """``NAME_1`` and ``NAME_2``: the ends of a diameter, the one further left first.

    Of ends that stand above each other the upper one comes first. Where an end lies outside the
    image (height, width), nobody can place it there, and both points are None.
    """
    # Rounded, so that noise in the last digit does not decide between ends above each other.
    first, second = sorted(ends, key=lambda end: (round(end[0], 6), end[1]))
    inside = all(-0.5 <= x <= width - 0.5 and -0.5 <= y <= height - 0.5 for x, y in ends)
    if not inside:
        return {f"{name}_1": None, f"{name}_2": None}
    return {f"{name}_1": first, f"{name}_2": second}
