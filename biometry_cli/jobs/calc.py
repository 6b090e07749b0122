"""``calc``: age, weight and centiles from sizes given by hand."""

from collections.abc import Mapping

from biometry_cli.errors import UsageError
from biometry_cli.measure.growth.assess import GivenAge, Size, assess
from biometry_cli.measure.growth.dates import parse_date, parse_weeks, weeks_between
from biometry_cli.measure.growth.plausible import relation_reasons, size_reason
from biometry_cli.results.clinical import Calculation


def calculate(sizes_mm: Mapping[str, float], given: GivenAge | None = None) -> Calculation:
    """The assessment of sizes in mm by HC, BPD, OFD, AC, FL and CRL.

    Raises:
        UsageError: no size, or sizes that cannot be those of one fetus.
    """
    if not sizes_mm:
        raise UsageError("no size is given", mend="Call `biometry calc --hc 275 --ac 250 --fl 56`")
    alone = [size_reason(name, value) for name, value in sizes_mm.items()]
    reasons = [reason for reason in alone if reason is not None] or relation_reasons(sizes_mm)
    if reasons:
        raise UsageError(". ".join(reasons), mend="Sizes are in mm: check them and their unit")
    assessment = assess({name: Size(value) for name, value in sizes_mm.items()}, given=given)
    return Calculation(inputs=dict(sizes_mm), **dict(assessment))


def known_age(ga: str | None, last_period: str | None, scan_date: str | None) -> GivenAge | None:
    """The age that is given as such or by two dates; None where neither is.

    Args:
        ga: such as "24+3" or "24.5".
        last_period: first day of the last menstrual period, such as "2026-01-05".
        scan_date: day of the scan.

    Raises:
        UsageError: an age and dates together, one date alone, or something that cannot be.
    """
    if ga is not None:
        if last_period is not None or scan_date is not None:
            raise UsageError(
                "a gestational age and dates are given together",
                mend="Give --ga, or --lmp with --scan-date",
            )
        return GivenAge(parse_weeks(ga), ga.strip())
    if last_period is None and scan_date is None:
        return None
    if last_period is None or scan_date is None:
        missing = "--lmp" if last_period is None else "--scan-date"
        raise UsageError("an age by dates needs both dates", mend=f"Add {missing}")
    first = parse_date(last_period, "date of a last menstrual period")
    scan = parse_date(scan_date, "date of a scan")
    return GivenAge(weeks_between(first, scan), f"last menstrual period {first}, scan {scan}")
