"""The errors that a user can meet: what is wrong, in which file, how to mend it.

Exit codes are a contract with scripts: 0 done, 1 internal error or a training run that failed,
2 usage or settings, 3 data, 4 model file, 5 done in part, 130 interrupted, 143 terminated, 141 the
reader of standard output has gone.
"""

from importlib.util import find_spec
from pathlib import Path


class BiometryError(Exception):
    """An error with one paragraph for the user and an exit code for the shell.

    Args:
        what: what is wrong, one sentence without a final full stop.
        where: the file or folder at fault, if one is.
        mend: what the user can do about it, one sentence without a final full stop.
    """

    exit_code = 1
    code = "error"

    def __init__(self, what: str, *, where: Path | str | None = None, mend: str = "") -> None:
        self.what = what
        self.where = None if where is None else str(where)
        self.mend = mend
        super().__init__(self.paragraph())

    def paragraph(self) -> str:
        """The whole message as one paragraph."""
        place = f"{self.where}: " if self.where is not None else ""
        remedy = f" {self.mend}." if self.mend else ""
        return f"{place}{self.what}.{remedy}"


class TrainingError(BiometryError):
    """Training could not go on, such as when the loss became NaN."""

    exit_code = 1
    code = "training"


class UsageError(BiometryError):
    """A flag, setting or output place that cannot work; found before any data is read."""

    exit_code = 2
    code = "usage"


class OutputError(UsageError):
    """Standard output is full or closed."""

    code = "output"


class ReaderGone(OutputError):
    """Who read standard output has left, such as ``head``: no error to tell anybody."""

    exit_code = 141


class DataError(BiometryError):
    """An image, mask, table or data folder that cannot be used."""

    exit_code = 3
    code = "data"


class ModelFileError(BiometryError):
    """A model file that is missing, damaged, not one of ours or for another task."""

    exit_code = 4
    code = "model"


def require_torch(where: Path | str | None = None) -> None:
    """Raise where torch is not installed: an installation that only measures does without it.

    Args:
        where: the model file that needs it; None where a command does.
    """
    if find_spec("torch") is None:
        kind = UsageError if where is None else ModelFileError
        raise kind(
            "needs torch, which is not installed here"
            if where is not None
            else "this command needs torch, which is not installed here",
            where=where,
            mend="Install it by `pip install torch torchvision`, or measure with a model that "
            "`biometry export` wrote",
        )


PARTIAL_EXIT_CODE = 5
