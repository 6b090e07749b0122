"""The demo does the whole line."""

import json

import pytest

from tests.reading import picture


@pytest.mark.slow
def test_demo_does_the_whole_line(biometry, tmp_path):
    done = biometry("demo", "--seconds", "15", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for step in ("1/5", "2/5", "3/5", "4/5", "5/5"):
        assert step in done.stdout
    folder = tmp_path / "biometry-demo"
    run = folder / "runs" / "demo"
    assert (run / "model.onnx").is_file()
    metrics = json.loads((run / "eval" / "test" / "metrics.json").read_text())["metrics"]
    assert 0 <= metrics["dice"] <= 1
    assert {"dice_head", "dice_abdomen", "dice_femur", "iou"} <= set(metrics)
    exam = folder / "exam"
    assert len(list(exam.glob("*_overlay.png"))) == 3
    (sheet,) = exam.glob("*_exam.png")
    assert picture(sheet).width <= 1600
    assert "Gestational age" in (exam / "report.html").read_text()
    assert "Gestational age" in done.stdout
    again = biometry("demo", cwd=tmp_path)
    assert again.returncode == 2
    assert "new folder" in again.stderr
