"""Which images make an exam."""

from pathlib import Path

import pytest

from biometry_cli.data.frames import Failure, Source, read_frames
from biometry_cli.errors import UsageError
from biometry_cli.jobs.inputs import group_files
from biometry_cli.jobs.predict import failed_file
from biometry_cli.jobs.writers.writer import Answered

FILES = [Path(f"scans/{name}.png") for name in ("12_head", "7_head", "12_femur", "7_abdomen")]


def test_all_images_make_one_exam_named_by_what_they_share():
    assert group_files(FILES[::2], None) == {"12": [0, 1]}
    assert group_files(FILES, None) == {"scans": [0, 1, 2, 3]}
    assert group_files([Path("a/x.png"), Path("b/y.png")], None) == {"exam": [0, 1]}


def test_a_pattern_makes_an_exam_a_name_in_the_order_of_the_files():
    groups = {"12": [0, 2], "7": [1, 3]}
    assert group_files(FILES, r"^(\d+)_") == groups
    assert group_files(FILES, r"^\d+") == groups
    assert list(group_files(FILES, r"^\d+")) == ["12", "7"]


def test_a_file_without_the_pattern_is_refused_by_name():
    with pytest.raises(UsageError, match=r"finds nothing in 7_head\.png and 1 more"):
        group_files(FILES, r"^12")


def test_a_broken_pattern_is_refused():
    with pytest.raises(UsageError, match="no regular expression"):
        group_files(FILES, r"(\d+")


def test_an_input_that_may_not_be_read_has_no_hash_and_ends_nothing(tmp_path, monkeypatch):
    def refuse(_path, *_):
        raise PermissionError(13, "Permission denied")

    # Who runs as root may read everything, so the refusal of the system is put in its place.
    monkeypatch.setattr(Path, "read_bytes", refuse)
    (failure,) = read_frames([Source(tmp_path / "x.png")])
    assert isinstance(failure, Failure)
    answered = Answered(failure, failed_file(failure.file, failure.error), "x")
    assert answered.facts == (str(tmp_path / "x.png"), None, None)
