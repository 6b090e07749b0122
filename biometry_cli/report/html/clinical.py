"""Gestational age, fetal weight and centiles: cards, tables and every formula."""

from collections.abc import Iterable, Sequence

from biometry_cli.report.html.footnotes import Footnotes, Notes
from biometry_cli.report.html.markup import NOTHING, Markup, element, joined
from biometry_cli.report.html.parts import card, folded
from biometry_cli.report.html.pictures import centile_bar
from biometry_cli.report.html.tables import Column, table
from biometry_cli.report.html.wording import (
    NONE,
    centile_text,
    interval_text,
    measure_term,
    number,
    weeks_interval_text,
    weeks_text,
)
from biometry_cli.report.words import formula_text
from biometry_cli.results.clinical import (
    AgeEstimate,
    Centile,
    FetalWeight,
    GestationalAge,
    WeightEstimate,
)

_MOST_REASONS = 3


def age_card(age: GestationalAge | None, notes: Notes) -> Markup:
    """The age with its interval, whether it was given, and by which formula it was estimated."""
    if age is None or age.weeks is None:
        return card("Gestational age", NONE, *_why_missing([] if age is None else age.estimates))
    origin = "as given"
    if age.basis == "estimated":
        origin = f"estimated by {formula_text(age.formula)}" if age.formula else "estimated"
    elif age.basis != "given":
        origin = age.basis
    value = joined([age.text or weeks_text(age.weeks), " ", element("small", "weeks+days")])
    interval = _interval_line(weeks_interval_text(age.interval), age.guarantee, notes)
    return card("Gestational age", value, interval, f"{origin}, {age.weeks:.2f} weeks")


def weight_card(weight: FetalWeight | None, notes: Notes) -> Markup:
    """The estimated fetal weight with its interval and its formula."""
    label = "Estimated fetal weight"
    if weight is None or weight.grams is None:
        return card(label, NONE, *_why_missing([] if weight is None else weight.estimates))
    value = joined([number(weight.grams, 0), " ", element("small", "g")])
    ends = interval_text(weight.interval, 0)
    if weight.interval is not None:
        ends += " g"
    interval = _interval_line(ends, weight.guarantee, notes)
    return card(label, value, interval, f"by {formula_text(weight.formula or 'one formula')}")


def centiles_table(
    centiles: Sequence[Centile], notes: Notes, *, caption: str = "Growth centiles"
) -> Markup:
    """A row a size and chart, each centile with a bar from 0 to 100."""
    if not centiles:
        return NOTHING
    columns = [
        Column("Size"),
        Column("Value", numeric=True),
        Column("Chart’s median", numeric=True),
        Column("Centile", numeric=True),
        Column("0 to 100"),
        Column("95 % interval", numeric=True),
        Column("z-score", numeric=True),
        Column("Chart"),
    ]
    legend = element("small", "bar: dark 10th to 90th centile, light 3rd to 97th, mark at the 50th")
    rows = [_centile_row(each, notes) for each in centiles]
    return table(joined([caption, " ", legend]), columns, rows, stacked=True)


def formulas(age: GestationalAge | None, weight: FetalWeight | None, notes: Notes) -> Markup:
    """Every formula of age and weight, those refused too, behind a line that opens them."""
    ages = [] if age is None else age.estimates
    weights = [] if weight is None else weight.estimates
    parts = []
    if ages:
        rows = [
            _age_row(each, each.formula == (age and age.formula), notes.formulas) for each in ages
        ]
        parts.append(table("Gestational age", _formula_columns("Age"), rows, stacked=True))
    if weights:
        taken = weight and weight.formula
        rows = [_weight_row(each, each.formula == taken, notes.formulas) for each in weights]
        columns = _formula_columns("Weight")
        parts.append(table("Estimated fetal weight", columns, rows, stacked=True))
    if not parts:
        return NOTHING
    return folded(f"All formulas ({len(ages) + len(weights)})", *parts)


def _formula_columns(result: str) -> list[Column]:
    return [
        Column("Formula"),
        Column("From"),
        Column(result, numeric=True),
        Column("95 % interval", numeric=True),
        Column("Source"),
    ]


def _age_row(estimate: AgeEstimate, taken: bool, notes: Footnotes) -> list[str]:
    result = interval = NONE
    if estimate.weeks is not None:
        text = estimate.text or weeks_text(estimate.weeks)
        result = f"{text} ({estimate.weeks:.2f} weeks)"
        interval = weeks_interval_text(estimate.interval)
    return _formula_row(estimate, taken, result, interval, notes)


def _weight_row(estimate: WeightEstimate, taken: bool, notes: Footnotes) -> list[str]:
    result = interval = NONE
    if estimate.grams is not None:
        result = f"{number(estimate.grams, 0)} g"
        interval = interval_text(estimate.interval, 0)
        if estimate.interval is not None:
            interval += " g"
    return _formula_row(estimate, taken, result, interval, notes)


def _formula_row(
    estimate: AgeEstimate | WeightEstimate,
    taken: bool,
    result: str,
    interval: str,
    notes: Footnotes,
) -> list[str]:
    name = joined(
        [formula_text(estimate.formula), element("small", "taken above") if taken else NOTHING]
    )
    mark = notes.mark(estimate.guarantee)
    outcome = joined([result, _reason(estimate.reason)])
    return [name, ", ".join(estimate.inputs), outcome, joined([interval, mark]), estimate.source]


def _centile_row(centile: Centile, notes: Notes) -> list[str]:
    term = measure_term(centile.measure)
    by = f"by {formula_text(centile.formula)}" if centile.formula else ""
    below = [element("small", line) for line in (term, by) if line]
    digits = 0 if centile.unit == "g" else 1
    median = number(centile.median, digits)
    bar = NOTHING
    if centile.centile is not None:
        bar = centile_bar(centile.centile, centile.interval)
    return [
        joined([centile.measure, *below]),
        f"{number(centile.value, digits)} {centile.unit}",
        median if centile.median is None else f"{median} {centile.unit}",
        joined([centile_text(centile.centile), _reason(centile.reason)]),
        bar or NONE,
        joined([_centile_interval(centile), notes.main.mark(centile.guarantee)]),
        number(centile.z, 2, sign=True),
        centile.chart,
    ]


def _centile_interval(centile: Centile) -> str:
    if centile.interval is None:
        return NONE
    return " to ".join(centile_text(end) for end in centile.interval)


def _reason(reason: str | None) -> Markup:
    return element("small", reason, class_="reason") if reason else NOTHING


def _interval_line(text: str, guarantee: str | None, notes: Notes) -> Markup:
    return joined([f"95 % interval {text}", notes.main.mark(guarantee)])


def _why_missing(estimates: Iterable[AgeEstimate | WeightEstimate]) -> list[str]:
    reasons = list(dict.fromkeys(each.reason for each in estimates if each.reason))
    if not reasons:
        return ["no formula had the measures that it needs"]
    return reasons[:_MOST_REASONS]
