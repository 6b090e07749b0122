"""``data check`` finds what would spoil a training run, and counts what is there."""

import shutil
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pytest

from biometry_cli.data.check import DataReport, check_dataset, require_sound
from biometry_cli.data.layout import read_dataset
from biometry_cli.errors import DataError

if TYPE_CHECKING:
    from conftest import FolderBuilder

Mask = npt.NDArray[np.uint8]


@pytest.fixture
def sound(folder: "FolderBuilder", square_mask: Mask) -> "FolderBuilder":
    """Three splits, two images of one subject in each, all in order."""
    for split in ("train", "val", "test"):
        for number in range(2):
            folder.pair(split, f"{split}_{number}", square_mask)
    return folder


def report(folder: "FolderBuilder", **options: object) -> DataReport:
    return check_dataset(read_dataset(folder.root, structures=("head",)), **options)


def only_error(folder: "FolderBuilder") -> str:
    (error,) = report(folder).errors
    return error


def test_counts_and_areas(sound: "FolderBuilder") -> None:
    sound.text("train/spacing.csv", "filename,pixel_size_mm,hc_mm\ntrain_0.png,0.2,170\n")
    ticks: list[None] = []
    found = report(sound, on_image=lambda: ticks.append(None))
    train = found.splits["train"]
    assert (train.images, train.subjects, train.sizes) == (2, 1, {"16 x 12": 2})
    assert train.class_shares == pytest.approx({"background": 168 / 192, "head": 24 / 192})
    assert (train.calibrated, train.references) == (1, {"HC": 1})
    assert found.splits["val"].calibrated == 0
    assert (found.task, found.classes) == ("segment", ["background", "head"])
    assert len(ticks) == 6
    assert found.errors == []
    assert any("no pixel size" in warning for warning in found.warnings)
    require_sound(found)


def test_the_same_pixels_in_two_splits(sound: "FolderBuilder") -> None:
    copy = sound.root / "val/images/val_0.png"
    shutil.copy(sound.root / "train/images/train_1.png", copy)
    error = only_error(sound)
    assert error.startswith(f"{copy}: has the same pixels as")
    assert "train_1.png" in error


def test_the_same_pixels_in_another_file_format(sound: "FolderBuilder", square_mask: Mask) -> None:
    from PIL import Image

    with Image.open(sound.root / "train/images/train_1.png") as image:
        image.save(sound.root / "test/images/other_1.bmp")
    sound.image("test/masks/other_1.png", square_mask)
    assert "same pixels" in only_error(sound)


def test_the_same_pixels_twice_in_one_split_are_no_error(
    sound: "FolderBuilder", square_mask: Mask
) -> None:
    shutil.copy(sound.root / "train/images/train_1.png", sound.root / "train/images/train_9.png")
    sound.image("train/masks/train_9.png", square_mask)
    assert report(sound).errors == []


def test_a_subject_in_two_splits(sound: "FolderBuilder", square_mask: Mask) -> None:
    sound.pair("test", "train_7", square_mask)
    error = only_error(sound)
    assert "1 subjects are both in train and in test, such as train" in error


def test_a_mask_of_another_size(sound: "FolderBuilder", square_mask: Mask) -> None:
    mask = sound.image("val/masks/val_1.png", square_mask.T)
    error = only_error(sound)
    assert error.startswith(f"{mask}: is 12 x 16 while its image val_1.png is 16 x 12")
    assert "lies on its side" in error


def test_unreadable_files_are_all_listed(sound: "FolderBuilder") -> None:
    image = sound.text("train/images/train_0.png", b"")
    mask = sound.image("val/masks/val_1.png", np.array([[0, 90, 255]], np.uint8))
    errors = report(sound).errors
    assert [error.split(":")[0] for error in errors] == [str(image), str(mask)]
    with pytest.raises(DataError, match="1 more, see") as caught:
        require_sound(report(sound))
    assert str(image) in str(caught.value)


def test_problems_of_the_layout_are_errors(sound: "FolderBuilder") -> None:
    lonely = sound.scan("val/images/val_5.png")
    assert only_error(sound).startswith(f"{lonely}: has no mask")


def test_an_empty_split_is_an_error(sound: "FolderBuilder") -> None:
    for split in ("val", "test"):
        shutil.rmtree(sound.root / split)
    (sound.root / "val/images").mkdir(parents=True)
    (sound.root / "val/masks").mkdir()
    assert "the val split holds no images" in only_error(sound)


def test_no_images_at_all(folder: "FolderBuilder") -> None:
    (folder.root / "test/masks").mkdir(parents=True)
    assert any("no images at all" in error for error in report(folder).errors)


def test_a_missing_class_is_a_warning(sound: "FolderBuilder", square_mask: Mask) -> None:
    for number in range(2):
        sound.image(f"val/masks/val_{number}.png", np.zeros_like(square_mask))
    found = report(sound)
    assert found.errors == []
    assert found.warnings == ["val holds no head."]


def test_classes_of_images_are_counted(folder: "FolderBuilder") -> None:
    for number, label in enumerate(["head", "head", "head", "femur"]):
        folder.scan(f"test/{label}/{number}.png")
    found = report(folder)
    assert found.splits["test"].class_shares == {"femur": 0.25, "head": 0.75}
    assert found.errors == []
