"""Tables as a reader of a terminal sees them."""

import io

import pytest
from rich.console import Console, RenderableType

from biometry_cli.bundle import ModelSpec, TrainingSummary, make_card
from biometry_cli.data.check import DataReport, SplitReport
from biometry_cli.data.labels import LabelSchema
from biometry_cli.data.phantom.planes import PLANES
from biometry_cli.data.preprocess import Preprocess
from biometry_cli.evaluation.agreement import Pair, agreement
from biometry_cli.report import tables
from biometry_cli.results.evaluation import Evaluation
from biometry_cli.results.measures import Measurement
from biometry_cli.results.prediction import Prediction
from biometry_cli.settings import Settings
from tests.report.report_readings import on_plane, plane_prediction, read_truth


def printed(renderable: RenderableType, width: int = 80) -> str:
    stream = io.StringIO()
    Console(file=stream, width=width, highlight=False).print(renderable)
    return stream.getvalue()


def row_of(text: str, name: str) -> list[str]:
    """The words of the line that starts with ``name``."""
    return next(line.split() for line in text.splitlines() if line.split()[:1] == [name])


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


def test_a_prediction_shows_values_units_and_spacing() -> None:
    prediction = read_truth("head").prediction
    text = printed(tables.prediction_table(prediction))
    assert "000_head.png" in text
    assert f"{prediction.spacing_mm:.4g} mm/px" in text
    values = {m.name: f"{m.value:.1f}" for m in prediction.measurements}
    assert row_of(text, "HC")[1:] == [values["HC"], "mm", "head", "circumference"]
    assert row_of(text, "CI")[1:3] == [values["CI"], "%"]


def test_flags_are_said_in_words_and_unknown_ones_survive() -> None:
    flags = ["no_spacing", "head:touches_border", "head:brand_new"]
    prediction = Prediction(file="a.png", task="segment", model="m", flags=flags)
    text = printed(tables.prediction_table(prediction))
    assert "no pixel size known: values in pixels" in text
    assert "head: cut off by the image border" in text
    assert "head: brand new" in text


def test_a_recognised_plane_stands_beside_the_name_with_the_reason() -> None:
    measured = on_plane(read_truth("head").prediction, "[trans]-thalamic")
    text = printed(tables.prediction_table(measured))
    assert "000_head.png  [trans]-thalamic 93.4 %  " in text
    assert "mm/px" in text
    thorax = plane_prediction("t.png", {"thorax": 0.9, "other": 0.1})
    text = printed(tables.prediction_table(on_plane(thorax, "thorax", "shows the thorax")))
    assert "t.png  thorax 93.4 %" in text
    assert "! not measured: shows the thorax" in text
    assert text.count("not measured") == text.count("thorax 9") == 1


def test_names_with_brackets_are_not_markup() -> None:
    measure = Measurement(name="[red]_area", value=12345.6, unit="px²")
    prediction = Prediction(file="[b].png", task="segment", model="m", measurements=[measure])
    text = printed(tables.prediction_table(prediction))
    assert "[b].png" in text
    assert "[red]_area" in text
    assert "12,346 px²" in text


def test_a_classification_shows_the_likeliest_classes() -> None:
    prediction = plane_prediction("a.png", {"x": 0.05, "y": 0.6, "z": 0.3, "w": 0.04})
    text = printed(tables.prediction_table(prediction))
    assert row_of(text, "y") == ["y", "60.0", "%"]
    assert text.index("60.0") < text.index("30.0") < text.index("5.0 %")
    assert "4.0 %" not in text


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
    text = printed(tables.evaluation_table(evaluation))
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
    table = tables.confusion_table(classified(classes, matrix))
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
    text = printed(tables.evaluation_table(classified(("head", "femur"), [[8, 1], [0, 1]])))
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
    text = printed(tables.data_report_tables(report), 100)
    assert row_of(text, "train")[:6] == ["train", "10", "7", "9", "HC", "8"]
    assert row_of(text, "head") == ["head", "25.0"]
    assert "note: chosen: masks" in text
    assert "error: image 0: bad" in text
    assert "and 30 more" in text
    assert "No errors" not in text


def test_settings_models_and_facts_keep_their_words() -> None:
    rows = [("train.epochs", "30", "default"), ("data.folder", "[x]", "flag")]
    assert row_of(printed(tables.settings_table(rows)), "data.folder") == [
        "data.folder",
        "[x]",
        "flag",
    ]
    models = printed(tables.models_table([("unet", "segment", "1,234", "small one")]))
    assert row_of(models, "unet") == ["unet", "segment", "1,234", "small", "one"]
    facts = printed(tables.facts_table([("best epoch", "3")], title="trained"))
    assert facts.split() == ["trained", "best", "epoch", "3"]


def test_a_card_shows_what_the_weights_learned_from() -> None:
    card = make_card(
        Settings(),
        labels=LabelSchema(task="segment", classes=("background", "head")),
        preprocess=Preprocess(height_px=176, width_px=256),
        model=ModelSpec(name="unet", width=0.5),
        training=TrainingSummary(
            data="heads",
            images={"train": 80, "val": 10},
            subjects={"train": 60, "val": 9},
            seed=3,
            split_shares=(0.8, 0.1, 0.1),
            epoch=12,
            minutes=3.25,
            validation={"val_dice": 0.9712, "val_hd95_mm": None},
        ),
    )
    text = printed(tables.card_table(card))
    for words in ("unet, width 0.5", "256 × 176 px", "train 80 of 60 subjects", "dice 0.9712"):
        assert words in text
    assert "hd95" not in text
