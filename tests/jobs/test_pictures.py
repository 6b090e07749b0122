"""Sheets of exams keep names of their own."""

from pathlib import Path

import pytest

from biometry_cli.jobs.writers.pictures import OverlayWriter


@pytest.mark.parametrize(
    ("exams", "names"),
    [
        (["a b", "a_b", "a/b"], ["a_b", "a_b_2", "a_b_3"]),
        (["Anna", "anna"], ["Anna", "anna_2"]),
        (["x_2", "x", "x"], ["x_2", "x", "x_3"]),
        (["7.1-b"], ["7.1-b"]),
    ],
)
def test_exams_whose_names_differ_in_a_sign_keep_both_sheets(
    exams: list[str], names: list[str]
) -> None:
    writer = OverlayWriter(Path("out"), None)  # type: ignore[arg-type]
    assert [writer.sheet_name(exam) for exam in exams] == names
