"""COCO's polygons and run lengths, against definitions of their own."""

import random
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.data.importers.coco_shapes import (
    BoolArray,
    decode_runs,
    draw,
    fill_polygon,
    unpack_runs,
)
from biometry_cli.data.importers.points import LeaveOut

HEIGHT, WIDTH = 24, 32
sizes = st.tuples(st.integers(1, 12), st.integers(1, 12))


def runs_of(mask: BoolArray) -> list[int]:
    """Run lengths down the columns, background first, counted pixel by pixel."""
    runs, current = [0], False
    for x in range(mask.shape[1]):
        for y in range(mask.shape[0]):
            if bool(mask[y, x]) != current:
                runs.append(0)
                current = not current
            runs[-1] += 1
    return runs


def pack(runs: list[int]) -> str:
    """COCO's packing: differences, five bits a character, lowest first, from the code 48 on."""
    packed = ""
    for index, run in enumerate(runs):
        value = run - runs[index - 2] if index > 2 else run
        while True:
            bits, value = value & 31, value >> 5
            more = value != (-1 if bits & 16 else 0)
            packed += chr(48 + bits + 32 * more)
            if not more:
                break
    return packed


@given(sizes, st.randoms(use_true_random=False))
def test_run_lengths_plain_and_packed_give_the_mask_back(
    size: tuple[int, int], chance: random.Random
) -> None:
    height, width = size
    share = chance.random()
    mask = np.array([[chance.random() < share for _ in range(width)] for _ in range(height)])
    runs = runs_of(mask)
    assert unpack_runs(pack(runs)) == runs
    assert np.array_equal(decode_runs(runs, height, width), mask)
    for counts in (runs, pack(runs)):
        assert np.array_equal(draw({"counts": counts, "size": [height, width]}, *size), mask)


@given(st.lists(st.integers(0, 100_000), max_size=8))
def test_long_runs_pack_and_unpack(runs: list[int]) -> None:
    assert unpack_runs(pack(runs)) == runs


def test_a_string_that_pycocotools_packed() -> None:
    mask = np.zeros((60, 50), bool)
    mask[10:40, 5:20] = mask[50:, 30:] = True
    # What pycocotools 2.0.11 writes for this mask.
    packed = "f9n0n0" + "0" * 27 + "Pd0\\Od\\O" + "0" * 37
    assert np.array_equal(draw({"counts": packed, "size": [60, 50]}, 60, 50), mask)


@st.composite
def convex_polygons(draw_from: st.DrawFn) -> npt.NDArray[np.float64]:
    """Corners on an ellipse, in one direction or the other, partly outside the image."""
    angles_deg = draw_from(
        st.lists(st.integers(0, 359), min_size=3, max_size=9, unique=True).map(sorted)
    )
    angles = np.radians(angles_deg)
    center = draw_from(st.tuples(st.floats(-4, WIDTH + 4), st.floats(-4, HEIGHT + 4)))
    axes = draw_from(st.tuples(st.floats(0.5, 20), st.floats(0.5, 20)))
    corners = np.array(center) + np.array(axes) * np.stack([np.cos(angles), np.sin(angles)], 1)
    return corners[::-1] if draw_from(st.booleans()) else corners


def sides_px(corners: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The signed distance of each pixel's centre to the line of each side (sides, H, W)."""
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    ends = np.roll(corners, -1, axis=0)
    along = ends - corners
    cross = [
        (dx * (y - y0) - dy * (x - x0)) / max(np.hypot(dx, dy), 1e-12)
        for (x0, y0), (dx, dy) in zip(corners, along, strict=True)
    ]
    return np.array(cross)


@given(convex_polygons())
def test_a_convex_polygon_holds_the_centres_on_one_side_of_all_its_sides(
    corners: npt.NDArray[np.float64],
) -> None:
    distances = sides_px(corners)
    inside = (distances > 0).all(axis=0) | (distances < 0).all(axis=0)
    on_a_side = (np.abs(distances) < 1e-6).any(axis=0)
    filled = fill_polygon(corners, HEIGHT, WIDTH)
    assert np.array_equal(filled[~on_a_side], inside[~on_a_side])


@given(
    st.lists(st.integers(0, 2 * WIDTH), min_size=1, max_size=4, unique=True).map(sorted),
    st.integers(0, 2 * HEIGHT),
    st.integers(-10, 10),
)
def test_polygons_that_share_a_side_leave_no_gap_and_share_no_pixel(
    cuts: list[int], cross_cut: int, slant: int
) -> None:
    """The image cut along slanted lines that pass through corners and centres of pixels."""
    edges = [-20.0, *(cut / 2 for cut in cuts), WIDTH + 20.0]
    middle = cross_cut / 2
    counts = np.zeros((HEIGHT, WIDTH), int)
    for left, right in pairwise(edges):
        for top, bottom in ((0.0, middle), (middle, float(HEIGHT))):
            x = [left + slant * top / HEIGHT, right + slant * top / HEIGHT]
            x += [right + slant * bottom / HEIGHT, left + slant * bottom / HEIGHT]
            corners = np.column_stack([x, [top, top, bottom, bottom]])
            counts += fill_polygon(corners, HEIGHT, WIDTH)
    assert (counts == 1).all()


def test_a_rectangle_counts_from_the_outer_corner_of_the_first_pixel() -> None:
    whole = draw([[0, 0, 5, 0, 5, 4, 0, 4]], 4, 5)
    assert whole.all()
    two = draw([[1, 2, 3, 2, 3, 3, 1, 3]], 4, 5)
    assert np.argwhere(two).tolist() == [[2, 1], [2, 2]]


def test_several_polygons_are_united_and_a_crossing_one_leaves_its_middle_out() -> None:
    united = draw([[0, 0, 3, 0, 3, 3, 0, 3], [2, 2, 5, 2, 5, 4, 2, 4]], 4, 5)
    assert united.sum() == 9 + 6 - 1
    twice_round = [0, 0, 6, 0, 6, 6, 0, 6, 0, 0, 2, 2, 2, 4, 4, 4, 4, 2, 2, 2]
    ring = draw([twice_round], 6, 6)
    assert ring.sum() == 36 - 4
    assert not ring[2:4, 2:4].any()


@pytest.mark.parametrize(
    ("segmentation", "reason"),
    [
        ([[0, 0, 3, 0]], "without three corners"),
        ([[0, 0, 3, 0, 3]], "no list of x, y"),
        ([[0, 0, 3, "a", 3, 3]], "no list of x, y"),
        ([[0, 0, 3, float("nan"), 3, 3]], "without three corners"),
        ("text", "neither polygons nor run lengths"),
        ({"counts": [20], "size": [5, 4]}, "for the size"),
        ({"counts": [19], "size": [4, 5]}, "do not add up to 5 x 4"),
        ({"counts": [-1, 21], "size": [4, 5]}, "do not add up"),
        ({"counts": 3, "size": [4, 5]}, "neither numbers nor a packed string"),
        ({"counts": "d ", "size": [4, 5]}, "the character ' '"),
        ({"counts": "d", "size": [4, 5]}, "cut off"),
    ],
)
def test_what_cannot_be_drawn_is_refused(segmentation: object, reason: str) -> None:
    with pytest.raises(LeaveOut, match=reason):
        draw(segmentation, 4, 5)
