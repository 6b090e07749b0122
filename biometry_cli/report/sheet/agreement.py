"""What is said of measures against their references: figures, strata, charts, worst images."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from biometry_cli.report.charts.pairs import pair_charts
from biometry_cli.report.sheet.blocks import (
    NONE,
    PAGE,
    TERMINAL,
    Block,
    Card,
    Cell,
    Column,
    Drawn,
    Fold,
    Heading,
    Note,
    Row,
    Rows,
    Section,
)
from biometry_cli.report.sheet.words import (
    count_text,
    interval_text,
    measure_name,
    measure_term,
    number,
    percent,
)
from biometry_cli.results.base import Interval
from biometry_cli.results.evaluation import BY_POINTS, Agreement, Figure
from biometry_cli.results.figures import AGREEMENT, Kind
from biometry_cli.results.scores import Measured, StratumScores

_MOST_IMAGES = 10
_COUNTS = (
    Column("Images", numeric=True),
    Column("Subjects", numeric=True, rank=PAGE),
    Column("Not\nfound", numeric=True),
)
# Three tables, since one of all figures would not fit 80 letters.
_ERRORS = ("mae", "bias", "sd", "ga_error_days")
_LIMITS = ("loa_low", "loa_high", "icc", "within_5_percent", "mape")
_INTERVALS = ("coverage", "interval_width_mm")


def figure_text(value: float | None, kind: Kind) -> str:
    """A figure with the digits of its kind; lengths and days have three or so: 1.52, 15.2, 152."""
    if value is None:
        return NONE
    scaled, digits = value * kind.factor, kind.digits
    if kind.unit in ("mm", "px", "days"):
        digits -= (abs(scaled) >= 9.995) + (abs(scaled) >= 99.95)
    return number(scaled, digits, sign=kind.signed)


def label_of(kind: Kind) -> str:
    """What a figure is called where a sentence or a table begins."""
    return kind.label[:1].upper() + kind.label[1:]


def head_of(kind: Kind) -> str:
    """``MAE, mm`` as the narrow head of a column; a share in % has its sign in the cells."""
    unit = f", {kind.unit}" if kind.unit and kind.unit != "%" else ""
    return f"{label_of(kind)}{unit}".replace(" ", "\n", 1)


def figure_cell(value: float | None, kind: Kind, interval: Interval | None = None) -> Cell:
    """A figure below the head of its kind, with its interval where it has one."""
    if value is None:
        return Cell(NONE)
    text = figure_text(value, kind) + (" %" if kind.unit == "%" else "")
    ends = "" if interval is None else " to ".join(figure_text(end, kind) for end in interval)
    return Cell(text, ends)


def agreement_cards(measured: Sequence[Measured]) -> list[Card]:
    """A card a measure with its mean absolute difference.

    A second reading, between points, is a line on the card of the first.
    """
    named = {each.agreement.measure: each.agreement for each in measured}
    cards = []
    for measure, agreement in named.items():
        if measure.endswith(BY_POINTS) and measure.removesuffix(BY_POINTS) in named:
            continue
        again = named.get(f"{measure}{BY_POINTS}")
        mae = AGREEMENT["mae"]
        lines = [f"{percent(agreement.within_5_percent.value)} of images within 5 %"]
        if again is not None:
            lines.append(f"between points {figure_text(again.mae.value, mae)} {mae.unit}")
        lines.append(
            f"{count_text(agreement.n, 'image')} of {count_text(agreement.subjects, 'subject')}"
            + (f", {agreement.missing} not found" if agreement.missing else "")
        )
        cards.append(
            Card(
                f"{measure_name(measure)}: mean absolute difference",
                figure_cell(agreement.mae.value, mae, agreement.mae.interval),
                mae.unit,
                tuple(lines),
                size="small",
                rank=PAGE,
            )
        )
    return cards


def agreement_blocks(
    measured: Sequence[Measured], strata: Sequence[StratumScores], by: str | None
) -> list[Block]:
    """Each measure's figures, those by stratum, and how to read them; nothing without any."""
    if not measured:
        return []
    every = [(measure_name(each.agreement.measure), each) for each in measured]
    blocks: list[Block] = [
        _table("Errors", "Measure", every, _ERRORS, _COUNTS),
        _table("Limits of agreement", "Measure", every, _LIMITS),
    ]
    if any(each.agreement.coverage.value is not None for each in measured):
        blocks.append(_table("Intervals of the predictions", "Measure", every, _INTERVALS))
    for name, whole in every if strata else []:
        rows: list[tuple[str, Measured | None]] = [("all", whole)]
        rows += [(stratum.value or "not given", _of(stratum, whole)) for stratum in strata]
        caption = f"{name} by {by}"
        brief = _table(caption, by or "", rows, _ERRORS, _COUNTS)
        full = _table(caption, by or "", rows, (*_ERRORS, *_LIMITS, *_INTERVALS), _COUNTS)
        blocks += [replace(brief, until=TERMINAL), replace(full, rank=PAGE, wide=True)]
    return [*blocks, *_how_to_read([each.agreement for each in measured])]


