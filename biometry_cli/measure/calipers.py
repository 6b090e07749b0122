"""From the two ends of each caliper to the measures of the structures that they stand on.

OFD and BPD are diameters of the head, TAD and APAD of the abdomen, FL is the femur's length. Two
diameters of one structure define an ellipse with these axes, and so HC or AC. Any other caliper
is a length under its own name.
"""

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from biometry_cli.measure import catalog
from biometry_cli.measure.ellipse import Ellipse, Segment
from biometry_cli.measure.sizes import INDEX, Measured
from biometry_cli.measure.structures import MeasuredStructure
from biometry_cli.results.flags import CROOKED_CALIPERS

ACROSS = "distance between the two caliper points"
AROUND = "perimeter of the ellipse with {} and {} as its axes (Ramanujan)"

_LEAST_ANGLE_DEG = 65.0  # two axes of one ellipse stand at 90
_LARGEST_OFFSET = 0.15  # of the mean diameter, between the middles of the two


def caliper_measures(calipers: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The measures that calipers of these names can give, by structure, in a report's order."""
    given: dict[str, list[str]] = {}
    for caliper in calipers:
        given.setdefault(catalog.structure_of(caliper), []).append(caliper.upper())
    return {
        structure: tuple(
            name
            for name in (
                catalog.measure_names(structure) if structure in catalog.STRUCTURES else names
            )
            if name in names or _needs(structure) <= set(names)
        )
        for structure, names in given.items()
    }


def measure_calipers(
    ends_px: Mapping[str, Segment],
    spacing_mm: tuple[float, float] | None,
    certainty: Mapping[str, float | None] | None = None,
) -> tuple[MeasuredStructure, ...]:
    """Measure every structure that calipers stand on.

    Args:
        ends_px: both ends, each (x, y) in pixels, by the caliper's name in any case.
        spacing_mm: millimetres from one pixel to the next as (row, column); None gives pixels.
        certainty: how sure each caliper is, 0 to 1; a structure is as sure as its least sure one.

    Returns:
        One structure each with its measures, without outline or area. The flag
        ``crooked_calipers`` says that two diameters are no axes of one ellipse: they cross at less
        than 65 degrees, or their middles lie further apart than 15 % of their mean length.

    Raises:
        ValueError: a spacing that is not positive.
    """
    row, column = (1.0, 1.0) if spacing_mm is None else spacing_mm
    if not (0 < row < math.inf and 0 < column < math.inf):
        raise ValueError(f"pixel spacing must be positive, not {spacing_mm}")
    named = {name.upper(): ends for name, ends in ends_px.items()}
    sure = {name.upper(): value for name, value in (certainty or {}).items()}
    found = []
    for structure, names in caliper_measures(named).items():
        placed = {
            name: ends for name, ends in named.items() if catalog.structure_of(name) == structure
        }
        scaled = {
            name: tuple((x * column, y * row) for x, y in ends) for name, ends in placed.items()
        }
        measures = [
            _measure(name, structure, placed, scaled, spacing_mm is not None) for name in names
        ]
        known = [value for name in placed if (value := sure.get(name)) is not None]
        found.append(
            MeasuredStructure(
                name=structure,
                area_px=0.0,
                ellipse_px=None,
                contour_px=np.empty((0, 2)),
                measures=tuple(measures),
                flags=(CROOKED_CALIPERS,) if _crooked(structure, scaled) else (),
                certainty=min(known, default=1.0),
                by="points",
            )
        )
    return tuple(found)


def diameters_ellipse(
    ends_px: Sequence[tuple[float, float]], spacing_mm: tuple[float, float] | None
) -> Ellipse:
    """The ellipse whose perimeter is the HC or AC of two diameters, in mm, or px without spacing.

    Its centre lies between the middles of both, its long axis runs along the longer one; of the
    shorter one it has the length alone, since two measured diameters are hardly ever square.

    Args:
        ends_px: x, y of both ends of the longer, then of the shorter diameter, in pixels.
        spacing_mm: millimetres from one pixel to the next as (row, column).
    """
    row, column = (1.0, 1.0) if spacing_mm is None else spacing_mm
    ends = np.array(ends_px) * [column, row]
    long, short = ends[1] - ends[0], ends[3] - ends[2]
    center = ends.mean(axis=0)
    angle_rad = math.atan2(long[1], long[0]) % math.pi
    return Ellipse(
        center_x=float(center[0]),
        center_y=float(center[1]),
        semi_major=max(float(np.hypot(*long)) / 2, 1e-9),
        semi_minor=max(float(np.hypot(*short)) / 2, 1e-9),
        # A tiny negative angle is rounded up to pi, which is outside the half-open range.
        angle_rad=0.0 if angle_rad >= math.pi else angle_rad,
    )


def _needs(structure: str) -> set[str]:
    """The diameters behind a structure's circumference and index; something unknown for others."""
    return set(catalog.diameters(structure) or ("",))


def _measure(
    name: str,
    structure: str,
    ends_px: Mapping[str, Segment],
    scaled: Mapping[str, tuple[tuple[float, float], ...]],
    known_spacing: bool,
) -> Measured:
    measure = catalog.MEASURES.get(name)
    length_unit = "mm" if known_spacing else "px"
    if name in ends_px:
        length = math.dist(*scaled[name])
        return Measured(
            name, length, length_unit, ACROSS, None, ends_px[name], structure, by="points"
        )
    pair = catalog.diameters(structure)
    assert measure is not None  # no other measure is made from two diameters
    assert pair is not None
    first, second = pair
    long, short = (math.dist(*scaled[each]) for each in pair)
    unit = catalog.unit(measure, length_unit)
    if measure.read == "index":
        index = 100 * short / max(long, 1e-9)
        return Measured(name, index, unit, INDEX.format(*pair), None, None, structure, by="points")
    axes = sorted((long / 2, short / 2), reverse=True)
    around = Ellipse(0.0, 0.0, max(axes[0], 1e-9), max(axes[1], 1e-9), 0.0).perimeter()
    ordered = pair if long >= short else (second, first)
    ends = tuple(end for each in ordered for end in ends_px[each])
    return Measured(name, around, unit, AROUND.format(*pair), None, ends, structure, by="points")


def _crooked(structure: str, ends: Mapping[str, tuple[tuple[float, float], ...]]) -> bool:
    pair = [np.array(ends[name]) for name in catalog.diameters(structure) or () if name in ends]
    if len(pair) < 2:
        return False
    spans = [each[1] - each[0] for each in pair]
    lengths = [float(np.hypot(*span)) for span in spans]
    if min(lengths) == 0:
        return True
    cosine = abs(float(spans[0] @ spans[1])) / (lengths[0] * lengths[1])
    offset = float(np.hypot(*(pair[0].mean(axis=0) - pair[1].mean(axis=0))))
    return (
        math.degrees(math.acos(min(cosine, 1.0))) < _LEAST_ANGLE_DEG
        or offset > _LARGEST_OFFSET * sum(lengths) / 2
    )
