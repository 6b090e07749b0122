"""A reader sees the old file or the new one, never half of one."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from biometry_cli.errors import UsageError
from biometry_cli.files import make_folder, replacing, write_bytes, write_text


@pytest.fixture
def umask() -> Iterator[int]:
    """A umask of group-readable files, put back afterwards."""
    before = os.umask(0o027)
    yield 0o027
    os.umask(before)


def test_content_arrives_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "a.txt"
    write_text(path, "grün\n")
    write_text(path, "größer\n")
    assert path.read_bytes() == "größer\n".encode()
    assert list(path.parent.iterdir()) == [path]


def test_the_mode_follows_the_umask(tmp_path: Path, umask: int) -> None:
    path = tmp_path / "a.bin"
    write_bytes(path, b"x")
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask
    assert os.umask(umask) == umask


def test_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    def fail_midway() -> None:
        with replacing(path) as temporary:
            temporary.write_text("half of the n")
            raise RuntimeError("midway")

    with pytest.raises(RuntimeError, match="midway"):
        fail_midway()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_target_is_untouched_until_the_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_text("old")
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
        # Writers that choose their format by suffix need the same one, on the same file system.
        assert (temporary.suffix, temporary.parent) == (".png", tmp_path)
    assert path.read_text() == "new"


def test_a_file_in_the_place_of_a_folder_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for act in (lambda p: write_bytes(p / "a.txt", b""), make_folder):
        with pytest.raises(UsageError, match="cannot be written") as caught:
            act(tmp_path / "file" / "inner")
        assert "file" in str(caught.value.where)


def test_a_folder_in_the_place_of_a_file_is_a_usage_error(tmp_path: Path) -> None:
    target = tmp_path / "taken"
    (target / "inside").mkdir(parents=True)
    with pytest.raises(UsageError, match="cannot be written"):
        write_bytes(target, b"x")
    assert list(tmp_path.iterdir()) == [target]