def measure_sections(measured: Sequence[Measured]) -> list[Section]:
    """Charts and worst images; two readings of a measure, masks and points, share a section."""
    readings: dict[str, list[Block]] = {}
    for each in measured:
        measure = each.agreement.measure
        name, blocks = (
            measure_name(measure),
            readings.setdefault(measure.removesuffix(BY_POINTS), []),
        )
        if blocks:
            blocks.append(Heading(name, level=2, rank=PAGE))
        if each.found:
            blocks += [Drawn(chart) for chart in pair_charts(each).values()]
            blocks.append(_largest_differences(name, each))
        else:
            sentence = "No charts: no image has both a reference and a prediction."
            blocks.append(Note((sentence,), rank=PAGE))
    return [
        Section(
            f"measure-{place}",
            ", ".join(part for part in (measure_name(measure), measure_term(measure)) if part),
            tuple(blocks),
        )
        for place, (measure, blocks) in enumerate(readings.items(), start=1)
    ]


def _of(stratum: StratumScores, whole: Measured) -> Measured | None:
    measure = whole.agreement.measure
    return next((each for each in stratum.measured if each.agreement.measure == measure), None)


def _table(
    caption: str,
    head: str,
    rows: Sequence[tuple[str, Measured | None]],
    fields: Sequence[str],
    counts: Sequence[Column] = (),
) -> Rows:
    """A row a measure or stratum; what a stratum lacks is a dash."""
    columns = [Column(head_of(AGREEMENT[field]), numeric=True) for field in fields]
    shown = ((Cell(name, tone="name"), *_cells(each, fields, bool(counts))) for name, each in rows)
    return Rows(caption, (Column(head), *counts, *columns), tuple(map(Row, shown)))


def _cells(measured: Measured | None, fields: Sequence[str], counted: bool) -> Iterator[Cell]:
    if measured is None:
        yield from [Cell(NONE)] * (len(_COUNTS) * counted + len(fields))
        return
    agreement = measured.agreement
    if counted:
        yield from map(Cell, (str(agreement.n), str(agreement.subjects)))
        yield Cell(str(agreement.missing), tone="doubt" if agreement.missing else "")
    for field in fields:
        figure = getattr(agreement, field)
        cell = figure_cell(figure.value, AGREEMENT[field], figure.interval)
        if field == "ga_error_days" and measured.dated not in (None, agreement.n):
            cell = replace(cell, below=(Cell(count_text(measured.dated or 0, "image")),))
        yield cell


def _how_to_read(every: Sequence[Agreement]) -> list[Block]:
    figures = [figure for each in every for _, figure in each if isinstance(figure, Figure)]
    subjects = {each.subjects for each in every if each.n} or {0}
    between = " to ".join(str(count) for count in sorted({min(subjects), max(subjects)}))
    lines = [
        "Differences are prediction − reference: bias is their mean, SD their standard deviation, "
        "MAE the mean of their absolute values, MAPE the same in % of the reference.",
        "95 % of the differences lie between the limits: bias ± 1.96 SD (Bland and Altman 1986).",
    ]
    if any(figure.interval is not None for figure in figures):
        lines.insert(0, f"Below a figure: its 95 % interval, by bootstrap over {between} subjects.")
    if any(each.ga_error_days.value is not None for each in every):
        lines.append("Age error: of the age that the measure alone gives by Hadlock 1984.")
    if any(each.coverage.value is not None for each in every):
        lines.append(
            "Covered: references inside their prediction’s own 95 % interval; the interval width "
            "is the mean of those."
        )
    further = (
        "Within 5 %: images with a difference of at most 5 % of the reference.",
        "A dash stands where a figure does not exist for a measure, or too few images have it.",
    )
    return [Note(tuple(lines), listed=True), Note(further, listed=True, rank=PAGE)]


def _largest_differences(name: str, measured: Measured) -> Fold:
    """The images that differ most from their references."""
    worst = sorted(measured.found, key=lambda pair: -abs(pair.difference_mm))[:_MOST_IMAGES]
    heads = ("Reference", "Prediction", "Difference")
    columns = (Column("Image"), *(Column(f"{head}, mm", numeric=True) for head in heads))
    rows = tuple(
        Row(
            (
                Cell("", files=(pair.file,)),
                Cell(number(pair.reference_mm, 1)),
                Cell(number(pair.predicted_mm, 1), interval_text(pair.interval_mm, 1)),
                Cell(number(pair.difference_mm, 1, sign=True)),
            )
        )
        for pair in worst
    )
    table = Rows(f"{name}, largest first", columns, rows)
    return Fold(f"The {len(worst)} largest differences of {name}", (table,), rank=PAGE)
