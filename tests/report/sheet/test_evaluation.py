"""What is said of an evaluation, as a reader of a terminal sees it."""

import io
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

import pytest
from rich.console import Console

from biometry_cli.data.phantom.planes import PLANES
from biometry_cli.report.sheet.agreement import figure_cell, figure_text, head_of
from biometry_cli.report.sheet.blocks import TERMINAL, Block, Rows, Sides, for_reader
from biometry_cli.report.sheet.evaluation import evaluation_blocks
from biometry_cli.report.terminal import render
from biometry_cli.results.evaluation import Agreement, Figure
from biometry_cli.results.figures import AGREEMENT, AUROC, CLOSENESS, DICE, MAE, MRE, NME
from biometry_cli.results.scores import (
    NO_MEAN,
    Classification,
    Group,
    Grouped,
    Mean,
    Measured,
    Pair,
    SplitScores,
    StratumScores,
)
from tests.report import evaluation_samples, landmark_evaluations


def tables(scores: SplitScores) -> dict[str, list[list[str]]]:
    """Rows of cells by caption, as a terminal has them."""
    blocks: list[Block] = []
    for block in evaluation_blocks(scores):
        blocks += chain.from_iterable(block.groups) if isinstance(block, Sides) else [block]
    return {
        block.caption: [[cell.text for cell in row.cells] for row in block.rows]
        for block in for_reader(blocks, TERMINAL)
        if isinstance(block, Rows)
    }


def printed(scores: SplitScores, width: int = 80) -> str:
    stream = io.StringIO()
    Console(file=stream, width=width, highlight=False).print(render(evaluation_blocks(scores)))
    return stream.getvalue()


def words(scores: SplitScores) -> str:
    return " ".join(printed(scores, 200).split())


def called(classes: Iterable[str], matrix: list[list[int]], **told: object) -> SplitScores:
    n = sum(map(sum, matrix))
    groups = {
        name: Group(sum(row), {AUROC: Mean(0.987, n)})
        for name, row in zip(classes, matrix, strict=True)
    }
    part = Classification(groups, Group(n, {AUROC: NO_MEAN}), confusion_matrix=matrix)
    known = evaluation_samples.classification()
    return replace(known, classification=part, images=evaluation_samples.images(n), **told)


@pytest.mark.parametrize(
    ("value", "written"),
    [(1.5249, "1.52"), (15.249, "15.2"), (9.996, "10.0"), (152.49, "152"), (None, "–")],
)
def test_lengths_have_three_digits_or_so(value: float | None, written: str) -> None:
    assert figure_text(value, MAE) == written


def test_a_figure_has_its_sign_and_its_interval_the_same_digits() -> None:
    bias = figure_cell(0.671, AGREEMENT["bias"], (-0.3, 1.074))
    assert (bias.text, bias.interval) == ("+0.67", "−0.30 to +1.07")
    share = figure_cell(0.854, AGREEMENT["within_5_percent"], (0.74, 0.92))
    assert (share.text, share.interval) == ("85.4 %", "74.0 to 92.0")
    assert " ".join(head_of(AGREEMENT["loa_low"]).split()) == "Lower limit, mm"


def test_masks_have_a_row_a_structure_with_the_images_behind_it() -> None:
    (outlines,) = (
        rows for caption, rows in tables(evaluation_samples.segmentation()).items()
        if caption.startswith("Outlines")
    )  # fmt: skip
    assert outlines == [
        ["head", "120", "1", "0.9700", "0.9400", "1.50"],
        ["abdomen", "120", "2", "0.9500", "0.9100", "1.90"],
        ["femur", "120", "3", "0.9300", "0.8800", "2.30"],
        ["mean", "–", "–", "0.9612", "0.9271", "1.93"],
    ]


def test_landmarks_have_a_row_a_caliper_a_point_and_all() -> None:
    scores = landmark_evaluations.landmarks()
    rows = tables(scores)["Points against the truth"]
    assert rows[0] == ["OFD", "20", "0", "5.00", "1.00", *["90.0 %"] * 4, "0.0123"]
    assert (rows[1][0], rows[1][-1]) == ("BPD", "–")
    assert rows[2][:5] == ["csp", "10", "1", "7.00", "1.40"]
    assert rows[3][5:] == ["72.0 %", "81.0 %", "90.0 %", "95.0 %", "0.0312"]
    assert "2 points found in images that were annotated as not showing them" in words(scores)
    assert "Closeness 0.8700" in words(scores)
    assert max(map(len, printed(scores).splitlines())) <= 80


def test_without_a_pixel_size_errors_are_in_pixels_alone() -> None:
    figures = {MRE["px"]: 5.0, NME: 0.0123}
    group = landmark_evaluations.group(figures, 20)
    overall = landmark_evaluations.group(figures | {CLOSENESS: 0.5}, 20)
    part = Grouped({"ofd": group}, overall)
    scores = replace(landmark_evaluations.landmarks(), landmarks=part, measured=[])
    assert tables(scores)["Points against the truth"] == [["OFD", "20", "0", "5.00", "0.0123"]]


