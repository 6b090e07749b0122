"""The confusion matrix and the curves of training."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from biometry_cli.report.charts.classes import confusion_chart, reliability_chart
from biometry_cli.report.charts.curves import main_curves, training_curves
from biometry_cli.report.charts.palette import LIGHT
from biometry_cli.results.evaluation import ReliabilityBin
from biometry_cli.results.figures import ECE
from biometry_cli.results.scores import Classification, Group, Mean
from tests.report.charts.chart_reading import drawn

NAMES = ("a very long name of a class indeed", "b", "c")


def called(matrix: list[list[int]], names: Sequence[str] = NAMES) -> Classification:
    groups = {name: Group(sum(row), {}) for name, row in zip(names, matrix, strict=True)}
    n = sum(map(sum, matrix))
    return Classification(groups, Group(n, {ECE: Mean(0.0312, n)}), confusion_matrix=matrix)


def test_a_matrix_counts_where_they_are_and_shades_by_the_row() -> None:
    axes = drawn(confusion_chart(called([[9, 1, 0], [0, 5, 5], [0, 0, 0]])))
    counts = {text.get_position(): text.get_text() for text in axes.texts}
    assert counts == {(0, 0): "9", (1, 0): "1", (1, 1): "5", (2, 1): "5"}
    shades = {
        (round(p.get_x() + 0.47), round(p.get_y() + 0.47)): p.get_alpha()
        for p in axes.patches
        if p.get_alpha() is not None
    }
    assert shades[0, 0] == pytest.approx(9 * shades[1, 0])
    assert shades[1, 1] == shades[2, 1]
    rows = [label.get_text() for label in axes.get_yticklabels()]
    assert rows == ["a very long name of a cla…  1", "b  2", "c  3"]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]  # the first class is the top row


def test_right_and_wrong_answers_have_different_colours() -> None:
    axes = drawn(confusion_chart(called([[9, 1, 0], [0, 5, 5], [0, 0, 3]])))
    faces = [patch.get_facecolor()[:3] for patch in axes.patches if patch.get_alpha() is not None]
    assert len(set(faces)) == 2


def test_the_description_says_how_many_are_right() -> None:
    matrix = [[9, 1, 0], [0, 5, 5], [0, 0, 0]]
    assert "14 of 20 images lie on the diagonal" in confusion_chart(called(matrix)).description


def test_losses_share_a_chart_and_other_figures_have_their_own() -> None:
    history = [
        {"epoch": 1.0, "train_loss": 0.9, "val_loss": 1.0, "learning_rate": 0.1},
        {"epoch": 2.0, "train_loss": 0.5, "val_loss": 0.8, "learning_rate": 0.05, "val_dice": 0.7},
    ]
    charts = training_curves(history)
    titles = [chart.title for chart in charts]
    assert titles == ["Training: loss", "Training: learning rate", "Training: validation Dice"]
    axes = drawn(charts[0])
    assert [list(map(float, line.get_ydata())) for line in axes.lines] == [[0.9, 0.5], [1.0, 0.8]]
    assert {line.get_color() for line in axes.lines} == {LIGHT["series-1"], LIGHT["series-2"]}
    assert "validation Dice from 0.7 to 0.7" in charts[2].description


def test_figures_of_one_kind_share_a_chart() -> None:
    row = {
        "epoch": 1.0, "val_dice": 0.7, "val_dice_head": 0.8, "val_mre_mm": 3.0, "val_mre_px": 9.0,
        "val_mre_ofd_mm": 2.0, "val_sdr_2.5mm": 0.5, "val_sdr_ofd_2.5mm": 0.6, "val_nme": 0.04,
        "val_nme_ofd": 0.03, "val_closeness": 0.9, "val_hc_mae_mm": 1.0, "val_ac_mae_mm": 2.0,
        "val_hc_points_mae_mm": 1.5,
    }  # fmt: skip
    charts = {chart.title.removeprefix("Training: "): chart for chart in training_curves([row])}
    assert list(charts) == [
        "validation Dice", "validation MRE, mm", "validation MRE, px", "validation SDR 2.5 mm",
        "validation NME", "validation closeness", "validation MAE, mm",
        "validation MAE between points, mm",
    ]  # fmt: skip

    def lines(title: str) -> dict[object, float]:
        return {line.get_label(): line.get_ydata()[0] for line in drawn(charts[title]).lines}

    assert lines("validation Dice") == {"all": 0.7, "head": 0.8}
    assert lines("validation MRE, mm") == {"all": 3.0, "ofd": 2.0}
    assert lines("validation MAE, mm") == {"HC": 1.0, "AC": 2.0}
    assert "validation MAE between points, mm from 1.5 to 1.5" in (
        charts["validation MAE between points, mm"].description
    )


def test_the_picture_of_a_run_has_what_chooses_the_checkpoint_and_one_error() -> None:
    row = {"epoch": 1.0, "train_loss": 0.4, "learning_rate": 0.1, "images_per_s": 9.0}
    points = {"val_closeness": 0.9, "val_mre_px": 9.0, "val_nme": 0.1, "val_hc_mae_mm": 2.0}

    def titles(**figures: float) -> list[str]:
        return [c.title.removeprefix("Training: ") for c in main_curves([row | figures])]

    assert titles() == ["loss", "learning rate"]
    assert titles(val_dice=0.9, val_iou=0.8) == ["loss", "validation Dice", "learning rate"]
    assert titles(val_accuracy=0.9) == ["loss", "validation accuracy", "learning rate"]
    scores = ["loss", "validation closeness"]
    assert titles(**points) == [*scores, "validation MRE, px", "learning rate"]
    in_mm = titles(**points, val_mre_mm=3.0)
    assert in_mm == [*scores, "validation MRE, mm", "learning rate"]


def test_reliability_shows_full_bins_and_those_before_calibration() -> None:
    full = ReliabilityBin(low=0.8, high=1.0, images=4, probability=0.9, right=0.75)
    empty = ReliabilityBin(low=0.0, high=0.8, images=0)
    chart = reliability_chart(replace(called([[3, 1], [0, 0]], "ab"), reliability=[empty, full]))
    (shown,) = [line for line in drawn(chart).lines if line.get_label() == "as answered"]
    assert (list(shown.get_xdata()), list(shown.get_ydata())) == ([0.9], [0.75])
    assert "expected calibration error 0.031 as answered" in chart.description
    both = replace(
        called([[3, 1], [0, 0]], "ab"), reliability=[full], reliability_uncalibrated=[full]
    )
    labels = {line.get_label() for line in drawn(reliability_chart(both)).lines}
    assert {"as answered", "before"} <= labels


def test_more_lines_than_colours_differ_by_dashes() -> None:
    row = {"epoch": 1.0} | {f"val_dice_structure_{i}": i / 20 for i in range(16)}
    (chart,) = training_curves([row])
    looks = {(line.get_color(), line.get_linestyle()) for line in drawn(chart).lines}
    assert len(looks) == 16
    few = training_curves([{"epoch": 1.0, "val_dice": 0.1, "val_dice_a": 0.2}])[0]
    assert chart.height > few.height


def test_no_history_gives_no_chart() -> None:
    assert training_curves([]) == []
    assert training_curves([{"epoch": 1.0}]) == []


def test_many_classes_give_a_picture_of_sane_size() -> None:
    matrix = [[int(row == column) for column in range(90)] for row in range(90)]
    chart = confusion_chart(called(matrix, [f"class {i}" for i in range(90)]))
    assert max(chart.width, chart.height) < 1700
