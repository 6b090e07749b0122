"""Numbers, units and names in words: one wording for every reader."""

import math
import os.path
from pathlib import Path, PurePath
from typing import NamedTuple

from biometry_cli.measure.catalog import term
from biometry_cli.measure.growth.catalog import FORMULAS
from biometry_cli.measure.growth.dates import completed_text
from biometry_cli.names import shown
from biometry_cli.report.sheet.blocks import NONE, Cell, Tone
from biometry_cli.results.base import Interval
from biometry_cli.results.evaluation import BY_POINTS

GIVEN = "given"


class Spacing(NamedTuple):
    """Pixel size in mm."""

    row_mm: float
    column_mm: float


def spacing_pair(spacing_mm: float | tuple[float, float] | None) -> Spacing | None:
    """A prediction's pixel size as (row, column)."""
    if spacing_mm is None:
        return None
    pair = spacing_mm if isinstance(spacing_mm, tuple) else (spacing_mm, spacing_mm)
    return Spacing(*pair)


def spacing_text(spacing: Spacing) -> str:
    """``0.1793 mm/px``, or ``0.1793 × 0.2001 mm/px`` (row × column) where they differ."""
    sides = dict.fromkeys(f"{side:.4g}" for side in spacing)
    return f"{' × '.join(sides)} mm/px"


def origin_text(origin: str | None, file: str) -> str:
    """Where a pixel size comes from: ``spacing.csv`` as seen from the image's folder, ``given``."""
    if origin is None or origin == GIVEN:
        return origin or ""
    place = os.path.relpath(Path(origin).absolute(), Path(file).absolute().parent)
    return "the file" if place == file_name(file) else PurePath(place).as_posix()


def number(value: float | None, digits: int, *, sign: bool = False) -> str:
    """With thousands separators and a true minus; a dash for None and for what is not finite."""
    if value is None or not math.isfinite(value):
        return NONE
    text = f"{value:{'+' if sign else ''},.{digits}f}"
    # "-0.00" would claim a direction that the digits do not show.
    if not any(digit in text for digit in "123456789"):
        text = text.lstrip("+-")
    return text.replace("-", "−")


def digits_of(value: float, unit: str) -> int:
    """Decimals of a measure: to a tenth; grams and large areas are whole."""
    return 0 if unit == "g" or (unit.endswith("²") and abs(value) >= 100) else 1


def value_text(value: float | None, unit: str) -> str:
    """``172.4 mm``; a dash without a value."""
    return NONE if value is None else f"{number(value, digits_of(value, unit))} {unit}"


def interval_text(interval: Interval | None, digits: int, *, sign: bool = False) -> str:
    """``168.9 to 175.9``; empty without an interval."""
    return "" if interval is None else " to ".join(number(e, digits, sign=sign) for e in interval)


def quantity(
    value: float | None,
    unit: str,
    interval: Interval | None = None,
    *,
    note: str | None = None,
    tone: Tone = "",
) -> Cell:
    """A measure with its unit; its interval has the same digits.

    Args:
        value: None gives a dash.
        unit: of both.
        interval: at 95 %.
        note: what the interval holds, or why there is none.
        tone: of the cell.
    """
    digits = 1 if value is None else digits_of(value, unit)
    return Cell(
        value_text(value, unit), interval_text(interval, digits), tone=tone, note=note or ""
    )


def percent(share: float | None, digits: int = 1) -> str:
    """A share of 1 as ``93.4 %``; a dash without one."""
    return NONE if share is None else f"{number(100 * share, digits)} %"


def weeks_text(interval: Interval | None) -> str:
    """An interval of gestational ages: ``27+0 to 31+3``; empty without one."""
    return "" if interval is None else " to ".join(completed_text(end) for end in interval)


def centile_text(centile: float | None) -> str:
    """A whole number; to a tenth below 3 and above 97; never 0 or 100, which no chart can tell."""
    if centile is None or not math.isfinite(centile):
        return NONE
    if centile < 0.1:
        return "< 0.1"
    if centile > 99.9:
        return "> 99.9"
    return number(centile, 0 if 3 <= round(centile, 1) <= 97 else 1)


def centiles_text(interval: Interval | None) -> str:
    """``12 to 88``; empty without an interval."""
    return "" if interval is None else " to ".join(map(centile_text, interval))


DISCLAIMER = "Research software, not a medical device."


def formula_text(name: str) -> str:
    """``hadlock_1984_hc_ac_fl`` -> Hadlock 1984 (HC, AC, FL); an unknown name as it is."""
    return FORMULAS[name].short if name in FORMULAS else name


def measure_name(name: str) -> str:
    """``HC_POINTS``, an HC between points beside that of a mask, as ``HC (points)``."""
    measure = name.removesuffix(BY_POINTS)
    if not term(measure):
        measure = measure.replace("_", " ")
    return f"{measure} (points)" if name.endswith(BY_POINTS) else measure


def measure_term(name: str) -> str:
    """``HC`` or ``HC_POINTS`` -> head circumference; empty for a measure without a term."""
    return term(name.removesuffix(BY_POINTS))


def file_name(file: str) -> str:
    """The last part of a path, or all of it where it has none, on one line."""
    return shown(PurePath(file).name or file)


def count_text(count: int, thing: str) -> str:
    """``1 image``, ``3 images``."""
    return f"{count} {thing}{'' if count == 1 else 's'}"
