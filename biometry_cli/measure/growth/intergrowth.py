"""INTERGROWTH-21st: growth standards, gestational age and fetal weight, each with its chart.

Growth standards (Papageorghiou 2014, 14+0 to 40+0 weeks): at each age a size is normally
distributed, with mean and standard deviation in mm as below, g in exact weeks. BPD and OFD are
outer-outer.

Age by CRL (Papageorghiou 2014): with its own SD, for 15 to 95 mm. Age by HC, and by HC with FL
(Papageorghiou 2016): the range of these two could not be verified, so they are held to that of the
growth standards, and their error is derived from the standards: SD of size over its growth a week,
the smaller of the inputs'.

Weight, from AC and HC alone (Stirnemann 2017, 22+0 to 40+0 weeks): its centiles follow the LMS
method on Y = ln grams: z = ((Y / μ)^λ - 1) / (σ λ). The weight is held to the ages of its chart by
size: AC and HC between the 0.1st centile at 22+0 and the 99.9th at 40+0. An error of its own could
not be verified, so that of Hadlock 1985 stands in.
"""

from collections.abc import Callable, Mapping
from math import exp, log, sqrt

from biometry_cli.measure.growth.chart import GrowthChart
from biometry_cli.measure.growth.formula import DatingFormula, SizeByAge, WeightFormula
from biometry_cli.measure.growth.hadlock import LN_SD

WEEKS_RANGE = (14.0, 40.0)
CRL_RANGE_MM = (15.0, 95.0)
WEIGHT_WEEKS_RANGE = (22.0, 40.0)
_WEIGHT_CENTILES = (0.1, 99.9)
_WEIGHT_SOURCE = "Stirnemann 2017, Ultrasound Obstet Gynecol 49:478"
_DAYS = 7

STANDARDS_MM = {
    "HC": SizeByAge(
        lambda g: -28.2849 + 1.69267 * g**2 - 0.397485 * g**2 * log(g),
        lambda g: (
            1.98735
            + 0.0136772 * g**3
            - 0.00726264 * g**3 * log(g)
            + 0.000976253 * g**3 * log(g) ** 2
        ),
    ),
    "BPD": SizeByAge(
        lambda g: 5.60878 + 0.158369 * g**2 - 0.00256379 * g**3,
        lambda g: exp(
            0.101242
            + 0.00150557 * g**3
            - 0.000771535 * g**3 * log(g)
            + 0.0000999638 * g**3 * log(g) ** 2
        ),
    ),
    "OFD": SizeByAge(
        lambda g: -12.4097 + 0.626342 * g**2 - 0.148075 * g**2 * log(g),
        lambda g: exp(
            -0.880034
            + 0.0631165 * g**2
            - 0.0317136 * g**2 * log(g)
            + 0.00408302 * g**2 * log(g) ** 2
        ),
    ),
    "AC": SizeByAge(
        lambda g: -81.3243 + 11.6772 * g - 0.000561865 * g**3,
        lambda g: -4.36302 + 0.121445 * g**2 - 0.0130256 * g**3 + 0.00282143 * g**3 * log(g),
    ),
    "FL": SizeByAge(
        lambda g: -39.9616 + 4.32298 * g - 0.0380156 * g**2,
        lambda g: exp(0.605843 - 42.0014 / g**2 + 0.00000917972 * g**3),
    ),
}


def _standard(measure: str, size: SizeByAge) -> GrowthChart:
    def z_of(value: float, weeks: float) -> float:
        return (value - size.mean(weeks)) / size.sd(weeks)

    def value_of(z: float, weeks: float) -> float:
        return size.mean(weeks) + z * size.sd(weeks)

    return GrowthChart(
        key="intergrowth",
        short="INTERGROWTH-21st 2014",
        population="eight countries",
        source="Papageorghiou 2014, Lancet 384:869",
        measure=measure,
        unit="mm",
        weeks_range=WEEKS_RANGE,
        z_of=z_of,
        value_of=value_of,
    )


CHARTS = {measure: _standard(measure, size) for measure, size in STANDARDS_MM.items()}


def crl_weeks(crl_mm: float) -> float:
    """Exact weeks from CRL in mm, 15 to 95 (Papageorghiou 2014)."""
    return (40.9041 + 3.21585 * sqrt(crl_mm) + 0.348956 * crl_mm) / _DAYS


def _crl_error(_weeks: float, sizes_mm: Mapping[str, float]) -> float:
    return (2.39102 + 0.0193474 * sizes_mm["CRL"]) / _DAYS


