"""Evaluations and data reports as a reader of a terminal sees them."""

import pytest

from biometry_cli.data.check import DataReport, SplitReport
from biometry_cli.data.phantom.planes import PLANES
from biometry_cli.evaluation.agreement import Pair, agreement
from biometry_cli.report.data_tables import data_report_tables
from biometry_cli.report.evaluation_tables import confusion_table, evaluation_table
from biometry_cli.results.evaluation import Evaluation
from tests.report.landmark_evaluations import both, landmarks
from tests.report.printing import printed, row_of


def classified(classes: tuple[str, ...], matrix: list[list[int]]) -> Evaluation:
    return Evaluation(
        task="classify",
        split="test",
        n=sum(map(sum, matrix)),
        metrics={"accuracy": 0.91, "auroc": None, f"auroc_{classes[0]}": 0.987},
        counts={name: sum(row) for name, row in zip(classes, matrix, strict=True)},
        classes=list(classes),
        confusion_matrix=matrix,
    )


def test_a_segmentations_evaluation_has_a_row_a_structure_and_a_measure() -> None:
    evaluation = Evaluation(
        task="segment",
        split="test",
        n=12,
        metrics={
            "dice": 0.85, "dice_head": 0.9, "dice_femur": 0.8,
            "iou": 0.75, "iou_head": 0.8, "iou_femur": 0.7,
            "hd95_mm": 2.0, "hd95_head_mm": 2.0, "hd95_femur_mm": None,
            "hc_mae_mm": 1.5, "hc_bias_mm": -0.5, "hc_sd_mm": None,
            "new_figure": 0.25,
        },
        counts={"dice_head": 7, "hd95_head_mm": 6, "dice_femur": 5, "hc_mm": 6, "hc_missing": 1},
        classes=["background", "head", "femur"],
        agreement=[
            agreement("HC", [Pair("a", "a", "HC", 200, 198.5), Pair("b", "b", "HC", 9, None)])
        ],
    )  # fmt: skip
    text = printed(evaluation_table(evaluation))
    assert row_of(text, "head") == ["head", "0.9000", "0.8000", "2.00", "7", "1"]
    assert row_of(text, "femur") == ["femur", "0.8000", "0.7000", "–", "5", "5"]
    assert row_of(text, "mean") == ["mean", "0.8500", "0.7500", "2.00"]
    assert row_of(text, "HC")[:6] == ["HC", "1", "1", "1.50", "-1.50", "–"]
    assert "hc_mae_mm" not in text
    assert row_of(text, "new_figure") == ["new_figure", "0.2500"]


@pytest.mark.parametrize(
    "classes", [PLANES, tuple(f"a rather long class name {i}" for i in range(10))]
)
def test_a_confusion_table_fits_eighty_columns(classes: tuple[str, ...]) -> None:
    count = len(classes)
    matrix = [[1000 + i if i == j else i for j in range(count)] for i in range(count)]
    table = confusion_table(classified(classes, matrix))
    assert table is not None
    text = printed(table)
    assert max(map(len, text.splitlines())) <= 80
    for i in range(count):
        counts = [*[str(i or "·")] * i, str(1000 + i), *[str(i or "·")] * (count - i - 1)]
        assert row_of(text, str(i + 1))[-count:] == counts
    for name in classes:
        for word in name.split():
            assert word in text


def test_a_classifiers_evaluation_shows_figures_classes_and_confusion() -> None:
    text = printed(evaluation_table(classified(("head", "femur"), [[8, 1], [0, 1]])))
    assert row_of(text, "accuracy") == ["accuracy", "0.9100"]
    assert row_of(text, "head") == ["head", "9", "0.9870"]
    assert row_of(text, "1") == ["1", "head", "8", "1"]
    assert row_of(text, "2") == ["2", "femur", "·", "1"]


def test_a_data_report_shows_splits_shares_and_messages() -> None:
    split = SplitReport(
        images=10,
        subjects=7,
        sizes={"800 x 540": 6, "1 x 1": 1, "2 x 2": 1, "3 x 3": 1, "4 x 4": 1},
        class_shares={"background": 0.75, "head": 0.25},
        calibrated=9,
        references={"HC": 8},
    )
    report = DataReport(
        folder="data",
        task="segment",
        classes=["background", "head"],
        splits={"train": split},
        notes=["chosen: masks"],
        warnings=["some"],
        errors=[f"image {i}: bad" for i in range(50)],
    )
    text = printed(data_report_tables(report), 100)
    assert row_of(text, "train")[:6] == ["train", "10", "7", "9", "HC", "8"]
    assert row_of(text, "head") == ["head", "25.0"]
    assert "note: chosen: masks" in text
    assert "error: image 0: bad" in text
    assert "and 30 more" in text
    assert "No errors" not in text


def test_errors_have_a_row_a_caliper_or_point_and_one_for_all() -> None:
    text = printed(evaluation_table(landmarks()))
    assert row_of(text, "OFD") == [
        "OFD", "20", "0", "5.00", "1.00", "90", "90", "90", "90", "0.0123"
    ]  # fmt: skip
    assert row_of(text, "BPD")[-1] == "–"
    assert row_of(text, "csp")[:5] == ["csp", "10", "1", "7.00", "1.40"]
    assert row_of(text, "all") == [
        "all", "50", "3", "7.50", "1.50", "72", "81", "90", "95", "0.0312"
    ]  # fmt: skip
    assert row_of(text, "HC")[:4] == ["HC", "10", "0", "0.56"]
    assert row_of(text, "closeness") == ["closeness", "0.8700"]
    assert row_of(text, "novel_figure") == ["novel_figure", "0.2500"]
    assert "2 points found in images that were annotated as not showing them" in text
    for shown in ("sdr_", "mre_", "hc_mae", "structure", "accuracy"):
        assert shown not in text
    assert max(map(len, text.splitlines())) <= 80


def test_without_a_pixel_size_errors_are_in_pixels_alone() -> None:
    metrics = {k: v for k, v in landmarks().metrics.items() if not k.endswith("mm")}
    text = printed(evaluation_table(landmarks(metrics=metrics, agreement=[])))
    assert row_of(text, "OFD") == ["OFD", "20", "0", "5.00", "0.0123"]
    assert "SDR" not in text


def test_a_model_of_both_shows_masks_then_points_then_both_agreements() -> None:
    text = printed(evaluation_table(both()))
    assert row_of(text, "head")[:3] == ["head", "0.9700", "0.9400"]
    assert text.index("structure") < text.index("landmark") < text.index("measure")
    lines = [line.split() for line in text.splitlines()]
    # The second reading's name wraps over its two lines.
    place = next(
        i for i, words in enumerate(lines) if words[:2] == ["(points)"] or "(points)" in words
    )
    assert lines[place - 1][:4] == ["HC", "10", "0", "0.83"]
    assert "hc_points" not in text.lower()
    assert max(map(len, text.splitlines())) <= 80
