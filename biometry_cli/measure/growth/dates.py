"""Gestational ages as people write them: "24+3", "24w3d", "24.5", or two dates."""

import math
import re
from datetime import date

from biometry_cli.errors import UsageError

WEEKS_POSSIBLE = (4.0, 45.0)
"""Ages at which a scan of a fetus is thinkable at all."""

_DAYS = 7
_ROUNDING_DAYS = 0.005 * _DAYS + 1e-6  # half of 0.01 weeks, and a float's last bits
_WEEKS_AND_DAYS = re.compile(r"(\d{1,2})\s*(?:\+|w)\s*(\d{1,2})\s*d?", re.IGNORECASE)
_WEEKS = re.compile(r"(\d{1,2}(?:\.\d+)?)\s*w?", re.IGNORECASE)
_WRITE = "Write completed weeks and days, such as 24+3, or exact weeks, such as 24.5"


def parse_weeks(text: str) -> float:
    """Exact weeks from "24+3", "24w3d", "24w", "24" or "24.5".

    Raises:
        UsageError: another form, days above 6, or an age outside 4 to 45 weeks.
    """
    stripped = text.strip()
    if match := _WEEKS_AND_DAYS.fullmatch(stripped):
        weeks, days = int(match[1]), int(match[2])
        if days >= _DAYS:
            raise UsageError(f"{text!r} is no gestational age: days are 0 to 6", mend=_WRITE)
        return _possible(weeks + days / _DAYS, f"a gestational age of {stripped}")
    if match := _WEEKS.fullmatch(stripped):
        return _possible(float(match[1]), f"a gestational age of {stripped} weeks")
    raise UsageError(f"{text!r} is no gestational age", mend=_WRITE)


def parse_date(text: str, what: str) -> date:
    """A date written as 2026-06-20; ``what`` names it in the error.

    Raises:
        UsageError: not such a date.
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            f"{text!r} is no {what}", mend="Write year, month and day, such as 2026-06-20"
        ) from None


def weeks_between(last_period: date, scan: date) -> float:
    """Exact weeks from the first day of the last menstrual period to the scan.

    Raises:
        UsageError: a scan before the period, or an age outside 4 to 45 weeks.
    """
    if scan < last_period:
        raise UsageError(
            f"the scan of {scan} lies before the last menstrual period of {last_period}",
            mend="Check the two dates",
        )
    weeks = (scan - last_period).days / _DAYS
    what = f"{last_period} to {scan} is {completed_text(weeks)}; a gestational age of that"
    return _possible(weeks, what)


def completed_text(weeks: float) -> str:
    """Completed weeks and days: 30.0 is "30+0", 30.2 is "30+1".

    Weeks written to two decimals miss a whole day by up to half of the last one: 24.14 is 24+1.
    """
    return _days_text(math.floor(weeks * _DAYS + _ROUNDING_DAYS))


def nearest_text(weeks: float) -> str:
    """Weeks and days to the nearest day, for an age beside its difference from another in days."""
    return _days_text(round(weeks * _DAYS))


def _days_text(days: int) -> str:
    return f"{days // _DAYS}+{days % _DAYS}"


def _possible(weeks: float, what: str) -> float:
    low, high = WEEKS_POSSIBLE
    if low <= weeks <= high:
        return weeks
    raise UsageError(
        f"{what} is impossible: {low:g} to {high:g} weeks", mend="Check the age or the dates"
    )
