"""The clinical tables as a reader of a terminal sees them."""

import io

import pytest
from rich.console import Console

from biometry_cli.measure.growth.assess import GivenAge, Size, assess
from biometry_cli.report.clinical_tables import (
    age_range,
    assessment_tables,
    centile_range,
    centile_text,
    formula_text,
)
from biometry_cli.results.clinical import Assessment

ALL = {"HC": 275.0, "AC": 250.0, "FL": 56.0, "BPD": 75.0, "OFD": 96.0}


def printed(assessment: Assessment, width: int = 80) -> str:
    stream = io.StringIO()
    Console(file=stream, width=width, highlight=False).print(assessment_tables(assessment))
    return stream.getvalue()


def assessed(given: GivenAge | None = None, **sizes_mm: float) -> Assessment:
    sizes = {name: Size(mm, (mm - 3, mm + 3)) for name, mm in sizes_mm.items()}
    return assess(sizes, given=given)


@pytest.mark.parametrize("width", [80, 100])
def test_no_row_of_numbers_is_broken(width: int) -> None:
    found = assessed(**ALL)
    text = printed(found, width)
    lines = text.splitlines()
    assert max(map(len, lines)) <= width
    assert found.gestational_age is not None
    for each in found.gestational_age.estimates:
        row = f"{' '.join(each.inputs)} {each.text} {age_range(each.interval)}"
        assert any(row in " ".join(line.split()) for line in lines), row
    for entry in found.centiles:
        row = f"{centile_text(entry.centile or 0)} {centile_range(entry.interval)}"
        assert any(" ".join(line.split()).endswith(row) for line in lines), row


def test_the_taken_formula_is_marked_once_in_each_table() -> None:
    lines = [line.split() for line in printed(assessed(**ALL)).splitlines()]
    marked = [line[1:3] for line in lines if line[:1] == ["→"]]
    assert marked == [["Hadlock", "1984"], ["Hadlock", "1985"]]
    given = printed(assessed(GivenAge(30.0, "30+0"), **ALL))
    assert given.count("→") == 1  # the weight's


def test_reasons_stand_where_numbers_would() -> None:
    text = " ".join(printed(assessed(GivenAge(42.0, "42+0"), HC=345.0), 100).split())
    assert "– – – 42+0 is outside the chart's 14+0 to 40+0" in text


def test_guarantees_notes_and_the_disclaimer_are_there() -> None:
    found = assessed(**ALL)
    text = " ".join(printed(found).split())
    assert found.gestational_age is not None
    assert str(found.gestational_age.guarantee) in text
    for note in found.notes:
        assert note in text
    assert text.endswith("Research software, not a medical device.")


def test_an_empty_assessment_is_the_disclaimer_alone() -> None:
    assert printed(Assessment()).strip() == "Research software, not a medical device."


@pytest.mark.parametrize(
    ("centile", "text"),
    [
        (50.4, "50"), (2.44, "2.4"), (97.62, "97.6"), (0.04, "<0.1"), (99.96, ">99.9"),
        (0.0, "0"), (100.0, "100"),
    ],
)  # fmt: skip
def test_centiles_are_exact_where_it_matters(centile: float, text: str) -> None:
    assert centile_text(centile) == text


def test_formulas_are_named_by_author_and_year() -> None:
    assert formula_text("hadlock_1984_hc_fl") == "Hadlock 1984"
    assert formula_text("intergrowth_2017_hc_ac") == "INTERGROWTH 2017"
