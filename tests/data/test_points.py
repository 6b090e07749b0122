"""Names of points: which make a caliper, which share a heatmap, what a mirror does to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.data.points import calipers_of, heatmaps_of, mirrored_places, whole_calipers

HEAD = ("ofd_1", "ofd_2", "bpd_1", "bpd_2")


def test_two_numbered_points_are_a_caliper() -> None:
    assert calipers_of(HEAD) == {"ofd": (0, 1), "bpd": (2, 3)}
    assert heatmaps_of(HEAD) == ((0, 1), (2, 3))


def test_ends_need_not_stand_together() -> None:
    names = ("fl_2", "apex", "fl_1")
    assert calipers_of(names) == {"fl": (2, 0)}
    assert heatmaps_of(names) == ((2, 0), (1,))


def test_longer_rows_of_points_stand_each_for_itself() -> None:
    names = ("spine_1", "spine_2", "spine_3")
    assert calipers_of(names) == {}
    assert heatmaps_of(names) == ((0,), (1,), (2,))


@pytest.mark.parametrize("names", [("ofd_1",), ("ofd_2", "bpd_1", "bpd_2")])
def test_one_end_alone_is_refused_by_name(names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"ofd_\d is one end of a caliper, and ofd_\d is missing"):
        calipers_of(names)


@pytest.mark.parametrize("names", [("a", "a"), ("a", "")])
def test_names_differ_and_say_something(names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="different and not empty"):
        calipers_of(names)


@given(st.permutations([*HEAD, "apex", "left_eye", "right_eye"]))
def test_every_point_is_in_exactly_one_heatmap(names: list[str]) -> None:
    places = [place for group in heatmaps_of(names) for place in group]
    assert sorted(places) == list(range(len(names)))


def test_a_mirror_changes_left_and_right() -> None:
    names = ("left_eye", "nose", "right_eye")
    swap = [("left_eye", "right_eye")]
    assert mirrored_places(names, swap) == (2, 1, 0)
    assert mirrored_places(names, []) == (0, 1, 2)


def test_half_a_caliper_is_none() -> None:
    points = {"ofd_1": (1.0, 2.0), "ofd_2": None, "bpd_1": (3.0, 4.0), "bpd_2": (5.0, 6.0)}
    kept, broken = whole_calipers(points)
    assert broken == ["ofd"]
    assert kept == points | {"ofd_1": None}
