"""Agreement as a reader of a terminal of 80 columns sees it."""

import io
import re

import pytest
from rich.console import Console, Group

from biometry_cli.evaluation.agreement import Pair, agreement
from biometry_cli.report.agreement_tables import agreement_tables
from biometry_cli.results.evaluation import Agreement, Evaluation, Figure, Stratum

NONE = Figure()


def made(measure: str = "HC", **changes: object) -> Agreement:
    fields = {
        "measure": measure, "n": 56, "subjects": 28, "missing": 4,
        "bias": Figure(value=0.671, interval=(-0.3, 1.074)),
        "sd": Figure(value=1.62, interval=(1.45, 1.87)),
        "mae": Figure(value=14.04, interval=(11.5, 160.4)),
        "mape": Figure(value=0.6), "loa_low": Figure(value=-2.49, interval=(-3.04, -2.02)),
        "loa_high": Figure(value=3.84), "icc": Figure(value=0.9987, interval=(0.998, 0.9994)),
        "within_5_percent": Figure(value=0.854, interval=(0.74, 0.92)),
        "ga_error_days": NONE, "coverage": NONE, "interval_width_mm": NONE,
    }  # fmt: skip
    return Agreement.model_validate(fields | changes)


def evaluation(*found: Agreement, **changes: object) -> Evaluation:
    fields = {"task": "segment", "split": "test", "n": 60, "metrics": {}, "agreement": found}
    return Evaluation.model_validate(fields | changes)


def printed(shown: Evaluation, width: int = 80) -> str:
    stream = io.StringIO()
    Console(file=stream, width=width, highlight=False).print(Group(*agreement_tables(shown)))
    return stream.getvalue()


def lines_of(text: str, name: str) -> list[list[str]]:
    """Each line that starts with ``name`` and the line below it, in words."""
    lines = [re.split(r" {2,}", line.strip()) for line in text.splitlines()]
    return [line for i in range(len(lines)) if lines[i][0] == name for line in lines[i : i + 2]]


def test_each_figure_stands_above_its_interval() -> None:
    text = printed(evaluation(made()))
    assert lines_of(text, "HC") == [
        ["HC", "56", "4", "14.0", "+0.67", "1.62", "–"],
        ["11.5–160", "-0.30 to +1.07", "1.45–1.87"],
        ["HC", "-2.49", "+3.84", "0.999", "85 %", "0.60"],
        ["-3.04 to -2.02", "0.998–0.999", "74–92 %"],
    ]
    assert "bootstrap over 28 subjects" in text
    assert "covered" not in text
    assert "GA days: " not in text


def test_coverage_and_age_are_explained_where_they_are_shown() -> None:
    covered = {"coverage": Figure(value=0.95), "interval_width_mm": Figure(value=8.2)}
    found = made("FL", subjects=31, ga_error_days=Figure(value=1.21), **covered)
    text = printed(evaluation(made(), found))
    assert ["FL", "95 %", "8.20"] in lines_of(text, "FL")
    assert ["HC", "–", "–"] in lines_of(text, "HC")
    assert "over 28 to 31 subjects" in text
    assert "Hadlock 1984" in text
    assert "covered: references inside" in text


def test_without_intervals_no_bootstrap_is_spoken_of() -> None:
    fields = {name: Figure(value=1.0) for name, value in made() if isinstance(value, Figure)}
    assert "bootstrap" not in printed(evaluation(made(**fields)))


def test_strata_have_a_table_a_measure() -> None:
    strata = [
        Stratum(value="Voluson [E8]", n=30, agreement=[made(n=30), made("FL", n=9)]),
        Stratum(value="(none)", n=30, agreement=[made(n=26)]),
    ]
    shown = evaluation(made(), made("FL"), by="device", strata=strata)
    text = printed(shown)
    assert "HC by device" in text
    assert "FL by device" in text
    assert [line[:2] for line in lines_of(text, "Voluson [E8]")][::2] == [
        ["Voluson [E8]", "30"],
        ["Voluson [E8]", "9"],
    ]
    assert lines_of(text, "(none)")[0][:3] == ["(none)", "26", "4"]


def test_without_references_there_is_nothing() -> None:
    assert agreement_tables(evaluation()) == []


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("error_mm", [1, 30])
def test_real_figures_are_not_cut_off(width: int, error_mm: float) -> None:
    pairs = [
        Pair(f"{i}", f"{i // 2}", "HC", 200 + i, 200 + i + error_mm * ((i * 7) % 5 - 1.7))
        for i in range(40)
    ]
    found = agreement("HC", pairs)
    strata = [Stratum(value="a rather long name of a device", n=40, agreement=[found])]
    text = printed(evaluation(found, by="device", strata=strata), width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    first, below = lines_of(text, "HC")[2:4]
    assert found.loa_low.value is not None
    assert float(first[1]) == pytest.approx(found.loa_low.value, rel=0.01)
    assert found.loa_high.interval is not None
    low, high = map(float, below[1].split(" to "))
    assert (low, high) == pytest.approx(found.loa_high.interval, rel=0.01)
