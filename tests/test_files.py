"""A reader sees the old file or the new one, never half of one."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from biometry_cli.errors import UsageError
from biometry_cli.files import make_folder, making_folder, replacing, write_bytes, write_text


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


@pytest.mark.parametrize("place", ["new", "new/below", "empty"])
def test_a_folder_arrives_whole(place: str, tmp_path: Path, umask: int) -> None:
    (tmp_path / "empty").mkdir()
    before = (tmp_path / "empty").stat().st_ino
    with making_folder(tmp_path / place) as folder:
        (folder / "below").mkdir()
        (folder / "below" / "a.txt").write_text("a")
        assert not (tmp_path / place / "below").exists()
    assert [path.name for path in (tmp_path / place).iterdir()] == ["below"]
    assert (tmp_path / place / "below" / "a.txt").read_text() == "a"
    # Somebody may stand in an empty folder, or have mounted it.
    assert (tmp_path / "empty").stat().st_ino == before
    if place != "empty":
        assert stat.S_IMODE((tmp_path / place).stat().st_mode) == 0o777 & ~umask


@pytest.mark.parametrize("place", ["new", "new/below", "empty"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError, ValueError])
def test_a_folder_that_fails_leaves_nothing(
    place: str, error: type[BaseException], tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()

    def fail() -> None:
        with making_folder(tmp_path / place) as folder:
            (folder / "a.txt").write_text("a")
            raise error

    with pytest.raises(UsageError if error is OSError else error):
        fail()
    assert list(tmp_path.rglob("*")) == [tmp_path / "empty"]


def test_a_move_that_fails_midway_is_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def fail_at_b(self: Path, target: Path) -> Path:
        if self.name == "b" and target.parent == tmp_path:
            raise PermissionError(13, "Permission denied")
        return rename(self, target)

    def fill() -> None:
        with making_folder(tmp_path) as folder:
            for name in "abc":
                (folder / name).mkdir()

    monkeypatch.setattr(Path, "rename", fail_at_b)
    with pytest.raises(UsageError, match="Permission denied"):
        fill()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["full", "full/a.txt", "full/a.txt/new"])
def test_a_folder_never_replaces_anything(place: str, tmp_path: Path) -> None:
    write_text(tmp_path / "full" / "a.txt", "a")
    with pytest.raises(UsageError), making_folder(tmp_path / place):
        pytest.fail("the block ran")
    assert sorted(tmp_path.rglob("*")) == [tmp_path / "full", tmp_path / "full" / "a.txt"]
