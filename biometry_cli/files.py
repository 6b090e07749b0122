"""Writing files so that a reader never sees half of one: write beside the target, then rename."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from biometry_cli.errors import UsageError
from biometry_cli.targets import follow, writing_into

_PREFIX = ".writing-"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; rename it over ``path`` when the block succeeds.

    The parent folder is made when it is missing. When the block fails, the temporary file is
    removed and ``path`` stays as it was. A link stays a link: what it leads to is replaced. A
    device or pipe is written into once the block has succeeded.

    Raises:
        UsageError: the folder cannot be made or written to.
    """
    target = follow(path)
    try:
        if target.is_stream:
            with writing_into(target, path) as temporary:
                yield temporary
            return
        make_folder(target.path.parent)
        with _beside(target.path) as temporary:
            yield temporary
            # mkstemp makes the file private; give it the mode that the user's umask asks for.
            temporary.chmod(0o666 & ~_umask())
            temporary.replace(target.path)
    except OSError as error:
        raise _unwritable(path, error) from None


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A new temporary file beside ``path``, gone in the end if it is still there."""
    # The suffix stays: several writers choose their format by it.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=_PREFIX, suffix=path.suffix)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` in one step. Raises UsageError where it cannot be written."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, content: str) -> None:
    """Write ``content`` as UTF-8 to ``path`` in one step. Raises UsageError as above."""
    write_bytes(path, content.encode("utf-8"))


def make_folder(path: Path) -> Path:
    """Make ``path`` and its parents. Raises UsageError where that is not allowed."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from None
    return path


@contextmanager
def making_folder(path: Path) -> Iterator[Path]:
    """Yield a temporary folder; what the block puts into it is found at ``path`` afterwards.

    When the block fails or is interrupted, nothing stays: a new ``path`` does not exist and an
    empty one is as empty as before.

    Raises:
        UsageError: ``path`` is neither new nor an empty folder, or cannot be written to.
    """
    require_empty(path)
    require_writable(path)
    target = path.resolve()
    # On the target's own disk, so that the end is a rename. A folder that exists may be a mount
    # point or somebody's working folder, so it is filled rather than replaced.
    home = _nearest_folder(target)
    try:
        temporary = Path(tempfile.mkdtemp(dir=home, prefix=_PREFIX))
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        yield temporary
        if home == target:
            _move_up(temporary)
        else:
            temporary.chmod(0o777 & ~_umask())
            make_folder(target.parent)
            temporary.rename(target)
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def require_empty(folder: Path) -> None:
    """Raise UsageError unless ``folder`` is new or an empty folder."""
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(
            "the folder is not empty",
            where=folder,
            mend="Name a new or empty folder, or remove what is in this one",
        )


def remove_leftovers(folder: Path) -> None:
    """Remove what a killed process left of files that it was writing in ``folder``."""
    for path in folder.glob(f"{_PREFIX}*"):
        path.unlink(missing_ok=True)


def require_file(path: Path) -> None:
    """Raise UsageError where no file can be written to ``path``, and no stream goes into it."""
    target = follow(path)
    if target.is_stream:
        if target.descriptor is None and not os.access(target.path, os.W_OK):
            raise _unwritable(path, PermissionError(0, "it may not be written to"))
        return
    if target.path.is_dir():
        raise UsageError("is a folder", where=path, mend="Name a file")
    require_writable(target.path.parent)


def require_writable(folder: Path) -> None:
    """Raise UsageError where ``folder`` could not be made or written to; makes nothing.

    Asked before long work, so that its result is not lost at the end.
    """
    existing = _nearest_folder(folder.absolute())
    if not existing.is_dir():
        raise _unwritable(folder, NotADirectoryError(0, f"{existing} is a file"))
    if not os.access(existing, os.W_OK):
        raise _unwritable(folder, PermissionError(0, f"{existing} may not be written to"))


def _nearest_folder(path: Path) -> Path:
    """``path`` itself or the nearest of its parents that exists."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def _move_up(folder: Path) -> None:
    """Move all that ``folder`` holds into its parent; all of it or, on failure, nothing."""
    moved: list[str] = []
    try:
        for child in sorted(folder.iterdir()):
            moved.append(child.name)
            child.rename(folder.parent / child.name)
    except BaseException:
        for name in moved:
            if (folder.parent / name).exists():
                (folder.parent / name).rename(folder / name)
        raise


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def _unwritable(path: Path, error: OSError) -> UsageError:
    return UsageError(
        f"cannot be written ({error.strerror or error})",
        where=path,
        mend="Name a folder that you may write to and that has room",
    )
