"""INTERGROWTH-21st fetal growth standards: HC, BPD, OFD, AC and FL, 14+0 to 40+0 weeks.

Papageorghiou 2014, Lancet 384:869. At each age a size is normally distributed, with mean and
standard deviation in mm as below, g in exact weeks. BPD and OFD are outer-outer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, log

from biometry_cli.measure.growth.growth_chart import GrowthChart
from biometry_cli.measure.growth.propagation import slope

NAME = "INTERGROWTH-21st 2014, eight countries"
SOURCE = "Papageorghiou 2014, Lancet 384:869"
WEEKS_RANGE = (14.0, 40.0)


@dataclass(frozen=True)
class Standard:
    """Mean and standard deviation in mm at exact weeks."""

    mean_mm: Callable[[float], float]
    sd_mm: Callable[[float], float]


STANDARDS = {
    "HC": Standard(
        lambda g: -28.2849 + 1.69267 * g**2 - 0.397485 * g**2 * log(g),
        lambda g: (
            1.98735
            + 0.0136772 * g**3
            - 0.00726264 * g**3 * log(g)
            + 0.000976253 * g**3 * log(g) ** 2
        ),
    ),
    "BPD": Standard(
        lambda g: 5.60878 + 0.158369 * g**2 - 0.00256379 * g**3,
        lambda g: exp(
            0.101242
            + 0.00150557 * g**3
            - 0.000771535 * g**3 * log(g)
            + 0.0000999638 * g**3 * log(g) ** 2
        ),
    ),
    "OFD": Standard(
        lambda g: -12.4097 + 0.626342 * g**2 - 0.148075 * g**2 * log(g),
        lambda g: exp(
            -0.880034
            + 0.0631165 * g**2
            - 0.0317136 * g**2 * log(g)
            + 0.00408302 * g**2 * log(g) ** 2
        ),
    ),
    "AC": Standard(
        lambda g: -81.3243 + 11.6772 * g - 0.000561865 * g**3,
        lambda g: -4.36302 + 0.121445 * g**2 - 0.0130256 * g**3 + 0.00282143 * g**3 * log(g),
    ),
    "FL": Standard(
        lambda g: -39.9616 + 4.32298 * g - 0.0380156 * g**2,
        lambda g: exp(0.605843 - 42.0014 / g**2 + 0.00000917972 * g**3),
    ),
}


def mean_mm(measure: str, weeks: float) -> float:
    """Mean, which is the median, of HC, BPD, OFD, AC or FL in mm; raises nothing outside 14-40."""
    return STANDARDS[measure].mean_mm(weeks)


def sd_mm(measure: str, weeks: float) -> float:
    """Standard deviation of HC, BPD, OFD, AC or FL in mm at exact weeks."""
    return STANDARDS[measure].sd_mm(weeks)


def sd_weeks(measure: str, weeks: float) -> float:
    """The scatter of ages behind one size: the SD of size over its growth a week, in weeks."""
    standard = STANDARDS[measure]
    return standard.sd_mm(weeks) / slope(standard.mean_mm, weeks)


def _chart(measure: str, standard: Standard) -> GrowthChart:
    def z_of(value: float, weeks: float) -> float:
        return (value - standard.mean_mm(weeks)) / standard.sd_mm(weeks)

    def value_of(z: float, weeks: float) -> float:
        return standard.mean_mm(weeks) + z * standard.sd_mm(weeks)

    return GrowthChart(
        key="intergrowth",
        name=NAME,
        source=SOURCE,
        measure=measure,
        unit="mm",
        weeks_range=WEEKS_RANGE,
        z_of=z_of,
        value_of=value_of,
    )


CHARTS = {measure: _chart(measure, standard) for measure, standard in STANDARDS.items()}
