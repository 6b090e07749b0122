"""A plan becomes a data folder: layout, tables, splits by subject, names, and nothing in part."""

import csv
import os
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from biometry_cli.data.check import check_dataset
from biometry_cli.data.declaration import Declaration
from biometry_cli.data.importers.plan import Item, Left, Plan
from biometry_cli.data.importers.writing import write_plan
from biometry_cli.data.layout import read_dataset
from biometry_cli.data.tables import Calibration, read_spacing
from biometry_cli.errors import DataError, UsageError
from tests.data.importers.plans import item, plan
from tests.data.importers.shipped import Pixels, save, scan

MASK = np.pad(np.full((4, 6), 255, np.uint8), 3)


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


def files(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_every_table(tmp_path: Path) -> None:
    points = {"ofd_1": (1.234, -0.001), "ofd_2": (9.0, 4.5), "bpd_1": None}
    written = write_plan(
        plan(
            item(
                "a_1.png", "a", "train", points=points, label="head", mask=lambda: MASK,
                calibration=Calibration((0.25, 0.25), {"HC": 170.5}, {"device": "X"}),
            ),
            item("b_1.png", "b", "train", label="femur", calibration=Calibration((0.1, 0.2))),
            item("c_1.png", "c", "test"),
            declaration=Declaration(classes=("background", "head"), swap=(("l", "r"),)),
        ),
        tmp_path / "out",
        link=False,
        seed=0,
    )  # fmt: skip
    assert files(tmp_path / "out") == {
        "dataset.toml",
        "train/images/a_1.png",
        "train/images/b_1.png",
        "train/masks/a_1.png",
        "train/landmarks.csv",
        "train/labels.csv",
        "train/spacing.csv",
        "test/images/c_1.png",
    }
    train = tmp_path / "out" / "train"
    assert rows(train / "landmarks.csv") == [
        ["filename", "ofd_1_x", "ofd_1_y", "ofd_2_x", "ofd_2_y", "bpd_1_x", "bpd_1_y"],
        ["a_1.png", "1.23", "0.00", "9.00", "4.50", "", ""],
    ]
    assert rows(train / "labels.csv") == [
        ["filename", "label"],
        ["a_1.png", "head"],
        ["b_1.png", "femur"],
    ]
    header, *lines = rows(train / "spacing.csv")
    assert header[0] == "filename"
    assert all(name.startswith("pixel_size") for name in header[1:4])
    assert header[4:] == ["hc_mm", "device"]
    assert len(lines) == 2
    assert read_spacing(train / "spacing.csv") == {
        "a_1.png": Calibration((0.25, 0.25), {"HC": 170.5}, {"device": "X"}),
        "b_1.png": Calibration((0.1, 0.2), {}, {"device": ""}),
    }
    assert tomllib.loads((tmp_path / "out" / "dataset.toml").read_text()) == {
        "classes": ["background", "head"],
        "swap": [["l", "r"]],
    }
    counts = written.splits["train"]
    assert (counts.images, counts.subjects, counts.masks, counts.landmarks) == (2, 2, 1, 1)
    assert (counts.labels, counts.calibrated, counts.references) == (2, 2, {"HC": 1})
    assert written.splits["test"].images == 1


def test_nothing_to_declare_writes_no_declaration(tmp_path: Path) -> None:
    write_plan(plan(item("a.png", "a", "test")), tmp_path / "out", link=False, seed=0)
    assert files(tmp_path / "out") == {"test/images/a.png"}


def test_drawn_pixels_and_copied_files(tmp_path: Path) -> None:
    save(tmp_path / "src/b.jpg", scan(1, (10, 12)))
    save(tmp_path / "src/m.TIF", MASK)
    copied = Item("b.jpg", "b", tmp_path / "src/b.jpg", "test", tmp_path / "src/m.TIF")
    write_plan(plan(item("a.png", "a", "test"), copied), tmp_path / "out", link=False, seed=0)
    folder = tmp_path / "out/test"
    assert np.array_equal(
        np.asarray(Image.open(folder / "images/a.png")), scan(sum(b"a.png"), (10, 12))
    )
    assert (folder / "images/b.jpg").read_bytes() == (tmp_path / "src/b.jpg").read_bytes()
    assert (folder / "masks/b.tif").read_bytes() == (tmp_path / "src/m.TIF").read_bytes()
    assert not (folder / "images/b.jpg").is_symlink()


def test_links_are_absolute_and_where_none_can_be_made_files_are_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path / "src/b.png", scan(1, (10, 12)))
    monkeypatch.chdir(tmp_path)
    found = plan(Item("b.png", "b", Path("src/b.png"), "test", Path("src/b.png")))
    write_plan(found, Path("linked"), link=True, seed=0)
    for kind in ("images", "masks"):
        link = tmp_path / "linked/test" / kind / "b.png"
        assert link.is_symlink()
        assert link.readlink() == (tmp_path / "src/b.png").resolve()

    def refuse(*_: object, **__: object) -> None:
        raise OSError("links are not supported here")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    written = write_plan(found, Path("copied"), link=True, seed=0)
    assert not (tmp_path / "copied/test/images/b.png").is_symlink()
    assert any("2 files were copied" in note for note in written.notes)


