"""The table and the curves of a run."""

import csv
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from biometry_cli.report.history import write_history

LANDMARKS = {"val_closeness": 0.5, "val_mre_mm": 3.25, "val_mre_px": 12.0}


@pytest.mark.parametrize(
    ("figures", "panels"),
    [
        ({"val_dice": 0.7}, 3),
        ({"val_accuracy": 0.7}, 3),
        ({"val_mre_px": 12.0, "val_closeness": 0.5}, 4),
        (LANDMARKS | {"val_dice": 0.7}, 4),
        ({}, 3),
    ],
)
def test_every_kind_of_run_has_its_panels(
    tmp_path: Path, figures: dict[str, float], panels: int
) -> None:
    rows: list[dict[str, Any]] = [
        {"epoch": 1, "train_loss": 0.123456789, "learning_rate": 0.1},
        {"epoch": 2, "train_loss": 0.1, "learning_rate": 0.05, **figures},
    ]
    write_history(tmp_path / "history.csv", tmp_path / "curves.png", rows)
    with (tmp_path / "history.csv").open(newline="") as stream:
        first, second = csv.DictReader(stream)
    assert first["train_loss"] == "0.123457"
    assert {name: float(second[name]) for name in figures} == figures
    with Image.open(tmp_path / "curves.png") as picture:
        assert picture.width == 440 * panels
