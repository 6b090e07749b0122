"""Gestational age after INTERGROWTH-21st: from CRL early, from HC or HC and FL later.

CRL: Papageorghiou 2014, with its own SD, for 15 to 95 mm. HC, and HC with FL: Papageorghiou 2016;
the range of these two could not be verified, so they are held to that of the growth standards,
14+0 to 40+0, and their error is derived from the standards: SD of size over its growth a week, the
smaller of the inputs'.
"""

import math
from collections.abc import Mapping

from biometry_cli.measure.growth import intergrowth_growth
from biometry_cli.measure.growth.dating_formula import DatingFormula

CRL_SOURCE = "INTERGROWTH-21st: Papageorghiou 2014, Ultrasound Obstet Gynecol 44:641"
HC_SOURCE = "INTERGROWTH-21st: Papageorghiou 2016, Ultrasound Obstet Gynecol 48:719"
CRL_RANGE_MM = (15.0, 95.0)
_DAYS = 7


def crl_weeks(crl_mm: float) -> float:
    """Exact weeks from CRL in mm, 15 to 95 (Papageorghiou 2014)."""
    return (40.9041 + 3.21585 * math.sqrt(crl_mm) + 0.348956 * crl_mm) / _DAYS


def crl_sd_weeks(crl_mm: float) -> float:
    """One SD of the age by CRL in weeks (Papageorghiou 2014)."""
    return (2.39102 + 0.0193474 * crl_mm) / _DAYS


def crl_mean_mm(weeks: float) -> float:
    """Mean CRL in mm at exact weeks (Papageorghiou 2014), where it lies in 15 to 95 mm."""
    days = _DAYS * weeks
    return -50.6562 + 0.815118 * days + 0.00535302 * days**2


def crl_sd_mm(weeks: float) -> float:
    """Standard deviation of CRL in mm at exact weeks (Papageorghiou 2014)."""
    return -2.21626 + 0.0984894 * _DAYS * weeks


def hc_weeks(hc_mm: float) -> float:
    """Exact weeks from HC in mm (Papageorghiou 2016)."""
    return math.exp(0.05970 * math.log(hc_mm) ** 2 + 6.409e-9 * hc_mm**3 + 3.3258) / _DAYS


def hc_fl_weeks(hc_mm: float, fl_mm: float) -> float:
    """Exact weeks from HC and FL in mm (Papageorghiou 2016)."""
    log_hc = math.log(hc_mm)
    return math.exp(0.03243 * log_hc**2 + 0.001644 * fl_mm * log_hc + 3.813) / _DAYS


def _crl_error(_weeks: float, sizes_mm: Mapping[str, float]) -> float:
    return crl_sd_weeks(sizes_mm["CRL"])


def _size_error(weeks: float, sizes_mm: Mapping[str, float]) -> float:
    return min(intergrowth_growth.sd_weeks(measure, weeks) for measure in sizes_mm)


_STANDARDS_RANGE = "of the growth standards (its own range was not verified)"
_DERIVED = "derived from the INTERGROWTH-21st standards: SD of size over its growth a week"

CRL = DatingFormula(
    name="intergrowth_2014_crl",
    source=CRL_SOURCE,
    inputs=("CRL",),
    equation=crl_weeks,
    # 15 and 95 mm give 8.4 and 15.1 weeks: the range of CRL is the range of age.
    weeks_range=(crl_weeks(CRL_RANGE_MM[0]), crl_weeks(CRL_RANGE_MM[1])),
    error_sd=_crl_error,
    error_origin="published with the formula",
    size_range_mm=CRL_RANGE_MM,
)
HC_FL = DatingFormula(
    name="intergrowth_2016_hc_fl",
    source=HC_SOURCE,
    inputs=("HC", "FL"),
    equation=hc_fl_weeks,
    weeks_range=intergrowth_growth.WEEKS_RANGE,
    error_sd=_size_error,
    error_origin=_DERIVED,
    range_origin=_STANDARDS_RANGE,
)
HC = DatingFormula(
    name="intergrowth_2016_hc",
    source=HC_SOURCE,
    inputs=("HC",),
    equation=hc_weeks,
    weeks_range=intergrowth_growth.WEEKS_RANGE,
    error_sd=_size_error,
    error_origin=_DERIVED,
    range_origin=_STANDARDS_RANGE,
)
