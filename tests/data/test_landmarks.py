"""``landmarks.csv``: what it may say, and every way in which it can be wrong."""

from pathlib import Path

import pytest

from biometry_cli.data.landmarks import outside, read_landmarks
from biometry_cli.errors import DataError

HEADER = "filename,ofd_1_x,ofd_1_y,ofd_2_x,ofd_2_y,apex_x,apex_y\n"


def table(folder: Path, text: str) -> Path:
    path = folder / "landmarks.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table(tmp_path: Path) -> None:
    path = table(tmp_path, HEADER + "a.png,1,2,3.5,-0.25,5,6\r\nb.png,7,8,9,10,,\r\n")
    found = read_landmarks(path)
    assert found.names == ("ofd_1", "ofd_2", "apex")
    assert found.points["a.png"] == {"ofd_1": (1, 2), "ofd_2": (3.5, -0.25), "apex": (5, 6)}
    assert found.points["b.png"]["apex"] is None
    assert found.one_ended == ()


def test_columns_count_by_name(tmp_path: Path) -> None:
    path = table(tmp_path, "apex_y,scale,filename,apex_x\n6,0.1,a.png,5\n")
    assert read_landmarks(path).points == {"a.png": {"apex": (5.0, 6.0)}}


def test_one_end_of_a_pair_is_left_out_and_counted(tmp_path: Path) -> None:
    found = read_landmarks(table(tmp_path, HEADER + "a.png,1,2,,,5,6\n"))
    assert found.one_ended == (("a.png", "ofd"),)
    assert found.points["a.png"] == {"ofd_1": None, "ofd_2": None, "apex": (5.0, 6.0)}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ofd_1_x,ofd_1_y\n1,2\n", "no column filename"),
        ("filename,label\na.png,head\n", "has no landmarks (found: filename, label)"),
        ("filename,apex_x\na.png,1\n", "no column apex_y"),
        ("filename,apex_y\na.png,1\n", "no column apex_x"),
        ("filename,apex_x,apex_y,apex_x\na.png,1,2,3\n", "has the column apex_x twice"),
        ("filename,ofd_1_x,ofd_1_y\na.png,1,2\n", "ofd_1 is one end of a caliper"),
        (HEADER + "a.png,1,2,3,4,5,6\na.png,1,2,3,4,5,6\n", "names a.png twice"),
        (HEADER + ",1,2,3,4,5,6\n", "line 2 names no file"),
        (HEADER + "a.png,1,2,3,4,left,6\n", "line 2, apex_x: 'left' is not a number"),
        (HEADER + "a.png,1,2,3,4,5,\n", "line 2, apex_y: '' is not a number"),
        (HEADER + "a.png,1,2,3,4,5,inf\n", "line 2, apex_y: 'inf' is not a number"),
        (HEADER, "no lines below its header"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, told: str) -> None:
    path = table(tmp_path, text)
    with pytest.raises(DataError) as caught:
        read_landmarks(path)
    assert told in caught.value.what
    assert caught.value.where == str(path)
    assert caught.value.mend


def test_a_pixel_reaches_half_a_pixel_beyond_its_centre() -> None:
    points = {"a": (-0.5, 0.0), "b": (-0.6, 0.0), "c": (9.5, 4.5), "d": (0.0, 4.6), "e": None}
    assert outside(points, (5, 10)) == ["b", "d"]
    barely = {"left": (-0.51, 0), "top": (0, -0.51), "right": (9.51, 0), "bottom": (0, 4.51)}
    assert outside(barely, (5, 10)) == list(barely)
    assert outside({"corner": (9.5, 4.5), "other": (-0.5, -0.5)}, (5, 10)) == []
