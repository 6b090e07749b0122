"""A plan becomes a data folder: layout, tables, splits by subject, names, and nothing in part."""

import csv
import os
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from biometry_cli.data.check import check_dataset
from biometry_cli.data.declaration import Declaration, read_declaration
from biometry_cli.data.importers.arranging import arrange
from biometry_cli.data.importers.plan import Item, Left, Plan
from biometry_cli.data.importers.writing import write_plan
from biometry_cli.data.layout import read_dataset
from biometry_cli.data.tables import Calibration, read_spacing
from biometry_cli.errors import DataError, UsageError
from tests.data.importers.shipped import Pixels, save, scan

SHARES = (0.7, 0.15, 0.15)
MASK = np.pad(np.full((4, 6), 255, np.uint8), 3)


def item(name: str, subject: str, split: str | None = None, **parts: object) -> Item:
    seed = sum(name.encode())
    return Item(name, subject, lambda: scan(seed, (10, 12)), split, **parts)  # type: ignore[arg-type]


def plan(*items: Item, declaration: Declaration | None = None) -> Plan:
    return Plan(items, declaration or Declaration())


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
        assert Path(os.readlink(link)) == (tmp_path / "src/b.png").resolve()

    def refuse(*_: object, **__: object) -> None:
        raise OSError("links are not supported here")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    written = write_plan(found, Path("copied"), link=True, seed=0)
    assert not (tmp_path / "copied/test/images/b.png").is_symlink()
    assert any("2 files were copied" in note for note in written.notes)


NAMES = st.text(st.sampled_from("ab1_-. é"), min_size=1, max_size=6)


@given(
    pairs=st.lists(st.tuples(NAMES, NAMES), min_size=3, max_size=12, unique_by=lambda p: p[0]),
    seed=st.integers(0, 5),
)
def test_every_file_name_tells_its_subject(pairs: list[tuple[str, str]], seed: int) -> None:
    subjects = {subject for _, subject in pairs}
    items = [item(f"x{stem}x.png", subject) for stem, subject in pairs]
    if len(subjects) < 3:
        with pytest.raises(DataError, match="cannot be dealt out"):
            arrange(plan(*items), seed=seed, split_shares=SHARES)
        return
    done = arrange(plan(*items), seed=seed, split_shares=SHARES)
    before = {id(old.image): old.subject for old in items}
    told = {
        (before[id(new.image)], done.declaration.subject_of(Path(new.name).stem))
        for new in done.items
    }
    # One name a subject, one subject a name.
    assert len(told) == len({a for a, _ in told}) == len({b for _, b in told}) == len(subjects)
    assert all(
        new.subject == done.declaration.subject_of(Path(new.name).stem) for new in done.items
    )
    homes = {(new.subject, new.split) for new in done.items}
    assert len(homes) == len(subjects)
    assert {new.split for new in done.items} == {"train", "val", "test"}


@pytest.mark.parametrize(
    ("names", "subject_of", "expected"),
    [
        (["p1_a", "p2_a", "p3_a"], lambda n: n[:2], None),
        (["c_1_x", "c_2_x", "c_3_x"], lambda n: n[:3], r"^(.+)_[^_]+$"),
        (["f_p1", "f_p2", "f_p3"], lambda n: n[2:], r"^[^_]*_([^_]+)"),
        (["1-a", "2-a", "3-a"], lambda n: n[0], r"^([^-]+)-"),
        (["a_1", "a_2", "a_3"], lambda n: n, r"^(.+)$"),
    ],
)
def test_the_simplest_rule_is_taken(
    names: list[str], subject_of: Callable[[str], str], expected: str | None, tmp_path: Path
) -> None:
    found = plan(*(item(f"{name}.png", subject_of(name)) for name in names))
    write_plan(found, tmp_path / "out", link=False, seed=0)
    assert read_declaration(tmp_path / "out").subject == expected
    written = {p.stem for p in (tmp_path / "out").rglob("*.png")}
    assert written == set(names)


def test_the_draw_follows_the_seed() -> None:
    found = plan(*(item(f"{n:02}_{m}.png", f"{n:02}") for n in range(20) for m in range(2)))

    def splits(seed: int) -> list[tuple[str, str | None]]:
        done = arrange(found, seed=seed, split_shares=SHARES)
        return [(each.name, each.split) for each in done.items]

    assert splits(3) == splits(3) != splits(4)
    counts = [sum(split == name for _, split in splits(3)) for name in ("train", "val", "test")]
    assert counts == [28, 6, 6]


def test_the_sources_splits_are_kept_and_shared_subjects_stay_held_out() -> None:
    found = plan(
        item("a_1.png", "a", "train"),
        item("b_1.png", "b", "train"),
        item("b_2.png", "b", "test"),
        item("c_1.png", "c", "val"),
    )
    done = arrange(found, seed=0, split_shares=SHARES)
    assert {(each.name, each.split) for each in done.items} == {
        ("a_1.png", "train"),
        ("b_2.png", "test"),
        ("c_1.png", "val"),
    }
    assert done.left == (Left("b_1.png", "its subject is also in the source's test split"),)
    assert any("1 subjects are in two splits" in note for note in done.notes)


def test_a_split_that_shares_all_its_subjects_is_refused() -> None:
    found = plan(item("b_1.png", "b", "train"), item("b_2.png", "b", "test"))
    with pytest.raises(DataError, match="every subject of the split train.*such as b"):
        arrange(found, seed=0, split_shares=SHARES)


def test_splits_for_some_images_only_are_drawn_anew() -> None:
    found = plan(*(item(f"{s}_1.png", s, "test" if s == "a" else None) for s in "abcdef"))
    done = arrange(found, seed=0, split_shares=SHARES)
    assert any("for 1 of 6 images only" in note for note in done.notes)


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
