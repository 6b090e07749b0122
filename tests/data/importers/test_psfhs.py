"""PSFHS as shipped: every way of storing RGB, blocks for subjects, and damaged copies."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from biometry_cli.data.check import check_dataset
from biometry_cli.data.importers.psfhs import BLOCK, FEWEST_BLOCKS, read
from biometry_cli.data.importers.writing import write_plan
from biometry_cli.data.layout import read_dataset
from biometry_cli.errors import DataError
from tests.data.importers.shipped import metaimage, psfhs_truth, write_psfhs

NUMBERS = tuple(range(95, 104))  # their order is that of the numbers, not of the characters


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_psfhs(tmp_path / "src", NUMBERS)


def reasons(source: Path) -> dict[str, str]:
    return {left.file: left.reason for left in read(source).left}


def test_pixels_and_labels_are_those_drawn(source: Path, tmp_path: Path) -> None:
    write_plan(read(source), tmp_path / "out", link=False, seed=0)
    dataset = read_dataset(tmp_path / "out")
    report = check_dataset(dataset)
    assert report.errors == []
    assert report.classes == ["background", "pubic_symphysis", "fetal_head"]
    samples = [sample for samples in dataset.splits.values() for sample in samples]
    assert len(samples) == len(NUMBERS)
    for sample in samples:
        gray, labels = psfhs_truth(int(sample.image.stem.rpartition("_")[2]))
        assert sample.mask is not None
        np.testing.assert_array_equal(np.asarray(Image.open(sample.image)), gray)
        np.testing.assert_array_equal(np.asarray(Image.open(sample.mask)), labels)
        assert sample.calibration.spacing_mm is None


@pytest.mark.parametrize(
    ("images", "blocks"), [(9, FEWEST_BLOCKS), (60, FEWEST_BLOCKS), (200, 200 // BLOCK), (2, 2)]
)
def test_neighbours_are_one_subject(images: int, blocks: int, tmp_path: Path) -> None:
    plan = read(write_psfhs(tmp_path / "src", range(1, images + 1)))
    subjects = [item.subject for item in plan.items]
    assert subjects == sorted(subjects)
    sizes = Counter(subjects).values()
    assert len(sizes) == blocks
    assert max(sizes) - min(sizes) <= 1
    assert any(f"{blocks} blocks" in note for note in plan.notes)


def test_the_order_is_that_of_the_numbers(source: Path) -> None:
    names = [item.name for item in read(source).items]
    assert names == [f"{number:05d}.png" for number in NUMBERS]


def test_the_folder_may_lie_one_below(source: Path, tmp_path: Path) -> None:
    source.rename(tmp_path / "PSFHS")
    assert len(read(tmp_path).items) == len(NUMBERS)


@pytest.mark.parametrize(
    ("pixels", "spacing", "expected"),
    [
        (np.zeros((4, 6), np.uint8), "0.2 0.3", (0.3, 0.2)),
        (np.zeros((3, 4, 6), np.uint8), "0.2 0.3 1", (0.3, 0.2)),
        (np.zeros((4, 6, 3), np.uint8), "1 0.2 0.3", (0.3, 0.2)),
        (np.zeros((4, 6), np.uint8), "1 1", None),
        (np.zeros((4, 6), np.uint8), None, None),
    ],
)
def test_a_spacing_of_one_is_none(
    pixels: np.ndarray, spacing: str | None, expected: tuple[float, float] | None, source: Path
) -> None:
    image = metaimage(pixels, ElementSpacing=spacing)
    (source / "image_mha/00095.mha").write_bytes(image)
    (source / "label_mha/00095.mha").write_bytes(metaimage(np.zeros((4, 6), np.uint8)))
    assert read(source).items[0].calibration.spacing_mm == expected


def test_unequal_channels_become_luminance(source: Path) -> None:
    rgb = np.zeros((4, 6, 3), np.uint8)
    rgb[..., 1] = 200
    (source / "image_mha/00095.mha").write_bytes(metaimage(rgb, sizes=(6, 4), channels=3))
    (source / "label_mha/00095.mha").write_bytes(metaimage(np.zeros((4, 6), np.uint8)))
    image = read(source).items[0].image
    assert not isinstance(image, Path)
    assert np.unique(image()).tolist() == [117]  # 0.587 of green


def test_what_cannot_be_used_is_left_with_its_reason(source: Path) -> None:
    images, labels = source / "image_mha", source / "label_mha"
    (images / "00095.mha").unlink()
    (labels / "00096.mha").unlink()
    (images / "00097.mha").write_bytes((images / "00097.mha").read_bytes()[:-5])
    (labels / "00098.mha").write_bytes(metaimage(np.full((24, 32), 3, np.uint8)))
    (labels / "00099.mha").write_bytes(metaimage(np.zeros((24, 31), np.uint8)))
    (images / "00100.mha").write_bytes(metaimage(np.zeros((24, 32), np.int16)))
    (images / "00101.mha").write_bytes(metaimage(np.zeros((2, 24, 32), np.uint8)))
    (labels / "00102.mha").write_bytes(metaimage(np.zeros((24, 32), np.uint8), compressed=True))
    found = reasons(source)
    assert found.pop("00097.mha").startswith("the scan is truncated")
    assert found == {
        "00095.mha": "a label without its scan",
        "00096.mha": "no label",
        "00098.mha": "its label holds the value 3, which is not 0, 1 or 2",
        "00099.mha": "its label has another size",
        "00100.mha": "the scan has pixels of int16, not of 8 bits",
        "00101.mha": "the scan has the shape (2, 24, 32), neither gray nor RGB",
        "00102.mha": "its label is compressed",
    }
    assert [item.name for item in read(source).items] == ["00103.png"]


def test_nothing_usable_writes_nothing(source: Path, tmp_path: Path) -> None:
    for path in (source / "label_mha").iterdir():
        path.unlink()
    with pytest.raises(DataError, match="9 left: no label"):
        write_plan(read(source), tmp_path / "out", link=False, seed=0)
    assert list(tmp_path.iterdir()) == [source]


def test_other_folders_are_refused(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    with pytest.raises(DataError, match=r"not a PSFHS folder.*image_mha/ beside label_mha/"):
        read(tmp_path)
