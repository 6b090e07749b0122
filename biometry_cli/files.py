"""Writing files so that a reader never sees half of one: write beside the target, then rename."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from biometry_cli.errors import UsageError

_PREFIX = ".writing-"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; rename it over ``path`` when the block succeeds.

    The parent folder is made when it is missing. When the block fails, the temporary file is
    removed and ``path`` stays as it was.

    Raises:
        UsageError: the folder cannot be made or written to.
    """
    make_folder(path.parent)
    try:
        # The suffix stays: several writers choose their format by it.
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=_PREFIX, suffix=path.suffix)
    except OSError as error:
        raise _unwritable(path, error) from None
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        # mkstemp makes the file private; give it the mode that the user's umask asks for.
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        temporary.unlink(missing_ok=True)


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


def remove_leftovers(folder: Path) -> None:
    """Remove what a killed process left of files that it was writing in ``folder``."""
    for path in folder.glob(f"{_PREFIX}*"):
        path.unlink(missing_ok=True)


def require_writable(folder: Path) -> None:
    """Raise UsageError where ``folder`` could not be made or written to; makes nothing.

    Asked before long work, so that its result is not lost at the end.
    """
    existing = folder.absolute()
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    if not existing.is_dir():
        raise _unwritable(folder, NotADirectoryError(0, f"{existing} is a file"))
    if not os.access(existing, os.W_OK):
        raise _unwritable(folder, PermissionError(0, f"{existing} may not be written to"))


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
