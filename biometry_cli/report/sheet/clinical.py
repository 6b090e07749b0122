"""What is said of gestational age, fetal weight and growth, of one image or of several."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from biometry_cli.measure.growth.catalog import CHARTS, GrowthCurves
from biometry_cli.report.charts.growth import FetusPoint, growth
from biometry_cli.report.sheet.blocks import (
    NONE,
    PAGE,
    TERMINAL,
    Block,
    Card,
    Cell,
    CentileBar,
    Column,
    Drawn,
    Fold,
    Note,
    Row,
    Rows,
    Tone,
)
from biometry_cli.report.sheet.words import (
    DISCLAIMER,
    centile_text,
    centiles_text,
    formula_text,
    measure_term,
    number,
    quantity,
    weeks_text,
)
from biometry_cli.results.base import Interval
from biometry_cli.results.clinical import (
    AgeEstimate,
    Assessment,
    Centile,
    FetalWeight,
    GestationalAge,
    WeightEstimate,
)
from biometry_cli.results.measures import Measurement
from biometry_cli.results.prediction import Exam, Prediction

Assessed = Assessment | Prediction | Exam
Curves = Mapping[str, GrowthCurves]
"""Growth charts under any key; those of a centile have its measure and its chart's name."""

_MOST_REASONS = 3
_SAME_MM = 0.05  # of a value that was only rounded in between


def age_card(age: GestationalAge | None, note_rank: int = PAGE) -> Card:
    """The age with its interval, whether it was given, and by which formula it was estimated."""
    label, short = "Gestational age", "GA"
    if age is None or age.weeks is None:
        estimates = [] if age is None else age.estimates
        return _missing(label, short, estimates, TERMINAL if estimates else PAGE)
    origin = "as given" if age.basis == "given" else age.basis
    if age.formula:
        origin = f"{age.basis} by {formula_text(age.formula)}"
    value = Cell(age.text or NONE, weeks_text(age.interval), note=age.guarantee or "")
    below = (f"{origin}, {number(age.weeks, 2)} weeks",)
    return Card(label, value, "weeks", below, short, note_rank=note_rank)


def weight_card(weight: FetalWeight | None, note_rank: int = PAGE) -> Card:
    """The estimated fetal weight with its interval and its formula."""
    label, short = "Estimated fetal weight", "EFW"
    if weight is None or weight.grams is None:
        estimates = [] if weight is None else weight.estimates
        # A single plane gives no weight, which a terminal need not say of each image.
        rank = TERMINAL if estimates and note_rank < PAGE else PAGE
        return _missing(label, short, estimates, rank)
    value = quantity(weight.grams, "g", weight.interval, note=weight.guarantee)
    by = f"by {formula_text(weight.formula)}" if weight.formula else ""
    return Card(label, value, "", (by,) if by else (), short, note_rank=note_rank)


def _missing(
    label: str, short: str, estimates: Sequence[AgeEstimate | WeightEstimate], rank: int
) -> Card:
    reasons = list(dict.fromkeys(each.reason for each in estimates if each.reason))
    below = reasons[:_MOST_REASONS] or ["no formula had the measures that it needs"]
    return Card(label, Cell(NONE), "", tuple(below), short, rank=rank)


def growth_blocks(
    assessed: Assessed,
    measurements: Sequence[Measurement] = (),
    curves: Curves | None = None,
    *,
    rank: int = TERMINAL,
) -> tuple[Block, ...]:
    """Centiles, growth charts and every formula.

    Args:
        assessed: what holds them.
        measurements: whose intervals the charts show.
        curves: of the charts to draw.
        rank: readers that get all; a terminal that does not gets the centiles in a line a chart.
    """
    brief = [centile_lines(assessed.centiles)] if rank > TERMINAL else []
    return (
        *brief,
        *centile_table(assessed.centiles, rank),
        *growth_charts(assessed, measurements, curves or {}),
        *formulas(assessed.gestational_age, assessed.fetal_weight, rank),
    )


def centile_lines(centiles: Iterable[Centile]) -> Rows:
    """A line a chart, with the centiles of all sizes: where there is no room for the table."""
    charts: dict[str, list[str]] = {}
    for each in centiles:
        if each.centile is not None:
            sizes = charts.setdefault(chart_name(each.chart)[0], [])
            sizes.append(f"{each.measure} {centile_text(each.centile)}")
    rows = tuple(
        Row((Cell("centiles", tone="name", below=(Cell(chart),)), Cell(", ".join(sizes))))
        for chart, sizes in charts.items()
    )
    columns = (Column("growth"), Column("centile"))
    return Rows("Growth centiles", columns, rows, rank=TERMINAL, until=TERMINAL, brief=True)


def centile_table(centiles: Sequence[Centile], rank: int = TERMINAL) -> list[Block]:
    """A row a size and chart; readers of that rank get what the intervals hold, too."""
    if not centiles:
        return []
    columns = (
        Column("Size"),
        Column("Value", numeric=True),
        Column("Median", numeric=True),
        Column("z-score", numeric=True),
        Column("Centile", numeric=True),
        Column("0 to 100", rank=PAGE),
        Column("Chart"),
    )
    rows = tuple(map(_centile_row, centiles))
    legend = "Bar: dark from the 10th to the 90th centile, light from the 3rd to the 97th, a mark "
    legend += "at the 50th."
    return [
        Rows("Growth centiles", columns, rows, rank=rank, note_rank=rank),
        Note((legend,), rank=PAGE),
    ]


