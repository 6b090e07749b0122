"""Gestational age, fetal weight and growth centiles as tables for a terminal."""

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from biometry_cli.measure.growth.dates import completed_text
from biometry_cli.results.base import Interval
from biometry_cli.results.clinical import (
    AgeEstimate,
    Assessment,
    Centile,
    FetalWeight,
    GestationalAge,
    WeightEstimate,
)

DISCLAIMER = "Research software, not a medical device."
_NONE = "–"


def assessment_tables(assessment: Assessment) -> RenderableType:
    """Everything that an assessment holds, one block a question, then its notes."""
    age, weight = assessment.gestational_age, assessment.fetal_weight
    parts: list[RenderableType] = []
    if age is not None:
        parts += [_age_heading(age), *_guarantees([age.guarantee]), _ages(age)]
    if weight is not None:
        parts += [_weight_heading(weight), *_guarantees([weight.guarantee]), _weights(weight)]
    if assessment.centiles:
        said = [centile.guarantee for centile in assessment.centiles]
        parts += [_heading("Growth centiles", ""), *_guarantees(said)]
        parts += [_centiles(assessment.centiles)]
    parts += [_bullet(note) for note in assessment.notes]
    return Group(*parts, Text(DISCLAIMER, style="dim"))


def _age_heading(age: GestationalAge) -> Text:
    if age.weeks is None:
        return _heading("Gestational age", "unknown")
    detail = f"{age.weeks:.1f} weeks, {age.basis}"
    return _heading("Gestational age", age.text or "", age_range(age.interval), detail)


def _weight_heading(weight: FetalWeight) -> Text:
    if weight.grams is None:
        return _heading("Estimated fetal weight", "unknown")
    return _heading(
        "Estimated fetal weight", f"{weight.grams:,.0f} g", grams_range(weight.interval)
    )


def age_range(interval: Interval | None) -> str:
    """``27+0 to 31+3``, empty without an interval."""
    return "" if interval is None else " to ".join(completed_text(end) for end in interval)


def grams_range(interval: Interval | None) -> str:
    """``1,214 to 1,598``, empty without an interval."""
    return "" if interval is None else f"{interval[0]:,.0f} to {interval[1]:,.0f}"


def _ages(age: GestationalAge) -> Table:
    rows = [
        (each, each.text or _NONE, age_range(each.interval), each.formula == age.formula)
        for each in age.estimates
    ]
    return _formulas("age", rows)


def _weights(weight: FetalWeight) -> Table:
    rows = []
    for each in weight.estimates:
        grams = _NONE if each.grams is None else f"{each.grams:,.0f} g"
        rows.append((each, grams, grams_range(each.interval), each.formula == weight.formula))
    return _formulas("weight", rows)


def _formulas(
    value: str, rows: Iterable[tuple[AgeEstimate | WeightEstimate, str, str, bool]]
) -> Table:
    """One row a formula: what goes in, what comes out; the one that is taken stands out."""
    table = _table()
    table.add_column("", width=1)
    table.add_column("formula", no_wrap=True)
    table.add_column("measures", no_wrap=True)
    table.add_column(value, justify="right", no_wrap=True)
    table.add_column("95 % interval")
    for estimate, shown, interval, taken in rows:
        table.add_row(
            "→" if taken else "",
            formula_text(estimate.formula),
            " ".join(estimate.inputs),
            shown,
            Text(estimate.reason or interval),
            style="bold cyan" if taken else "" if estimate.reason is None else "dim",
        )
    return table


def formula_text(formula: str) -> str:
    """``hadlock_1984_hc_fl`` as ``Hadlock 1984``."""
    author, year, *_ = formula.split("_")
    return f"{'INTERGROWTH' if author == 'intergrowth' else author.title()} {year}"


def _centiles(centiles: Sequence[Centile]) -> Table:
    table = _table()
    table.add_column("", style="cyan", no_wrap=True)
    table.add_column("size", justify="right", no_wrap=True)
    table.add_column("chart")
    table.add_column("median", justify="right", no_wrap=True)
    table.add_column("z", justify="right", no_wrap=True)
    table.add_column("centile", justify="right", no_wrap=True)
    table.add_column("95 % interval")
    previous = ""
    for each in centiles:
        table.add_row(
            "" if each.measure == previous else each.measure,
            _size_text(each.value, each.unit),
            each.chart.partition(",")[0].replace("-21st", ""),
            _NONE if each.median is None else _number(each.median, each.unit),
            _NONE if each.z is None else f"{each.z:+.2f}",
            _NONE if each.centile is None else centile_text(each.centile),
            Text(each.reason or centile_range(each.interval)),
            style="" if each.reason is None else "dim",
        )
        previous = each.measure
    return table


def centile_text(centile: float) -> str:
    """A centile as a whole number; with a decimal below 3 and above 97, where it matters."""
    if 0 < centile < 0.1:
        return "<0.1"
    if 99.9 < centile < 100:
        return ">99.9"
    whole = 3 <= centile <= 97 or centile in (0, 100)
    return f"{centile:.0f}" if whole else f"{centile:.1f}"


def centile_range(interval: Interval | None) -> str:
    """``12 to 88``, empty without an interval."""
    return "" if interval is None else " to ".join(map(centile_text, interval))


def _table() -> Table:
    return Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))


def _size_text(value: float, unit: str) -> str:
    return f"{_number(value, unit)} {unit}"


def _number(value: float, unit: str) -> str:
    return f"{value:,.0f}" if unit == "g" else f"{value:.1f}"


def _heading(name: str, value: str, interval: str = "", detail: str = "") -> Text:
    text = Text(name, style="bold")
    if value:
        text.append(f"  {value}", style="bold cyan")
    if interval:
        text.append(f"  (95 %: {interval})", style="not bold")
    if detail:
        text.append(f"  {detail}", style="not bold dim")
    return text


def _guarantees(said: Iterable[str | None]) -> list[Text]:
    """Each different sentence once, in the order in which they come."""
    return [Text(each, style="dim") for each in dict.fromkeys(said) if each]


def _bullet(note: str) -> RenderableType:
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_row(Text("•", style="yellow"), Text(note))
    return table
