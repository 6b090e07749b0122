"""Numbers as the reports write them. A value that does not exist is a dash, never a blank."""

import math
from pathlib import PurePath

from biometry_cli.measure.catalog import MEASURES
from biometry_cli.results.base import Interval
from biometry_cli.results.evaluation import BY_POINTS

NONE = "–"
_TERMS = {name: each.term for name, each in MEASURES.items()}


def measure_term(name: str) -> str:
    """``HC`` or ``HC_POINTS`` -> head circumference; without a term of its own an empty text."""
    return _TERMS.get(name.removesuffix(BY_POINTS), "")


def number(value: float | None, digits: int, *, sign: bool = False) -> str:
    """With thousands separators and a true minus; a dash for None and for what is not finite."""
    if value is None or not math.isfinite(value):
        return NONE
    text = f"{value:{'+' if sign else ''},.{digits}f}"
    # "-0.00" would claim a direction that the digits do not show.
    if not any(digit in text for digit in "123456789"):
        text = text.lstrip("+-")
    return text.replace("-", "−")


def interval_text(interval: Interval | None, digits: int, *, sign: bool = False) -> str:
    """``263.0 to 273.1``."""
    if interval is None:
        return NONE
    low, high = (number(end, digits, sign=sign) for end in interval)
    return f"{low} to {high}"


def weeks_text(weeks: float) -> str:
    """Completed weeks and days, ``30+1``; a day counts when it is over."""
    days = math.floor(weeks * 7 + 1e-6)
    return f"{days // 7}+{days % 7}"


def weeks_interval_text(interval: Interval | None) -> str:
    """``29+3 to 30+6``."""
    return NONE if interval is None else " to ".join(weeks_text(end) for end in interval)


def centile_text(centile: float | None) -> str:
    """To a tenth, and never 0 or 100, which no chart can tell."""
    if centile is None or not math.isfinite(centile):
        return NONE
    if centile < 0.1:
        return "< 0.1"
    return "> 99.9" if centile > 99.9 else f"{centile:.1f}"


def file_name(file: str) -> str:
    """The last part of a path, or all of it where it has none."""
    return PurePath(file).name or file
