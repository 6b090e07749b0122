"""Masks with a colour for each structure: given and proposed colours, splits, and refusals."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from biometry_cli.data.check import check_dataset
from biometry_cli.data.declaration import read_declaration
from biometry_cli.data.importers.masks_rgb import Color, read
from biometry_cli.data.importers.writing import Written, write_plan
from biometry_cli.data.layout import read_dataset
from biometry_cli.data.masks import read_mask
from biometry_cli.errors import DataError
from tests.data.importers.shipped import color_mask, save, scan, write_masks_rgb

RED, GREEN, BLUE = (255, 0, 0), (0, 160, 0), (10, 20, 250)
NAMES = ("a_1", "a_2", "b_1", "c_1", "d_1")


def bring_in(
    source: Path, destination: Path, colors: dict[str, Color] | None = None, *, link: bool = False
) -> Written:
    return write_plan(read(source, colors), destination, link=link, seed=0)


def check_masks(folder: Path, names: tuple[str, ...], colors: list[Color]) -> None:
    """Every written mask reads as the indices of the colours drawn."""
    dataset = read_dataset(folder)
    assert check_dataset(dataset).errors == []
    assert dataset.labels.structures == names
    samples = [sample for samples in dataset.splits.values() for sample in samples]
    assert len(samples) == len(NAMES)
    for sample in samples:
        drawn = color_mask(NAMES.index(sample.image.stem), [RED, GREEN, BLUE])
        assert sample.mask is not None
        truth = np.zeros(drawn.shape[:2], int)
        for index, color in enumerate(colors, start=1):
            truth[(drawn == color).all(axis=-1)] = index
        found = read_mask(sample.mask, dataset.labels.structures, dataset.coding)
        np.testing.assert_array_equal(found, truth)
        np.testing.assert_array_equal(
            np.asarray(Image.open(sample.image)), scan(NAMES.index(sample.image.stem), (20, 30))
        )


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_masks_rgb(tmp_path / "src", NAMES, [RED, GREEN, BLUE])


@pytest.mark.parametrize("link", [False, True])
def test_colours_are_proposed_by_area(link: bool, source: Path, tmp_path: Path) -> None:
    written = bring_in(source, tmp_path / "out", link=link)
    names = ("structure_1", "structure_2", "structure_3")
    check_masks(tmp_path / "out", names, [RED, GREEN, BLUE])
    declared = read_declaration(tmp_path / "out").colors
    assert declared == dict(zip(names, [RED, GREEN, BLUE], strict=True))
    assert any("structure_1=ff0000, structure_2=00a000" in note for note in written.notes)
    mask = next((tmp_path / "out").glob("*/masks/a_1.png"))
    assert mask.is_symlink() == link
    assert mask.read_bytes() == (source / "masks/a_1.png").read_bytes()
    subjects = {path.name: path.parts[-3] for path in (tmp_path / "out").glob("*/images/a_*")}
    assert len(subjects) == 2
    assert len(set(subjects.values())) == 1


def test_colours_are_named(source: Path, tmp_path: Path) -> None:
    bring_in(source, tmp_path / "out", {"csp": BLUE, "head": RED, "brain": GREEN})
    check_masks(tmp_path / "out", ("csp", "head", "brain"), [BLUE, RED, GREEN])


def test_black_may_be_a_structure_beside_a_named_background(source: Path) -> None:
    colors = {"background": RED, "rest": (0, 0, 0), "brain": GREEN, "csp": BLUE}
    plan = read(source, colors)
    assert len(plan.items) == len(NAMES)
    assert plan.declaration.colors == colors


def test_a_colour_outside_the_map_leaves_its_image(source: Path) -> None:
    save(source / "masks/b_1.png", color_mask(0, [RED, (1, 2, 3)]))
    plan = read(source, {"head": RED, "brain": GREEN, "csp": BLUE})
    assert {left.file: left.reason for left in plan.left} == {
        "images/b_1.png": "its mask has the colour 010203, which --color does not name"
    }
    assert len(plan.items) == len(NAMES) - 1


def test_no_image_fits_the_map(source: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="5 left: its mask has the colour"):
        bring_in(source, tmp_path / "out", {"head": RED})
    assert list(tmp_path.iterdir()) == [source]


def test_palette_and_gray_masks(tmp_path: Path) -> None:
    write_masks_rgb(tmp_path, ["a", "b", "c"], [])
    indices = np.zeros((20, 30), np.uint8)
    indices[:5] = 1
    palette = Image.fromarray(indices, mode="P")
    palette.putpalette([0, 0, 0, *RED])
    palette.save(tmp_path / "masks/a.png")
    save(tmp_path / "masks/b.png", indices * 255)
    assert read(tmp_path).declaration.colors == {
        "structure_1": (255, 0, 0),
        "structure_2": (255, 255, 255),
    }


def test_the_sources_splits_are_kept(tmp_path: Path) -> None:
    splits = {"train": ["a_1", "b_1"], "val": ["c_1"], "test": ["d_1"]}
    for number, (split, names) in enumerate(splits.items()):
        write_masks_rgb(tmp_path / "src" / split, names, [RED], first=10 * number)
    bring_in(tmp_path / "src", tmp_path / "out")
    dataset = read_dataset(tmp_path / "out")
    assert check_dataset(dataset).errors == []
    found = {split: [s.image.stem for s in samples] for split, samples in dataset.splits.items()}
    assert found == splits


def test_one_name_in_two_splits_is_two_images(tmp_path: Path) -> None:
    for first, split in enumerate(("train", "test")):
        write_masks_rgb(tmp_path / "src" / split, ["001", f"{split}2"], [RED], 10 * first)
    bring_in(tmp_path / "src", tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").glob("*/images/*")}
    assert names == {"train-001.png", "test-001.png", "train2.png", "test2.png"}
    assert check_dataset(read_dataset(tmp_path / "out")).errors == []


@pytest.mark.parametrize("splits", [("",), ("train", "test")])
def test_names_that_tell_no_subject(splits: tuple[str, ...], tmp_path: Path) -> None:
    for number, split in enumerate(splits):
        names = [f"img_{number}{n}" for n in range(4)]
        write_masks_rgb(tmp_path / "src" / split, names, [RED])
    written = bring_in(tmp_path / "src", tmp_path / "out")
    assert any("tell no subject" in note for note in written.notes)
    counts = written.splits.values()
    assert sum(split.images for split in counts) == 4 * len(splits)
    assert sum(split.subjects for split in counts) == 4 * len(splits)


def test_masks_without_black_have_no_background(tmp_path: Path) -> None:
    write_masks_rgb(tmp_path, ["a"], [])
    mask = np.full((20, 30, 3), 255, np.uint8)
    mask[:5, :5] = RED
    save(tmp_path / "masks/a.png", mask)
    assert any("--color background=ffffff" in note for note in read(tmp_path).notes)


def test_what_cannot_be_used_is_left_with_its_reason(source: Path) -> None:
    (source / "masks/a_1.png").unlink()
    (source / "images/a_2.png").unlink()
    (source / "images/b_1.png").write_bytes(b"")
    (source / "masks/c_1.png").write_bytes((source / "masks/c_1.png").read_bytes()[:60])
    save(source / "masks/d_1.png", np.zeros((5, 5, 3), np.uint8))
    write_masks_rgb(source, ["e_1"], [RED])
    save(source / "images/f_1.png", scan(9, (20, 30)))
    save(source / "masks/f_1.jpg", np.zeros((20, 30), np.uint8))
    plan = read(source)
    assert [item.name for item in plan.items] == ["e_1.png"]
    found = {left.file: left.reason for left in plan.left}
    assert found.pop("images/c_1.png").startswith("its mask is truncated")
    assert found == {
        "images/a_1.png": "no mask",
        "masks/a_2.png": "a mask without its image",
        "images/b_1.png": "the image the file is empty (0 bytes)",
        "images/d_1.png": "its mask has another size",
        "images/f_1.png": "its mask is a .jpg file, which may have lost colours",
    }


def test_blended_colours_are_refused(source: Path) -> None:
    path = source / "masks/b_1.png"
    Image.open(path).resize((15, 10), Image.Resampling.BICUBIC).resize((30, 20)).save(path)
    with pytest.raises(DataError, match=r"b_1\.png: has \d+ colours.*at most 16.*anti-aliasing"):
        read(source)


def test_colours_that_are_too_many_together_are_refused(tmp_path: Path) -> None:
    for number in range(20):
        write_masks_rgb(tmp_path, [f"{number:02}"], [(number, 7, 7)])
    for number in range(20):
        save(tmp_path / f"masks/{number:02}.png", color_mask(0, [(number + 1, 7, 7)]))
    with pytest.raises(DataError, match=r"15\.png: .*colours become 17"):
        read(tmp_path)


def test_black_masks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="all black"):
        read(write_masks_rgb(tmp_path, NAMES, []))


def test_other_folders_are_refused(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    with pytest.raises(DataError, match="no images/ beside masks/"):
        read(tmp_path)