def test_a_plan_without_items_counts_why(tmp_path: Path) -> None:
    empty = Plan((), Declaration(), tuple(Left(f"{n}.png", "no mask") for n in range(7)))
    with pytest.raises(DataError, match="7 left: no mask"):
        write_plan(empty, tmp_path / "out", link=False, seed=0)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "name", ["../a.png", "/a.png", "b/a.png", "..\\a.png", ".a.png", "a.txt", "a.jpg", "a"]
)
def test_names_that_images_cannot_have_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(DataError):
        write_plan(plan(item(name, Path(name).stem, "test")), tmp_path / "out", link=False, seed=0)
    assert list(tmp_path.iterdir()) == []


def test_two_images_of_one_stem_are_refused(tmp_path: Path) -> None:
    save(tmp_path / "a.jpg", scan(1, (10, 12)))
    twice = plan(item("a.png", "a", "test"), Item("a.jpg", "a", tmp_path / "a.jpg", "test"))
    with pytest.raises(DataError, match="two images are called a"):
        write_plan(twice, tmp_path / "out", link=False, seed=0)


def failing(error: BaseException) -> Callable[[], Pixels]:
    def draw() -> Pixels:
        raise error

    return draw


@pytest.mark.parametrize("error", [KeyboardInterrupt(), DataError("damaged"), MemoryError()])
@pytest.mark.parametrize("place", ["out", "new/below/out", "empty"])
def test_nothing_is_written_in_part(error: BaseException, place: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    found = plan(
        item("a.png", "a", "train", mask=lambda: MASK), Item("b.png", "b", failing(error), "test")
    )
    with pytest.raises(type(error)):
        write_plan(found, tmp_path / place, link=False, seed=0)
    assert list(tmp_path.iterdir()) == [tmp_path / "empty"]
    assert list((tmp_path / "empty").iterdir()) == []


def test_a_source_file_that_vanished(tmp_path: Path) -> None:
    found = plan(Item("b.png", "b", tmp_path / "b.png", "test"))
    with pytest.raises(DataError, match=r"b\.png: cannot be read"):
        write_plan(found, tmp_path / "out", link=False, seed=0)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    save(tmp_path / "out/a.png", MASK)
    with pytest.raises(UsageError, match="not empty"):
        write_plan(plan(item("a.png", "a", "test")), tmp_path / "out", link=False, seed=0)
    assert files(tmp_path) == {"out/a.png"}


def test_an_empty_folder_stays_the_same_folder(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    number = out.stat().st_ino
    write_plan(plan(item("a.png", "a", "test")), out, link=False, seed=0)
    assert out.stat().st_ino == number
    assert files(tmp_path) == {"out/test/images/a.png"}


def test_the_folder_is_readable_by_others_as_the_umask_says(tmp_path: Path) -> None:
    previous = os.umask(0o022)
    try:
        write_plan(plan(item("a.png", "a", "test")), tmp_path / "out", link=False, seed=0)
    finally:
        os.umask(previous)
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "out/test/images/a.png").stat().st_mode & 0o777 == 0o644


def test_what_was_written_passes_the_check(tmp_path: Path) -> None:
    items = [item(f"{n}_x.png", str(n), mask=lambda: MASK) for n in range(6)]
    steps: list[None] = []
    write_plan(
        plan(*items, declaration=Declaration(classes=("background", "head"))),
        tmp_path / "out",
        link=False,
        seed=0,
        on_image=lambda: steps.append(None),
    )
    assert len(steps) == 6
    report = check_dataset(read_dataset(tmp_path / "out"))
    assert report.errors == []
    assert report.classes == ["background", "head"]
