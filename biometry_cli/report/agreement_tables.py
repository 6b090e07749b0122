"""Agreement of measures with their references as tables, with intervals below the figures."""

from collections.abc import Callable, Sequence

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from biometry_cli.report.sheet.words import measure_name as measure_label
from biometry_cli.results.evaluation import Agreement, Evaluation, Figure

Row = tuple[str, Agreement]
"""The first cell, and what the others are taken from."""
Column = tuple[str, Callable[[Agreement], Text]]

_NOTHING = "–"


def agreement_tables(evaluation: Evaluation) -> list[RenderableType]:
    """Errors, limits of agreement, coverage, and errors by stratum; nothing without references.

    They fit 80 characters; where a terminal is narrower, cells wrap and nothing is cut off.
    """
    if not evaluation.agreement:
        return []
    # "(points)" below the name: with the intervals, each row has two lines anyway.
    rows = [(measure_label(each.measure).replace(" ", "\n"), each) for each in evaluation.agreement]
    parts: list[RenderableType] = [
        _table("measure", (*_ERRORS, _GA_DAYS), rows),
        _table("measure", _LIMITS, rows),
    ]
    if _has_coverage(evaluation.agreement):
        parts.append(_table("measure", _COVERAGE, rows))
    for each in evaluation.agreement:
        parted = [
            (stratum.value, found)
            for stratum in evaluation.strata
            for found in stratum.agreement
            if found.measure == each.measure
        ]
        if parted:
            parts.append(
                _table(f"{measure_label(each.measure)} by {evaluation.by}", _ERRORS, parted)
            )
    return [*parts, Text("\n".join(_notes(evaluation)), style="dim")]


def _table(first: str, columns: Sequence[Column], rows: Sequence[Row]) -> Table:
    # Six columns of intervals stand side by side in 80 characters where padding is on one side.
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column(Text(first), style="cyan", overflow="fold", min_width=7)
    for name, _ in columns:
        table.add_column(name, justify="right", overflow="fold")
    for value, agreement in rows:
        table.add_row(Text(value), *(cell(agreement) for _, cell in columns))
    return table


def _notes(evaluation: Evaluation) -> list[str]:
    """What a reader needs to know beside the figures."""
    several = [each.subjects for each in evaluation.agreement if each.n] or [0]
    low, high = min(several), max(several)
    subjects = f"{low}" if low == high else f"{low} to {high}"
    notes = ["bias: of prediction - reference; limits: of 95 % of these, bias ± 1.96 SD, in mm"]
    if _any_interval(evaluation.agreement):
        notes.insert(0, f"below a figure: its 95 % interval, by bootstrap over {subjects} subjects")
    if any(each.ga_error_days.value is not None for each in evaluation.agreement):
        notes.append("GA days: error of the age that the measure alone gives by Hadlock 1984")
    if _has_coverage(evaluation.agreement):
        notes.append(
            "covered: references inside the prediction's own 95 % interval; width: of those"
        )
    return notes


def _any_interval(agreement: Sequence[Agreement]) -> bool:
    return any(
        isinstance(figure, Figure) and figure.interval is not None
        for each in agreement
        for _, figure in each
    )


def _has_coverage(agreement: Sequence[Agreement]) -> bool:
    return any(each.coverage.value is not None for each in agreement)


def _cell(figure: Figure, written: Callable[[float], str], unit: str = "") -> Text:
    """The figure, and on a second line its interval where it has one."""
    if figure.value is None:
        return Text(_NOTHING)
    cell = Text(f"{written(figure.value)}{unit}")
    if figure.interval is not None:
        low, high = map(written, figure.interval)
        # A dash beside a minus sign would be hard to read.
        between = " to " if low[0] in "+-" else "–"
        cell.append(f"\n{low}{between}{high}{unit}", style="dim")
    return cell


def _plain(value: float) -> str:
    """Three digits or so: 1.52, 15.2, 152."""
    size = abs(value)
    return f"{value:.2f}" if size < 9.995 else f"{value:.1f}" if size < 99.95 else f"{value:.0f}"


def _signed(value: float) -> str:
    return _plain(value) if value < 0 else f"+{_plain(value)}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f}"


def _coefficient(value: float) -> str:
    return f"{value:.3f}"


_ERRORS: tuple[Column, ...] = (
    ("images", lambda a: Text(str(a.n))),
    ("missing", lambda a: Text(str(a.missing), style="yellow" if a.missing else "")),
    ("MAE mm", lambda a: _cell(a.mae, _plain)),
    ("bias mm", lambda a: _cell(a.bias, _signed)),
    ("SD mm", lambda a: _cell(a.sd, _plain)),
)
_GA_DAYS: Column = ("GA days", lambda a: _cell(a.ga_error_days, _plain))
_LIMITS: tuple[Column, ...] = (
    ("lower limit", lambda a: _cell(a.loa_low, _signed)),
    ("upper limit", lambda a: _cell(a.loa_high, _signed)),
    ("ICC", lambda a: _cell(a.icc, _coefficient)),
    ("within 5 %", lambda a: _cell(a.within_5_percent, _percent, unit=" %")),
    ("MAPE %", lambda a: _cell(a.mape, _plain)),
)
_COVERAGE: tuple[Column, ...] = (
    ("covered", lambda a: _cell(a.coverage, _percent, unit=" %")),
    ("width mm", lambda a: _cell(a.interval_width_mm, _plain)),
)
