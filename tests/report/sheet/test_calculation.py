"""What is said of age, weight and growth, as a terminal shows it."""

import pytest

from biometry_cli.measure.growth.assess import GivenAge, Size, assess
from biometry_cli.report.sheet.clinical import calculation_sheet
from biometry_cli.report.sheet.words import centile_text, centiles_text, formula_text, weeks_text
from biometry_cli.results.clinical import Assessment
from tests.report.printing import shown

ALL = {"HC": 275.0, "AC": 250.0, "FL": 56.0, "BPD": 75.0, "OFD": 96.0}


def printed(assessment: Assessment, width: int = 80) -> str:
    return shown(calculation_sheet(assessment), width)


def assessed(given: GivenAge | None = None, **sizes_mm: float) -> Assessment:
    sizes = {name: Size(mm, (mm - 3, mm + 3)) for name, mm in sizes_mm.items()}
    return assess(sizes, given=given)


@pytest.mark.parametrize("width", [90, 100])
def test_no_row_of_numbers_is_broken(width: int) -> None:
    found = assessed(**ALL)
    text = printed(found, width)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert max(map(len, text.splitlines())) <= width
    assert found.gestational_age is not None
    for each in found.gestational_age.estimates:
        row = f"{formula_text(each.formula)} {each.text} {weeks_text(each.interval)}"
        assert any(row in line for line in lines), row
    for entry in found.centiles:
        row = f"{centile_text(entry.centile)} {centiles_text(entry.interval)}"
        assert any(row in line for line in lines), row


@pytest.mark.parametrize("width", [40, 60, 80])
def test_nothing_is_lost_where_it_is_narrow(width: int) -> None:
    found = assessed(**ALL)
    text = printed(found, width)
    assert max(map(len, text.splitlines())) <= width
    words = " ".join(text.split())
    assert found.gestational_age is not None
    for estimate in found.gestational_age.estimates:
        assert estimate.text is not None
        assert estimate.text in words
    for entry in found.centiles:
        assert centile_text(entry.centile) in words


def test_the_taken_formula_is_marked_once_in_each_table() -> None:
    lines = [line.split() for line in printed(assessed(**ALL)).splitlines()]
    marked = [line[1:3] for line in lines if line[:1] == ["→"]]
    assert marked == [["Hadlock", "1984"], ["Hadlock", "1985"]]
    given = printed(assessed(GivenAge(30.0, "30+0"), **ALL))
    assert given.count("→") == 1  # the weight's


def test_reasons_stand_where_numbers_would() -> None:
    text = " ".join(printed(assessed(GivenAge(42.0, "42+0"), HC=345.0), 120).split())
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
