"""What is said of model files, settings and networks, as a terminal shows it."""

import pytest

from biometry_cli.bundle import ModelSpec, TrainingSummary, make_card
from biometry_cli.calibration import Calibration, MeasureCalibration
from biometry_cli.data.labels import LabelSchema
from biometry_cli.data.preprocess import Preprocess
from biometry_cli.report.sheet.blocks import facts
from biometry_cli.report.sheet.model import card_sheet, models_sheet, settings_sheet
from biometry_cli.settings import Settings
from tests.report.printing import row_of, shown


def test_settings_models_and_facts_keep_their_words() -> None:
    rows = [("train.epochs", "30", "default"), ("data.folder", "[x]", "flag")]
    assert row_of(shown(settings_sheet(rows)), "data.folder") == ["data.folder", "[x]", "flag"]
    models = shown(models_sheet([("unet", ("segment",), 1234, "small one")]))
    assert row_of(models, "unet") == ["unet", "segment", "1,234", "small", "one"]
    told = shown([facts([("best epoch", "3")], caption="trained")])
    assert told.split() == ["trained", "best", "epoch", "3"]


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
    text = shown(card_sheet(card))
    for words in ("unet, width 0.5", "256 × 176 px", "train 80 of 60 subjects", "dice 0.9712"):
        assert words in text
    assert "hd95" not in text


@pytest.mark.parametrize("task", ["landmarks", "segment,landmarks"])
def test_a_card_names_landmarks_and_the_intervals_between_points(task: str) -> None:
    classes = ("background", "head") if "segment" in task else ()
    card = make_card(
        Settings(),
        labels=LabelSchema.model_validate(
            {"task": task, "classes": classes, "points": ("ofd_1", "ofd_2", "csp")}
        ),
        preprocess=Preprocess(height_px=176, width_px=256),
        model=ModelSpec(name="unet"),
        training=TrainingSummary(
            data="heads", images={}, subjects={}, seed=3, split_shares=(0.8, 0.1, 0.1), epoch=1,
            minutes=1,
            validation={
                "val_mre_mm": 1.25, "val_mre_ofd_mm": 0.7531, "val_sdr_csp_2mm": 0.1234,
                "val_nme": 0.03, "val_nme_ofd": 0.0444,
            },
        ),
    )  # fmt: skip
    measure = MeasureCalibration(subjects=30, relative=0.025, absolute=1.5, taken="absolute")
    fitted = Calibration(point_measures={"OFD": measure})
    text = shown(card_sheet(card.model_copy(update={"calibration": fitted})))
    assert "ofd_1, ofd_2, csp" in text
    assert "mre_mm 1.2500, nme 0.0300" in text
    assert "OFD ± 1.5 mm" in text
    assert ("intervals, points" in text) == ("segment" in task)
    assert ("background, head" in text) == ("segment" in task)
