"""The picture of the confusion matrix."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from biometry_cli.report.confusion import write_confusion
from biometry_cli.results.evaluation import Evaluation


def evaluation(classes: int, matrix: list[list[int]] | None) -> Evaluation:
    names = [f"a long class name {i}" for i in range(classes)]
    return Evaluation(
        task="classify", split="test", n=9, metrics={}, classes=names, confusion_matrix=matrix
    )


def test_a_right_answer_is_dark_and_a_missing_one_is_light(tmp_path: Path) -> None:
    matrix = np.diag([9, 900, 0]).tolist()
    write_confusion(tmp_path / "new" / "confusion.png", evaluation(3, matrix))
    picture = np.asarray(Image.open(tmp_path / "new" / "confusion.png").convert("RGB"))
    dark_blue = (picture[..., 2] > 80) & (picture[..., 0] < 40)
    # Two of nine cells are dark, whatever their counts; the third class occurs nowhere.
    rows, _ = np.nonzero(dark_blue[:, : int(picture.shape[1] * 0.75)])
    assert len(np.unique(rows)) > 0.3 * picture.shape[0] / 2
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["confusion.png"]


def test_many_classes_give_a_picture_of_sane_size(tmp_path: Path) -> None:
    write_confusion(tmp_path / "c.png", evaluation(60, np.eye(60, dtype=int).tolist()))
    assert max(Image.open(tmp_path / "c.png").size) < 4000


def test_a_segmentation_has_none(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no confusion matrix"):
        write_confusion(tmp_path / "c.png", evaluation(2, None))
