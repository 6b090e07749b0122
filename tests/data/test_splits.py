"""Subjects, never images, are dealt out; a subject's name and the seed decide and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.data.splits import draw_splits
from biometry_cli.errors import DataError

SHARES = {"train": 0.7, "val": 0.15, "test": 0.15}
seeds = st.integers(0, 2**31 - 1)


def home(dealt: dict[str, set[str]]) -> dict[str, str]:
    """The split of each subject."""
    return {subject: split for split, subjects in dealt.items() for subject in subjects}


@given(st.integers(3, 200), seeds, st.permutations(range(200)))
def test_every_subject_stands_in_one_split(count: int, seed: int, order: list[int]) -> None:
    subjects = [f"s{number}" for number in range(count)]
    dealt = draw_splits(subjects, SHARES, seed)
    assert sorted(s for each in dealt.values() for s in each) == sorted(subjects)
    assert all(dealt[split] for split in SHARES)

    shuffled = [subjects[i] for i in order if i < count]
    # Neither the order of the files nor the number of a subject's images changes the draw.
    assert draw_splits(shuffled + subjects, SHARES, seed) == dealt


@given(st.integers(60, 150), st.integers(1, 50), seeds)
def test_subjects_that_come_and_go_move_nobody(count: int, more: int, seed: int) -> None:
    few = home(draw_splits([str(i) for i in range(count)], SHARES, seed))
    many = home(draw_splits([str(i) for i in range(count + more)], SHARES, seed))
    assert {subject: many[subject] for subject in few} == few


@given(seeds)
def test_shares_are_kept_on_average(seed: int) -> None:
    count = 3000
    dealt = draw_splits([str(i) for i in range(count)], SHARES, seed)
    for split, share in SHARES.items():
        spread = (share * (1 - share) / count) ** 0.5
        assert abs(len(dealt[split]) / count - share) < 5 * spread


@given(st.integers(3, 60), seeds)
def test_a_known_split_stays(count: int, seed: int) -> None:
    subjects = [str(i) for i in range(count)]
    settled = home(draw_splits(subjects, SHARES, seed))
    # Another seed and further subjects, as when a folder grew after a run.
    again = home(draw_splits([*subjects, "x", "y"], SHARES, seed + 1, settled))
    assert {subject: again[subject] for subject in subjects} == settled


def test_nobody_settled_is_moved_to_fill_an_empty_split() -> None:
    dealt = draw_splits(["a", "b", "c"], SHARES, 0, dict.fromkeys("abc", "train"))
    assert dealt["train"] == {"a", "b", "c"}
    assert not dealt["val"]


def test_another_seed_gives_another_draw() -> None:
    subjects = [str(i) for i in range(50)]
    draws = [frozenset(draw_splits(subjects, SHARES, seed)["test"]) for seed in range(10)]
    assert len(set(draws)) == 10


def test_a_split_without_a_share_gets_nobody() -> None:
    dealt = draw_splits(["a", "b", "c"], {"train": 0.8, "val": 0.2, "test": 0.0}, 0)
    assert set(dealt) == {"train", "val"}


def test_too_few_subjects_are_refused() -> None:
    with pytest.raises(DataError, match="2 subjects cannot be dealt out") as caught:
        draw_splits(["a", "b", "a"], SHARES, 0)
    assert "subject" in caught.value.mend
