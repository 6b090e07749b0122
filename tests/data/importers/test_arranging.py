"""Which split an image lies in, and the name by which its subject is told."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.data.declaration import read_declaration
from biometry_cli.data.importers.arranging import arrange
from biometry_cli.data.importers.plan import Left
from biometry_cli.data.importers.writing import write_plan
from biometry_cli.errors import DataError
from tests.data.importers.plans import item, plan

SHARES = (0.7, 0.15, 0.15)


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
    # Each subject draws for itself: the shares are kept on average over many seeds.
    drawn = [split for seed in range(50) for _, split in splits(seed)]
    shares = [drawn.count(name) / len(drawn) for name in ("train", "val", "test")]
    assert shares == pytest.approx([0.7, 0.15, 0.15], abs=0.03)
    for seed in range(50):
        homes = {(name[:2], split) for name, split in splits(seed)}
        assert len(homes) == 20  # both images of a subject in one split


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
    with pytest.raises(DataError, match=r"every subject of the split train.*such as b"):
        arrange(found, seed=0, split_shares=SHARES)


def test_splits_for_some_images_only_are_drawn_anew() -> None:
    found = plan(*(item(f"{s}_1.png", s, "test" if s == "a" else None) for s in "abcdef"))
    done = arrange(found, seed=0, split_shares=SHARES)
    assert any("for 1 of 6 images only" in note for note in done.notes)


def test_a_name_that_no_table_could_hold_is_refused() -> None:
    found = plan(*(replace(item(f"{s}.png", s), name=f"{s}\udcf6.png") for s in "abcdef"))
    with pytest.raises(DataError, match="Rename it in the source") as caught:
        arrange(found, seed=0, split_shares=SHARES)
    str(caught.value).encode("utf-8")