def test_both_readings_of_a_measure_stand_below_each_other() -> None:
    names = [row[0] for row in tables(landmark_evaluations.both())["Errors"]]
    assert names == ["HC", "HC (points)"]


def test_errors_limits_and_coverage_stand_with_what_they_mean() -> None:
    scores = evaluation_samples.segmentation()
    shown = tables(scores)
    assert shown["Errors"][0][:3] == ["HC", "120", "2"]
    assert len(shown["Limits of agreement"]) == 3
    assert shown["Intervals of the predictions"][0] == ["HC", "95.0 %", "14.2"]
    text = words(scores)
    assert "by bootstrap over 60 subjects" in text
    assert "Hadlock 1984" in text
    assert "Covered: references inside" in text


def bare(**changed: object) -> Agreement:
    """An agreement without any figure, but those named."""
    none = {n: Figure() for n, f in Agreement.model_fields.items() if f.annotation is Figure}
    fields = {"measure": "HC", "n": 56, "subjects": 28, "missing": 4} | none | changed
    return Agreement.model_validate(fields)


def of(*agreements: Agreement) -> SplitScores:
    known = evaluation_samples.segmentation()
    measured = [Measured(each, []) for each in agreements]
    return replace(known, masks=None, measured=measured, strata=[], by=None)


def test_only_what_is_shown_is_explained() -> None:
    text = words(of(bare(mae=Figure(value=1.0))))
    for shown in ("bootstrap", "Hadlock", "Covered"):
        assert shown not in text
    text = words(of(bare(mae=Figure(value=1.0, interval=(0.5, 1.5))), bare(subjects=31)))
    assert "over 28 to 31 subjects" in text


def test_strata_have_a_table_a_measure_with_all_images_first() -> None:
    known = evaluation_samples.segmentation()
    parted = [known.strata[0], StratumScores("(none)", 3, known.strata[0].measured[:1])]
    shown = tables(replace(known, strata=parted))
    assert [row[:2] for row in shown["HC by scanner"]] == [
        ["all", "120"], ["Alpha 7", "40"], ["(none)", "40"],
    ]  # fmt: skip
    assert set(shown["FL by scanner"][2][1:]) == {"–"}, "no FL in that stratum"


def test_ages_that_cannot_be_told_are_counted() -> None:
    pairs = [Pair("a", "a", "HC", 200, 201), Pair("b", "b", "HC", 50, 51)]
    agreement = bare(n=2, ga_error_days=Figure(value=1.0))
    scores = replace(of(), measured=[Measured(agreement, pairs, dated=1)])
    (errors,) = (b for b in evaluation_blocks(scores) if isinstance(b, Rows) and "Err" in b.caption)
    assert [cell.text for cell in errors.rows[0].cells[-1].below] == ["1 image"]


def test_without_references_and_parts_there_is_only_the_heading() -> None:
    empty = replace(evaluation_samples.segmentation(), masks=None, measured=[], strata=[])
    assert words(empty) == "test: 360 images segnet data/phantoms"


def test_a_classifiers_figures_classes_and_matrix_are_there() -> None:
    scores = evaluation_samples.classification()
    text = words(scores)
    assert "Balanced accuracy 0.9543 226 images" in text
    shown = tables(scores)
    assert shown["By class"][0] == ["head", "60", "58", "0.9900"]
    (matrix,) = (rows for caption, rows in shown.items() if caption.startswith("Confusion"))
    assert matrix[1] == ["2 abdomen", "1", "44", "·", "3"]


@pytest.mark.parametrize(
    "classes", [PLANES, tuple(f"a rather long class name {i}" for i in range(10))]
)
def test_a_confusion_table_fits_eighty_columns(classes: tuple[str, ...]) -> None:
    count = len(classes)
    matrix = [[1000 + i if i == j else i for j in range(count)] for i in range(count)]
    text = printed(called(classes, matrix))
    assert max(map(len, text.splitlines())) <= 80
    lines = [line.split() for line in text.splitlines()]
    for i in range(count):
        counts = [*[str(i or "·")] * i, str(1000 + i), *[str(i or "·")] * (count - i - 1)]
        assert any(line[0] == str(i + 1) and line[-count:] == counts for line in lines if line)


def test_unsure_and_unlike_images_are_counted_in_words() -> None:
    known = evaluation_samples.classification()
    assert known.classification is not None
    part = replace(known.classification, unsure=3)
    text = words(replace(known, classification=part, unlike=1))
    assert "3 of 226 images unsure: not answered" in text
    assert "1 of 226 images unlike the training images" in text
    assert "unlike" not in words(known)


def test_names_with_brackets_are_not_markup() -> None:
    part = Grouped({"[red]": Group(1, {DICE: Mean(0.5, 1)})}, Group(1, {DICE: Mean(0.5, 1)}))
    scores = replace(evaluation_samples.segmentation(), masks=part, measured=[], model="[b]")
    assert "[b]" in words(scores)
    assert "[red] 1 0.5000" in words(scores)
