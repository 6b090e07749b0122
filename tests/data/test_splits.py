"""Subjects, never images, are dealt out; the seed decides and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.data.splits import draw_splits
from biometry_cli.errors import DataError

SHARES = {"train": 0.7, "val": 0.15, "test": 0.15}
seeds = st.integers(0, 2**31 - 1)


@given(st.integers(3, 200), seeds, st.permutations(range(200)))
def test_every_subject_stands_in_one_split(count: int, seed: int, order: list[int]) -> None:
    subjects = [f"s{number}" for number in range(count)]
    dealt = draw_splits(subjects, SHARES, seed)
    assert sorted(s for each in dealt.values() for s in each) == sorted(subjects)
    assert all(dealt[split] for split in SHARES)

    shuffled = [subjects[i] for i in order if i < count]
    # Neither the order of the files nor the number of a subject's images changes the draw.
    assert draw_splits(shuffled + subjects, SHARES, seed) == dealt


@given(st.integers(20, 500), seeds)
def test_shares_are_kept(count: int, seed: int) -> None:
    dealt = draw_splits([str(i) for i in range(count)], SHARES, seed)
    for split, share in SHARES.items():
        assert abs(len(dealt[split]) - share * count) < 2


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
