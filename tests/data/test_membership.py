"""A run knows its subjects and images again, and keeps no names."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.data.membership import Membership, membership, pixels_key

names = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=1, max_size=12)


@given(st.lists(names, min_size=3, max_size=30, unique=True))
def test_subjects_keep_their_splits(subjects: list[str]) -> None:
    homes = {name: ("train", "val", "test")[place % 3] for place, name in enumerate(subjects)}
    parts = {split: [n for n in subjects if homes[n] == split] for split in set(homes.values())}
    kept = Membership.model_validate_json(membership(parts, {}).model_dump_json())
    assert kept.settled(subjects) == homes
    assert kept.settled(["somebody else entirely"]) == {}


def test_no_name_is_kept_in_clear() -> None:
    kept = membership({"train": ["MUSTERMANN_ERIKA"]}, {}).model_dump_json()
    assert "MUSTERMANN" not in kept


def test_an_image_is_known_by_its_subject_or_by_its_pixels() -> None:
    generator = np.random.default_rng(0)
    keys = [pixels_key(generator.random((8, 9), dtype=np.float32)) for _ in range(4)]
    kept = membership({"train": ["a"], "val": ["b"]}, {"train": keys[:1], "val": keys[1:2]})
    assert kept.seen([("a", keys[3])]) == {"train": 1}
    assert kept.seen([("renamed", keys[0])]) == {"train": 1}
    # Learned from counts before chosen by.
    assert kept.seen([("b", keys[0])]) == {"train": 1}
    assert kept.seen([("renamed", keys[1]), ("x", keys[2]), ("y", keys[3])]) == {"val": 1}


def test_equal_pixels_have_one_key_and_others_another() -> None:
    pixels = np.zeros((4, 6), np.float32)
    assert pixels_key(pixels) == pixels_key(pixels.copy())
    assert pixels_key(pixels) != pixels_key(np.zeros((6, 4), np.float32))
    changed = pixels.copy()
    changed[1, 2] = 1 / 255
    assert pixels_key(pixels) != pixels_key(changed)
