"""Good masks and wrong millimetres: what annotations measure is compared with the table."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.test_tables import _change, _rows, _write, checked
from tests.cli.test_tables import data as data
from tests.cli.test_tables import heads as heads

TASKS = ["segment", "landmarks"]


def told(biometry, data, task="segment"):
    report = checked(biometry, data, "--task", task)
    assert report["errors"] == []
    return [w for w in report["warnings"] if "masks" in w or "landmarks" in w]


def resize(data, factor, names=None):
    """Resize images, masks and landmarks, and keep the table."""
    for part, how in (("images", Image.Resampling.BILINEAR), ("masks", Image.Resampling.NEAREST)):
        for path in sorted((data / part).iterdir())[: names or None]:
            with Image.open(path) as image:
                size = round(image.width * factor), round(image.height * factor)
                image.resize(size, how).save(path)
    rows = _rows(data / "landmarks.csv")
    for row in sorted(rows, key=lambda row: row["filename"])[: names or None]:
        points = {name: (float(row[name]) + 0.5) * factor - 0.5 for name in list(row)[1:]}
        row.update({name: f"{value:.2f}" for name, value in points.items()})
    _write(data / "landmarks.csv", [list(rows[0]), *(list(row.values()) for row in rows)])


@pytest.mark.parametrize("task", TASKS)
def test_a_sound_folder_has_nothing_to_explain(biometry, data, task):
    assert told(biometry, data, task) == []


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(("factor", "words"), [(0.5, "0.50"), (0.75, "0.75"), (0.94, "0.94")])
def test_resized_images_contradict_their_table(biometry, data, task, factor, words):
    resize(data, factor)
    (found,) = told(biometry, data, task)
    kind = "masks" if task == "segment" else "landmarks"
    assert found.startswith(
        f"{data / 'spacing.csv'}: HC by the {kind} is {words} of hc_mm in 6 of 6"
    )
    assert "(BPD, OFD alike): pixel size?" in found


def test_some_resized_images_are_found_among_the_others(biometry, data):
    resize(data, 0.5, names=2)
    (found,) = told(biometry, data)
    assert "HC by the masks is 0.50 of hc_mm in 2 of 6 images, such as 0000_head.png" in found


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(("factor", "words"), [(0.1, "0.10"), (10, "10")])
def test_pixel_sizes_in_another_unit(biometry, data, task, factor, words):
    _change(data / "spacing.csv", "pixel_size_mm", lambda cell: float(cell) * factor)
    (found,) = told(biometry, data, task)
    assert f"is {words} of hc_mm in 6 of 6 images" in found
    assert "in cm?" in found


def test_without_references_the_size_itself_tells(biometry, data):
    rows = _rows(data / "spacing.csv")
    cells = [[row["filename"], float(row["pixel_size_mm"]) / 10] for row in rows]
    _write(data / "spacing.csv", [["filename", "pixel_size_mm"], *cells])
    (found,) = told(biometry, data)
    assert "the median HC" in found
    assert "is too small for an HC (45 to 450 mm)" in found
    assert "pixel size?" in found


def test_one_reference_of_another_measure_is_told_from_a_pixel_size(biometry, data):
    _change(data / "spacing.csv", "hc_mm", lambda cell: float(cell) * 0.7)
    (found,) = told(biometry, data)
    assert "HC by the masks is 1.43 of hc_mm in 6 of 6 images" in found
    assert "BPD, OFD fit, so is hc_mm what its name says?" in found


def test_a_few_percent_are_an_annotator(biometry, data):
    off = iter([0.96, 1.05, 0.99, 0.93, 1.01, 1.06])
    _change(data / "spacing.csv", "hc_mm", lambda cell: float(cell) * next(off))
    assert told(biometry, data) == []


@pytest.mark.parametrize("task", TASKS)
def test_rows_and_columns_exchanged(biometry, data, task):
    # Twice as wide a picture of the same head: a column is half as wide.
    for part, how in (("images", Image.Resampling.BILINEAR), ("masks", Image.Resampling.NEAREST)):
        for path in (data / part).iterdir():
            with Image.open(path) as image:
                image.resize((image.width * 2, image.height), how).save(path)
    rows = _rows(data / "landmarks.csv")
    for row in rows:
        row.update({n: (float(row[n]) + 0.5) * 2 - 0.5 for n in row if n.endswith("_x")})
    _write(data / "landmarks.csv", [list(rows[0]), *(list(row.values()) for row in rows)])
    rows = _rows(data / "spacing.csv")
    sizes = [float(row.pop("pixel_size_mm")) for row in rows]
    right = ["pixel_size_row_mm", "pixel_size_column_mm"]
    for columns, count in ((right, 0), (right[::-1], 1)):
        header = [*rows[0], *columns]
        cells = [[*row.values(), mm, mm / 2] for row, mm in zip(rows, sizes, strict=True)]
        _write(data / "spacing.csv", [header, *cells])
        found = told(biometry, data, task)
        assert len(found) == count
        assert all("exchanged?" in each for each in found)


def test_x_and_y_of_points_exchanged(biometry, data):
    rows = _rows(data / "landmarks.csv")
    columns = list(rows[0])
    turned = [name[:-1] + {"x": "y", "y": "x"}[name[-1]] for name in columns[1:]]
    _write(data / "landmarks.csv", [["filename", *turned], *(list(r.values()) for r in rows)])
    errors = checked(biometry, data, "--task", "landmarks")["errors"]
    assert any("x and y of the points in train seem to be exchanged" in e for e in errors)


def test_masks_without_a_name_are_what_the_references_measure(biometry, data):
    (data / "dataset.toml").unlink()
    for path in (data / "masks").iterdir():
        with Image.open(path) as image:
            Image.fromarray(np.where(np.asarray(image), 255, 0).astype(np.uint8)).save(path)
    assert told(biometry, data) == []
    resize(data, 0.5)
    (found,) = told(biometry, data)
    assert "HC by the masks is 0.50 of hc_mm in 6 of 6" in found


def test_eval_warns_of_figures_in_wrong_millimetres(biometry, segmentation_folder, tmp_path):
    data = Path(shutil.copytree(segmentation_folder / "data", tmp_path / "data"))
    model = str(segmentation_folder / "model.safetensors")

    def evaluated():
        done = biometry("eval", "data", "--weights", model, "--json", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return [w for w in done.json()["warnings"] if "masks" in w]

    assert evaluated() == []
    for split in ("train", "val", "test"):
        _change(data / split / "spacing.csv", "pixel_size_mm", lambda cell: float(cell) / 2)
    found = evaluated()
    assert len(found) == 1
    assert found[0].startswith("data/test/spacing.csv: AC by the masks is 0.50 of ac_mm in 2 of 2")
    assert "(FL, HC, BPD, OFD alike): pixel size?" in found[0]
    (data / "test" / "spacing.csv").rename(data / "test" / "images" / "spacing.csv")
    assert evaluated()[0].startswith("data/test/images/spacing.csv: ")
