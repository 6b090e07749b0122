"""The table and the curves of a run."""

import csv
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from biometry_cli.report.charts.curves import main_curves
from biometry_cli.report.history import read_history, write_history

LANDMARKS = {"val_closeness": 0.5, "val_mre_mm": 3.25, "val_mre_px": 12.0}


@pytest.mark.parametrize("figures", [{"val_dice": 0.7}, LANDMARKS | {"val_dice": 0.7}, {}])
def test_a_run_has_its_table_and_its_picture(tmp_path: Path, figures: dict[str, float]) -> None:
    rows: list[dict[str, Any]] = [
        {"epoch": 1, "train_loss": 0.123456789, "learning_rate": 0.1},
        {"epoch": 2, "train_loss": 0.1, "learning_rate": 0.05, **figures},
    ]
    table, picture = tmp_path / "history.csv", tmp_path / "curves.png"
    write_history(table, picture, rows)
    with table.open(newline="") as stream:
        first, second = csv.DictReader(stream)
    assert first["train_loss"] == "0.123457"
    assert {name: float(second[name]) for name in figures} == figures
    assert read_history(table) == [rows[0] | {"train_loss": 0.123457}, rows[1]]
    with Image.open(picture) as image:
        panels = main_curves(rows)
        assert image.width / image.height == pytest.approx(
            sum(chart.width for chart in panels) / max(chart.height for chart in panels), rel=0.01
        )