def _centile_row(of: Centile) -> Row:
    term, formula = measure_term(of.measure), of.formula and f"by {formula_text(of.formula)}"
    below = tuple(Cell(line) for line in (term, formula) if line)
    name, source = chart_name(of.chart)
    centile = Cell(
        centile_text(of.centile),
        centiles_text(of.interval),
        of.reason or "",
        note=of.guarantee or "",
    )
    bar = None if of.centile is None else CentileBar(of.centile, of.interval)
    cells = (
        Cell(of.measure, below=below, tone="name"),
        quantity(of.value, of.unit),
        quantity(of.median, of.unit),
        Cell(number(of.z, 2, sign=True)),
        centile,
        Cell("" if bar else NONE, drawn=bar),
        Cell(name, below=(Cell(source),) if source else ()),
    )
    return Row(cells, tone="quiet" if of.reason else "")


def chart_name(name: str) -> tuple[str, str]:
    """A chart's author and year, and its population; an unknown name as it is."""
    for chart in CHARTS:
        if chart.name == name:
            return chart.short, chart.population
    return name, ""


def growth_charts(
    assessed: Assessed, measurements: Sequence[Measurement], curves: Curves
) -> list[Drawn]:
    """A chart with the fetus on it for each centile whose curves are known.

    Without an age, or outside the chart's weeks, there is none: the table of centiles says why.
    """
    age = assessed.gestational_age
    if age is None or age.weeks is None:
        return []
    drawn = []
    for centile in assessed.centiles:
        chart = _curves_of(centile, curves)
        if chart is None or not chart.weeks[0] <= age.weeks <= chart.weeks[-1]:
            continue
        interval = _interval(centile, assessed.fetal_weight, measurements)
        fetus = FetusPoint(age.weeks, centile.value, age.interval, interval)
        drawn.append(Drawn(growth(chart, fetus)))
    return drawn


def _curves_of(centile: Centile, curves: Curves) -> GrowthCurves | None:
    for each in curves.values():
        if (each.measure, each.chart) == (centile.measure, centile.chart):
            return each
    return None


def _interval(
    centile: Centile, weight: FetalWeight | None, measurements: Sequence[Measurement]
) -> Interval | None:
    """The interval of the very value that is drawn, which a chart's convention may have moved."""
    if centile.measure == "EFW":
        if weight is None or centile.formula in (None, weight.formula):
            return None if weight is None else weight.interval
        others = [each for each in weight.estimates if each.formula == centile.formula]
        return others[0].interval if others else None
    for each in measurements:
        same = abs(each.value - centile.value) <= _SAME_MM
        if each.name == centile.measure and each.unit == centile.unit and same:
            return each.interval
    return None


def formulas(
    age: GestationalAge | None, weight: FetalWeight | None, rank: int = TERMINAL
) -> list[Block]:
    """Every formula of age and weight, those refused too; the one that is taken stands out."""
    tables = []
    if age is not None and age.estimates:
        rows = [_formula_row(each, _age_cell(each), age.formula) for each in age.estimates]
        tables.append(_formula_table("Gestational age", "Age", rows))
    if weight is not None and weight.estimates:
        rows = [
            _formula_row(each, quantity(each.grams, "g", each.interval), weight.formula)
            for each in weight.estimates
        ]
        tables.append(_formula_table("Estimated fetal weight", "Weight", rows))
    count = sum(len(table.rows) for table in tables)
    return [Fold(f"All formulas ({count})", tuple(tables), rank=rank)] if tables else []


def _formula_table(caption: str, result: str, rows: Sequence[Row]) -> Rows:
    columns = (Column("Formula"), Column(result, numeric=True), Column("Source", rank=PAGE))
    return Rows(caption, columns, tuple(rows), rank=TERMINAL)


def _age_cell(estimate: AgeEstimate) -> Cell:
    if estimate.weeks is None:
        return Cell(NONE)
    exact = Cell(f"{number(estimate.weeks, 2)} weeks")
    return Cell(estimate.text or NONE, weeks_text(estimate.interval), below=(exact,))


def _formula_row(estimate: AgeEstimate | WeightEstimate, result: Cell, taken: str | None) -> Row:
    result = replace(result, reason=estimate.reason or "", note=estimate.guarantee or "")
    name = Cell(formula_text(estimate.formula))
    tone: Tone = "quiet" if estimate.reason else ""
    if estimate.formula == taken:
        tone = "chosen"
    return Row((name, result, Cell(estimate.source)), tone=tone)


def calculation_sheet(assessment: Assessment) -> tuple[Block, ...]:
    """Everything that an assessment holds, then its notes."""
    age, weight = assessment.gestational_age, assessment.fetal_weight
    return (
        *([age_card(age, TERMINAL)] if age is not None else []),
        *([weight_card(weight, TERMINAL)] if weight is not None else []),
        *growth_blocks(assessment),
        Note(tuple(assessment.notes), listed=True),
        closing(),
    )


def closing() -> Note:
    """The last line of what a terminal says of a fetus; a page has it at its top and end."""
    return Note((DISCLAIMER,), rank=TERMINAL, until=TERMINAL)
