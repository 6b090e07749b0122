"""The command's standard streams: what becomes of a reader that leaves, a full disk, an encoding.

Results must arrive or fail loudly; remarks must never end a command.
"""

import errno
import io
import os
import sys
from typing import TextIO

from biometry_cli.errors import OutputError, ReaderGone


class _Results(io.TextIOWrapper):
    """Standard output. Writing raises OutputError, not OSError, where the text cannot arrive."""

    _lost: OutputError | None = None

    def write(self, text: str) -> int:
        if self._lost is not None:
            raise self._lost
        if text == "":  # libraries ask so whether a stream takes text or bytes
            return 0
        try:
            return super().write(text)
        except OSError as error:
            raise self._given_up(error) from None

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as error:
            raise self._given_up(error) from None

    def _given_up(self, error: OSError) -> OutputError:
        _silence(1)
        self._lost = OutputError(
            f"standard output cannot be written ({error.strerror or error})",
            mend="Make room, or send it elsewhere",
        )
        if error.errno == errno.EPIPE:
            self._lost = ReaderGone("the reader of standard output has gone")
        return self._lost


class _Remarks(io.TextIOWrapper):
    """Standard error, which may be full or closed."""

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except OSError:
            _silence(2)
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError:
            _silence(2)


def guard_streams() -> None:
    """Take the standard streams over for the rest of the process."""
    # A closed stream leaves its number free for the next file, into which results would then go.
    for number, mode in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)  # of standard output, one that refuses all writing
    sys.stdout = _taken_over(sys.stdout, 1, _Results)
    sys.stderr = _taken_over(sys.stderr, 2, _Remarks)


def _taken_over(
    stream: TextIO | None, number: int, kind: type[io.TextIOWrapper]
) -> io.TextIOWrapper:
    if not isinstance(stream, io.TextIOWrapper):  # it was closed
        raw = io.BufferedWriter(io.FileIO(number, "w", closefd=False))
        stream = io.TextIOWrapper(raw, encoding="utf-8")
    encoding, by_line, through = stream.encoding, stream.line_buffering, stream.write_through
    return kind(
        stream.detach(),
        encoding=encoding,
        # Letters that a stream lacks are spelled out: results in another encoding are results.
        errors="backslashreplace",
        line_buffering=by_line,
        write_through=through,
    )


def _silence(number: int) -> None:
    """Let what is still buffered vanish: Python writes it at its end, and would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), number)
