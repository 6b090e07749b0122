"""Data folders of synthetic scans: layout, tables, determinism and refusals."""

import csv
import tomllib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from biometry_cli.data.phantom.dataset import (
    write_exam,
    write_planes_dataset,
    write_segmentation_dataset,
)
from biometry_cli.data.phantom.planes import PLANES, STRUCTURE_SHOWN
from biometry_cli.errors import UsageError

MEASURES = {"head": {"hc_mm", "bpd_mm", "ofd_mm"}, "abdomen": {"ac_mm"}, "femur": {"fl_mm"}}


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def given_mm(row: dict[str, str]) -> set[str]:
    return {name for name, value in row.items() if name.endswith("_mm") and value}


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def segmentation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("segmentation") / "data"
    write_segmentation_dataset(folder, train=6, val=3, test=2, seed=4)
    return folder


@pytest.fixture(scope="module")
def planes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planes") / "data"
    write_planes_dataset(folder, train_per_class=2, val_per_class=1, test_per_class=1, seed=4)
    return folder


def test_segmentation_folders_hold_whole_fetuses(segmentation: Path) -> None:
    names = {
        split: sorted(path.name for path in (segmentation / split / "images").iterdir())
        for split in ("train", "val", "test")
    }
    assert [len(names[split]) for split in ("train", "val", "test")] == [6, 3, 3]
    assert names["val"] == ["0002_abdomen.png", "0002_femur.png", "0002_head.png"]
    fetuses = [{name.split("_")[0] for name in names[split]} for split in names]
    assert not set.intersection(fetuses[0], fetuses[1] | fetuses[2])
    for split, images in names.items():
        assert sorted(path.name for path in (segmentation / split / "masks").iterdir()) == images


def test_segmentation_masks_hold_class_indices(segmentation: Path) -> None:
    for path in segmentation.glob("*/masks/*.png"):
        with Image.open(path) as mask, Image.open(path.parents[1] / "images" / path.name) as image:
            assert mask.mode == image.mode == "L"
            assert mask.size == image.size == (272, 192)
            index = ["head", "abdomen", "femur"].index(path.stem.split("_")[1]) + 1
            assert set(np.unique(np.asarray(mask))) == {0, index}


def test_spacing_tables_give_the_measures_of_each_structure(segmentation: Path) -> None:
    for split in ("train", "val", "test"):
        rows = table(segmentation / split / "spacing.csv")
        assert list(rows[0]) == [
            "filename",
            "pixel_size_mm",
            "hc_mm",
            "bpd_mm",
            "ofd_mm",
            "ac_mm",
            "fl_mm",
        ]
        assert {row["filename"] for row in rows} == {
            path.name for path in (segmentation / split / "images").iterdir()
        }
        for row in rows:
            structure = Path(row["filename"]).stem.split("_")[1]
            assert given_mm(row) == {"pixel_size_mm"} | MEASURES[structure]


def test_spacing_and_mask_give_back_the_measures(segmentation: Path) -> None:
    for row in table(segmentation / "train" / "spacing.csv"):
        if row["hc_mm"]:
            with Image.open(segmentation / "train" / "masks" / row["filename"]) as mask:
                area_px = np.count_nonzero(np.asarray(mask))
            area_mm2 = area_px * float(row["pixel_size_mm"]) ** 2
            axes_mm2 = float(row["bpd_mm"]) * float(row["ofd_mm"])
            assert area_mm2 == pytest.approx(np.pi / 4 * axes_mm2, rel=0.01)


def test_descriptions_name_task_and_classes(segmentation: Path, planes: Path) -> None:
    assert tomllib.loads((segmentation / "dataset.toml").read_text()) == {
        "task": "segment",
        "classes": ["background", "head", "abdomen", "femur"],
    }
    assert tomllib.loads((planes / "dataset.toml").read_text()) == {
        "task": "classify",
        "classes": list(PLANES),
    }


def test_planes_folders_hold_every_class_equally_often(planes: Path) -> None:
    names: list[str] = []
    for split, per_class in (("train", 2), ("val", 1), ("test", 1)):
        rows = table(planes / split / "labels.csv")
        assert Counter(row["label"] for row in rows) == dict.fromkeys(PLANES, per_class)
        assert {row["filename"] for row in rows} == {
            path.name for path in (planes / split / "images").iterdir()
        }
        names += [row["filename"] for row in rows]
    assert names == [f"{number:04d}.png" for number in range(32)]
    rounds = [row["label"] for row in table(planes / "train" / "labels.csv")]
    assert rounds[:8] != rounds[8:]


