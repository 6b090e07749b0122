"""How measures agree with their references: cards, and a table for all images or by stratum."""

from collections.abc import Sequence
from dataclasses import dataclass

from biometry_cli.report.charts.pairs import Pair
from biometry_cli.report.html.markup import NOTHING, Markup, element, joined
from biometry_cli.report.html.parts import card, folded
from biometry_cli.report.html.tables import Column, table
from biometry_cli.report.html.wording import NONE, file_name, interval_text, measure_term, number
from biometry_cli.report.sheet.words import measure_name as measure_label
from biometry_cli.results.evaluation import BY_POINTS, Agreement, Figure, Stratum

_MOST_CASES = 10
_COUNTS = {"n": "Images", "subjects": "Subjects", "missing": "Not found"}


@dataclass(frozen=True)
class _Figure:
    """A figure of ``Agreement``: what it is called, and how it is written."""

    field: str
    words: str
    digits: int
    sign: bool = False
    factor: float = 1.0
    unit: str = ""


_FIGURES = (
    _Figure("bias", "Bias, mm", 2, sign=True),
    _Figure("sd", "SD, mm", 2),
    _Figure("mae", "MAE, mm", 2),
    _Figure("mape", "MAE, %", 2),
    _Figure("loa_low", "Lower limit, mm", 2, sign=True),
    _Figure("loa_high", "Upper limit, mm", 2, sign=True),
    _Figure("icc", "ICC (2,1)", 3),
    _Figure("within_5_percent", "Within 5 %", 1, factor=100, unit="%"),
    _Figure("ga_error_days", "Age error, days", 1),
    _Figure("coverage", "Covered", 1, factor=100, unit="%"),
    _Figure("interval_width_mm", "Interval width, mm", 1),
)
HOW_TO_READ = (
    "Differences are prediction − reference; bias is their mean, SD their standard deviation, "
    "MAE the mean of their absolute values, in mm and in % of the reference.",
    "Limits of agreement are bias − 1.96 SD and bias + 1.96 SD (Bland and Altman 1986).",
    "Age error: mean absolute difference of the gestational ages that prediction and reference "
    "give by Hadlock 1984, each measure alone.",
    "Within 5 %: images with a difference of at most 5 % of the reference.",
    "Covered: references inside their prediction’s own 95 % interval; its mean width is beside it.",
    "Small figures below a value are its 95 % interval by bootstrap over subjects.",
    "A dash stands where a figure does not exist for a measure, or too few images have it.",
)


def agreement_cards(agreement: Sequence[Agreement]) -> list[Markup]:
    """A card a measure with its mean absolute difference.

    A second reading, between points, is a line on the card of the first.
    """
    named = {each.measure: each for each in agreement}
    made = []
    for each in agreement:
        if each.measure.removesuffix(BY_POINTS) in named.keys() - {each.measure}:
            continue
        again = named.get(each.measure + BY_POINTS)
        second = "" if again is None else f"between points {number(again.mae.value, 2)} mm"
        mae, within = each.mae, each.within_5_percent
        value = joined([number(mae.value, 2), " ", element("small", "mm")])
        interval = f"95 % interval {interval_text(mae.interval, 2)} mm" if mae.interval else ""
        share = None if within.value is None else 100 * within.value
        close = f"{number(share, 1)} % of images within 5 %"
        label = f"{measure_label(each.measure)}: mean absolute difference"
        made.append(card(label, value, interval, close, second, _images(each)))
    return made


def agreement_table(
    caption: str, head: str, rows: Sequence[tuple[str, Agreement | None]]
) -> Markup:
    """A row a measure or stratum, as (name, agreement), below ``head``; a column a figure."""
    columns = [Column(head)]
    columns += [Column(words, numeric=True) for words in _COUNTS.values()]
    columns += [Column(figure.words, numeric=True) for figure in _FIGURES]
    cells = [[name, *_cells(each)] for name, each in rows]
    return table(caption, columns, cells, many=True)


def strata_tables(
    agreement: Sequence[Agreement], strata: Sequence[Stratum], by: str | None
) -> Markup:
    """For each measure a table with all images and every stratum."""
    if not strata:
        return NOTHING
    tables = []
    for whole in agreement:
        rows: list[tuple[str, Agreement | None]] = [("all", whole)]
        for stratum in strata:
            own = [each for each in stratum.agreement if each.measure == whole.measure]
            rows.append((stratum.value or "not given", own[0] if own else None))
        group = by or "group"
        tables.append(agreement_table(f"{measure_label(whole.measure)} by {group}", group, rows))
    return joined(tables)


def largest_differences(measure: str, pairs: Sequence[Pair]) -> Markup:
    """The images that differ most from their references, behind a line that opens them."""
    if not pairs:
        return NOTHING
    worst = sorted(pairs, key=lambda pair: -abs(pair.difference_mm))[:_MOST_CASES]
    columns = [
        Column("Image"),
        Column("Reference, mm", numeric=True),
        Column("Prediction, mm", numeric=True),
        Column("Difference, mm", numeric=True),
        Column("95 % interval, mm", numeric=True),
    ]
    rows = [
        [
            element("span", file_name(pair.file), title=pair.file),
            number(pair.reference_mm, 1),
            number(pair.predicted_mm, 1),
            number(pair.difference_mm, 1, sign=True),
            interval_text(pair.interval_mm, 1),
        ]
        for pair in worst
    ]
    shown = table(f"{measure}, largest first", columns, rows, stacked=True)
    return folded(f"The {len(worst)} largest differences of {measure}", shown)


def measure_heading(measure: str) -> str:
    """``HC, head circumference``."""
    return ", ".join(part for part in (measure_label(measure), measure_term(measure)) if part)


def _images(agreement: Agreement) -> str:
    missing = f", {agreement.missing} not found" if agreement.missing else ""
    return f"{agreement.n} images of {agreement.subjects} subjects{missing}"


def _cells(agreement: Agreement | None) -> list[str]:
    if agreement is None:
        return [NONE] * (len(_COUNTS) + len(_FIGURES))
    counts = [str(getattr(agreement, field)) for field in _COUNTS]
    return [*counts, *(_cell(getattr(agreement, each.field), each) for each in _FIGURES)]


def _cell(figure: Figure, how: _Figure) -> str:
    if figure.value is None:
        return NONE
    text = number(figure.value * how.factor, how.digits, sign=how.sign)
    if how.unit:
        text += f"\N{NO-BREAK SPACE}{how.unit}"
    if figure.interval is None:
        return text
    low, high = figure.interval
    scaled = (low * how.factor, high * how.factor)
    # In a narrow column it breaks after "to", never before.
    interval = interval_text(scaled, how.digits, sign=how.sign)
    return joined([text, element("small", interval.replace(" to ", "\N{NO-BREAK SPACE}to "))])
