"""Where a named output leads: through links, to a file, or into a device or pipe."""

import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from biometry_cli.errors import UsageError

# What a link in these folders stands for is open already.
_DESCRIPTORS = re.compile(r"/dev/fd|/proc/(\d+)(/task/\d+)?/fd")
_MOST_LINKS = 40  # as the system's own
_READER_WAIT_S = 10.0


@dataclass(frozen=True)
class Target:
    """The end of a path.

    Attributes:
        path: the file itself, behind all links; it may not be there yet.
        descriptor: of this process, which the path names (``/dev/stdout``, ``>(gzip)``).
    """

    path: Path
    descriptor: int | None = None

    @property
    def is_stream(self) -> bool:
        """Whether it is written into, where a file would be replaced."""
        if self.descriptor is not None:
            return True
        try:
            mode = self.path.stat().st_mode
        except OSError:
            return False
        return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def follow(path: Path) -> Target:
    """Where ``path`` leads. Raises UsageError where its links go round."""
    place = path.absolute()
    for _ in range(_MOST_LINKS):
        parent = Path(os.path.realpath(place.parent))
        place = parent / place.name
        inside = _DESCRIPTORS.fullmatch(str(parent))
        if inside and place.name.isdecimal() and inside[1] in (None, str(os.getpid())):
            return Target(place, int(place.name))
        if not place.is_symlink():
            return Target(place)
        place = parent / place.readlink()
    raise UsageError("is a link that leads round in a circle", where=path, mend="Name a file")


def require_free(path: Path, is_ours: Callable[[Path], bool], kind: str) -> None:
    """Raise UsageError where writing ``path`` would destroy a user's file.

    An empty file holds nothing to destroy, and a device or pipe is written into.

    Args:
        path: to be written.
        is_ours: whether a file is one that this kind of output wrote before; may raise OSError.
        kind: what is to be written, such as "overlay".
    """
    target = follow(path)
    if target.is_stream or not target.path.exists():
        return
    try:
        status = target.path.stat()
        if any(_is_open(status, number) for number in (0, 1, 2)):
            raise UsageError(
                "is a standard stream of this command", where=path, mend="Name another file"
            )
        if status.st_size == 0 or is_ours(target.path):
            return
    except (OSError, UnicodeError):
        pass  # what cannot be read cannot be known
    raise UsageError(
        f"exists, and is no {kind} as biometry wrote it",
        where=path,
        mend="Name another place, or move this file away",
    )


def _is_open(status: os.stat_result, descriptor: int) -> bool:
    try:
        return os.path.samestat(status, os.fstat(descriptor))
    except OSError:  # closed
        return False


@contextmanager
def writing_into(target: Target, named: Path) -> Iterator[Path]:
    """Yield a temporary path; send what the block wrote there into a device or pipe.

    Raises:
        UsageError: a disk, or a pipe that nobody reads.
        OSError: it cannot be written.
    """
    with _opened(target, named) as stream, tempfile.TemporaryDirectory() as folder:
        temporary = Path(folder) / f"output{named.suffix}"
        temporary.touch()
        yield temporary
        with temporary.open("rb") as content:
            shutil.copyfileobj(content, stream)
        stream.flush()


def _opened(target: Target, named: Path) -> BinaryIO:
    if target.descriptor is not None:
        # A copy goes on where the shell and this process have come to in a redirected file.
        return os.fdopen(os.dup(target.descriptor), "wb")
    mode = target.path.stat().st_mode
    if stat.S_ISBLK(mode):
        raise UsageError("is a disk", where=named, mend="Name a file on it")
    if not stat.S_ISFIFO(mode):
        return target.path.open("wb")
    return os.fdopen(_pipe(target.path, named), "wb")


def _pipe(path: Path, named: Path) -> int:
    """Open a named pipe for writing once somebody reads it."""
    latest = time.monotonic() + _READER_WAIT_S
    while True:
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # nobody yet
            if time.monotonic() > latest:
                raise UsageError(
                    "nobody reads this pipe", where=named, mend="Start its reader first"
                ) from None
            time.sleep(0.05)
            continue
        os.set_blocking(descriptor, True)
        return descriptor