def test_planes_folders_give_pixel_sizes_and_the_measures_of_what_a_plane_shows(
    planes: Path,
) -> None:
    for split in ("train", "val", "test"):
        labels = {row["filename"]: row["label"] for row in table(planes / split / "labels.csv")}
        rows = table(planes / split / "spacing.csv")
        assert {row["filename"] for row in rows} == set(labels)
        for row in rows:
            shown = STRUCTURE_SHOWN.get(labels[row["filename"]])
            assert given_mm(row) == {"pixel_size_mm"} | MEASURES.get(shown or "", set())
            assert 0.2 < float(row["pixel_size_mm"]) < 1.2
            with Image.open(planes / split / "images" / row["filename"]) as image:
                assert image.size == (272, 192)


def test_an_exam_shows_one_fetus_on_every_plane(tmp_path: Path) -> None:
    calls: list[int] = []
    write_exam(tmp_path / "a", seed=12, on_image=lambda: calls.append(1))
    names = {f"0012_{plane}.png" for plane in PLANES}
    assert set(contents(tmp_path / "a")) == names | {"spacing.csv"}
    assert len(calls) == len(PLANES)
    rows = {row["filename"]: row for row in table(tmp_path / "a" / "spacing.csv")}
    assert set(rows) == names
    for plane in PLANES:
        shown = STRUCTURE_SHOWN.get(plane)
        expected = {"pixel_size_mm"} | MEASURES.get(shown or "", set())
        assert given_mm(rows[f"0012_{plane}.png"]) == expected
    assert len({row["hc_mm"] for row in rows.values()} - {""}) == 1, "one head on three planes"
    assert len({row["pixel_size_mm"] for row in rows.values()}) > 1
    write_exam(tmp_path / "b", seed=12)
    assert contents(tmp_path / "b") == contents(tmp_path / "a")
    write_exam(tmp_path / "c", seed=13)
    assert not set(contents(tmp_path / "c").values()) & set(contents(tmp_path / "a").values())
    with pytest.raises(UsageError, match="not empty"):
        write_exam(tmp_path / "a", seed=12)
    with pytest.raises(UsageError, match="0 or more"):
        write_exam(tmp_path / "d", seed=-1)


def test_equal_seeds_write_equal_bytes(segmentation: Path, planes: Path, tmp_path: Path) -> None:
    write_segmentation_dataset(tmp_path / "same", train=6, val=3, test=2, seed=4)
    assert contents(tmp_path / "same") == contents(segmentation)
    write_segmentation_dataset(tmp_path / "other", train=6, val=3, test=2, seed=5)
    same, other = contents(tmp_path / "same"), contents(tmp_path / "other")
    assert all(same[name] != other[name] for name in same if name != "dataset.toml")
    write_planes_dataset(
        tmp_path / "planes", train_per_class=2, val_per_class=1, test_per_class=1, seed=4
    )
    assert contents(tmp_path / "planes") == contents(planes)


def test_no_image_appears_twice(segmentation: Path, planes: Path) -> None:
    for folder in (segmentation, planes):
        images = [path.read_bytes() for path in folder.glob("*/images/*.png")]
        assert len(set(images)) == len(images)


def test_progress_is_told_after_each_image(tmp_path: Path) -> None:
    calls: list[int] = []
    write_segmentation_dataset(
        tmp_path / "a", train=4, val=0, test=0, seed=0, on_image=lambda: calls.append(1)
    )
    assert len(calls) == 6
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["dataset.toml", "train"]
    write_planes_dataset(
        tmp_path / "b",
        train_per_class=1,
        val_per_class=0,
        test_per_class=0,
        seed=0,
        on_image=lambda: calls.append(1),
    )
    assert len(calls) == 6 + 8


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "scan.png").write_bytes(b"mine")
    with pytest.raises(UsageError, match="not empty") as caught:
        write_segmentation_dataset(tmp_path, train=3, val=0, test=0, seed=0)
    assert caught.value.where == str(tmp_path)
    assert caught.value.mend
    with pytest.raises(UsageError, match="not empty"):
        write_planes_dataset(tmp_path, train_per_class=1, val_per_class=0, test_per_class=0, seed=0)
    assert contents(tmp_path) == {"scan.png": b"mine"}


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    write_segmentation_dataset(tmp_path, train=3, val=0, test=0, seed=0)
    assert (tmp_path / "dataset.toml").is_file()


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("text")
    with pytest.raises(UsageError, match="cannot be written"):
        write_segmentation_dataset(tmp_path / "data", train=3, val=0, test=0, seed=0)


@pytest.mark.parametrize(("train", "seed"), [(-1, 0), (3, -1)])
def test_negative_numbers_are_refused(tmp_path: Path, train: int, seed: int) -> None:
    with pytest.raises(UsageError, match="0 or more"):
        write_segmentation_dataset(tmp_path / "data", train=train, val=0, test=0, seed=seed)
    assert not (tmp_path / "data").exists()