def _hc_weeks(hc_mm: float) -> float:
    return exp(0.05970 * log(hc_mm) ** 2 + 6.409e-9 * hc_mm**3 + 3.3258) / _DAYS


def _hc_fl_weeks(hc_mm: float, fl_mm: float) -> float:
    log_hc = log(hc_mm)
    return exp(0.03243 * log_hc**2 + 0.001644 * fl_mm * log_hc + 3.813) / _DAYS


def _size_error(weeks: float, sizes_mm: Mapping[str, float]) -> float:
    return min(STANDARDS_MM[measure].sd_weeks(weeks) for measure in sizes_mm)


def _dating_2016(inputs: tuple[str, ...], equation: Callable[..., float]) -> DatingFormula:
    return DatingFormula(
        author="INTERGROWTH-21st 2016",
        key="intergrowth_2016",
        source="INTERGROWTH-21st: Papageorghiou 2016, Ultrasound Obstet Gynecol 48:719",
        inputs=inputs,
        equation=equation,
        weeks_range=WEEKS_RANGE,
        error_sd=_size_error,
        error_origin=(
            "derived from the INTERGROWTH-21st standards: SD of size over its growth a week"
        ),
        range_origin="of the growth standards (its own range was not verified)",
    )


CRL = DatingFormula(
    author="INTERGROWTH-21st 2014",
    key="intergrowth_2014",
    source="INTERGROWTH-21st: Papageorghiou 2014, Ultrasound Obstet Gynecol 44:641",
    inputs=("CRL",),
    equation=crl_weeks,
    # 15 and 95 mm give 8.4 and 15.1 weeks: the range of CRL is the range of age.
    weeks_range=(crl_weeks(CRL_RANGE_MM[0]), crl_weeks(CRL_RANGE_MM[1])),
    error_sd=_crl_error,
    error_origin="published with the formula",
    size_ranges_mm={"CRL": CRL_RANGE_MM},
)
HC_FL = _dating_2016(("HC", "FL"), _hc_fl_weeks)
HC = _dating_2016(("HC",), _hc_weeks)


def _ln_grams(hc_mm: float, ac_mm: float) -> float:
    hc_m, ac_m = hc_mm / 1000, ac_mm / 1000
    return 5.084820 - 54.06633 * ac_m**3 - 95.80076 * ac_m**3 * log(ac_m) + 3.136370 * hc_m


def _lms(weeks: float) -> tuple[float, float, float]:
    """λ, μ and σ of ln grams at exact weeks."""
    g, cube = weeks, weeks**3
    skewness = -4.257629 - 2162.234 / g**2 + 0.0002301829 * cube
    median = 4.956737 + 0.0005019687 * cube - 0.0001227065 * cube * log(g)
    variation = 1e-4 * (-6.997171 + 0.057559 * cube - 0.01493946 * cube * log(g))
    return skewness, median, variation


def _z(grams: float, weeks: float) -> float:
    skewness, median, variation = _lms(weeks)
    return float(((log(grams) / median) ** skewness - 1) / (variation * skewness))


def _grams(z: float, weeks: float) -> float:
    skewness, median, variation = _lms(weeks)
    return exp(median * (1 + skewness * variation * z) ** (1 / skewness))


def _size_range_mm(measure: str) -> tuple[float, float]:
    ends = zip(_WEIGHT_CENTILES, WEIGHT_WEEKS_RANGE, strict=True)
    low, high = (CHARTS[measure].value_at_centile(centile, weeks) for centile, weeks in ends)
    return low, high


WEIGHT = WeightFormula(
    author="INTERGROWTH-21st 2017",
    key="intergrowth_2017",
    source=_WEIGHT_SOURCE,
    inputs=("HC", "AC"),
    equation=_ln_grams,
    ln_sd=LN_SD,
    error_origin="its own was not verified; that of Hadlock 1985, 2 SD about 15 %, stands in",
    size_ranges_mm={measure: _size_range_mm(measure) for measure in ("HC", "AC")},
    size_range_origin="of 22+0 to 40+0 weeks",
)
WEIGHT_CHART = GrowthChart(
    key="intergrowth",
    short="INTERGROWTH-21st 2017",
    population="eight countries",
    source=_WEIGHT_SOURCE,
    measure="EFW",
    unit="g",
    weeks_range=WEIGHT_WEEKS_RANGE,
    z_of=_z,
    value_of=_grams,
    weight_formula=WEIGHT.name,
)
