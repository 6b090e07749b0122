"""Images by one column: each in exactly one stratum."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.data.samples import Sample
from biometry_cli.data.tables import Calibration
from biometry_cli.errors import UsageError
from biometry_cli.evaluation.strata import NONE, cells_of, in_order, require_column, strata_of
from biometry_cli.results.scores import ImageScores, MaskScores, Overlap


def test_texts_are_strata_of_their_own_and_empty_cells_one() -> None:
    cells = ["B", "", "A", "B ", " "]
    assert strata_of(cells) == ["B", NONE, "A", "B", NONE]
    assert in_order(strata_of(cells)) == ["A", "B", NONE]


def test_many_numbers_are_cut_into_thirds_named_by_their_range() -> None:
    cells = [f"{mm}.0" for mm in range(101, 113)]
    strata = strata_of(["", *reversed(cells)])
    assert strata[0] == NONE
    assert in_order(strata) == ["101 to 104", "105 to 108", "109 to 112", NONE]
    assert strata[1:] == ["109 to 112"] * 4 + ["105 to 108"] * 4 + ["101 to 104"] * 4


def test_few_numbers_and_numbers_among_words_stay_as_they_are() -> None:
    few = ["10", "9", "8.5", "10"]
    assert strata_of(few) == few
    assert in_order(few) == ["8.5", "9", "10"]
    mixed = [*map(str, range(20)), "unknown"]
    assert strata_of(mixed) == mixed


def test_close_numbers_get_the_digits_that_tell_them_apart() -> None:
    cells = [f"{0.12340 + i / 1e5:.6f}" for i in range(12)]
    names = in_order(strata_of(cells))
    assert names == ["0.1234 to 0.12343", "0.12344 to 0.12347", "0.12348 to 0.12351"]


@given(st.lists(st.floats(1, 1000) | st.sampled_from([5.0, 6.0]), min_size=9, max_size=60))
def test_equal_numbers_share_a_stratum_and_ranges_do_not_overlap(numbers: list[float]) -> None:
    strata = strata_of([f"{number}" for number in numbers])
    assert len(strata) == len(numbers)
    if len(set(numbers)) <= 8:
        return
    inside: dict[str, list[float]] = {}
    for number, name in zip(numbers, strata, strict=True):
        inside.setdefault(name, []).append(number)
    assert 1 <= len(inside) <= 3
    ordered = [inside[name] for name in in_order(strata)]
    for lower, upper in pairwise(ordered):
        assert max(lower) < min(upper)


def sample(name: str, calibration: Calibration) -> Sample:
    return Sample(Path(name), name, calibration=calibration)


SAMPLES = [
    sample("a.png", Calibration((0.2, 0.2), {"HC": 175.0}, {"device": "A"})),
    sample("b.png", Calibration(None, {}, {"device": ""})),
]


def test_an_unknown_column_is_answered_with_those_there_are() -> None:
    for known in ("device", "hc_mm", "pixel_size_mm", "flags", "dice"):
        require_column(known, SAMPLES)
    with pytest.raises(UsageError, match="--by maker is no column") as caught:
        require_column("maker", SAMPLES)
    assert "device, hc_mm, pixel_size_mm, dice, flags" in caught.value.mend


def test_cells_come_from_the_table_and_then_from_the_images() -> None:
    images = [
        ImageScores("a.png", ["x", "y"], MaskScores({"head": Overlap(0.5, 0.3)}, None)),
        ImageScores("b.png", [], MaskScores({"head": Overlap(None, None)}, None)),
    ]
    assert cells_of("hc_mm", SAMPLES, images) == ["175.0", ""], "the reference"
    assert cells_of("device", SAMPLES, images) == ["A", ""]
    assert cells_of("dice", SAMPLES, images) == ["0.5", ""]
    assert cells_of("flags", SAMPLES, images) == ["x y", ""]
    of_points = [ImageScores(image.file, image.flags) for image in images]
    assert cells_of("dice", SAMPLES, of_points) == ["", ""]
