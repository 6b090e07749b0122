"""The clinical layer: gestational age, fetal weight and growth centiles."""

from biometry_cli.results.base import Interval, Result


class AgeEstimate(Result):
    """Gestational age by one formula; ``weeks`` is None where ``reason`` says why.

    Attributes:
        formula: short name, such as ``hadlock_1984_hc_ac_fl``.
        source: author, year and where it was published.
        inputs: the measures that go in.
        weeks: exact weeks.
        text: completed weeks and days, "30+1".
        interval: 95 % interval in weeks.
        guarantee: what the interval holds, or why there is none.
    """

    formula: str
    source: str
    inputs: tuple[str, ...]
    weeks: float | None = None
    text: str | None = None
    interval: Interval | None = None
    guarantee: str | None = None
    reason: str | None = None


class GestationalAge(Result):
    """The age that sizes are scored against, and every formula's estimate beside it.

    Attributes:
        basis: "given" or "estimated".
        weeks, text, interval, guarantee: as in ``AgeEstimate``; None where no age is known.
        formula: of the estimate that was taken; None where the age was given.
        estimates: all formulas that the measures allow, with those refused and why.
    """

    basis: str
    weeks: float | None = None
    text: str | None = None
    interval: Interval | None = None
    guarantee: str | None = None
    formula: str | None = None
    estimates: list[AgeEstimate] = []


class WeightEstimate(Result):
    """Fetal weight by one formula; ``grams`` is None where ``reason`` says why."""

    formula: str
    source: str
    inputs: tuple[str, ...]
    grams: float | None = None
    interval: Interval | None = None
    guarantee: str | None = None
    reason: str | None = None


class FetalWeight(Result):
    """The estimated fetal weight (EFW) by the formula of most measures, and by all others."""

    grams: float | None = None
    interval: Interval | None = None
    guarantee: str | None = None
    formula: str | None = None
    estimates: list[WeightEstimate] = []


class Centile(Result):
    """Where one size stands on one growth chart; None with a ``reason`` outside the chart.

    Attributes:
        measure: HC, BPD, OFD, AC, FL or EFW.
        chart: author, year and population.
        value: the size, in ``unit`` (mm or g).
        median: the chart's 50th centile at the age.
        z: z-score.
        centile: 0 to 100.
        interval: 95 % interval of the centile.
        formula: for EFW, the formula that gave the weight.
    """

    measure: str
    chart: str
    value: float
    unit: str
    median: float | None = None
    z: float | None = None
    centile: float | None = None
    interval: Interval | None = None
    guarantee: str | None = None
    formula: str | None = None
    reason: str | None = None


class Assessment(Result):
    """The clinical layer over a set of measures: age, weight and centiles.

    ``notes`` are sentences that a reader needs beside the numbers.
    """

    gestational_age: GestationalAge | None = None
    fetal_weight: FetalWeight | None = None
    centiles: list[Centile] = []
    notes: list[str] = []


class Calculation(Assessment):
    """What ``calc --json`` prints: the assessment of sizes given by hand.

    ``inputs`` are those sizes by name, in mm.
    """

    inputs: dict[str, float]
