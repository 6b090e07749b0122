"""What every kind of output does: it takes answers as they come, and leaves whole files or none."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from biometry_cli.errors import UsageError
from biometry_cli.files import require_file
from biometry_cli.inference.reading import Failure, Reading
from biometry_cli.jobs.models import Models
from biometry_cli.report.manifest import InputFacts
from biometry_cli.results.prediction import Exam, FailedFile, Prediction
from biometry_cli.settings import Settings
from biometry_cli.targets import follow


@dataclass(frozen=True)
class Answering:
    """What answers: its models, the settings as resolved, and the inputs in their order.

    ``stems`` names the files of each input, unlike all others'; ``exams`` are the names of the
    exams that the images are taken together as, None where each is answered alone.
    """

    models: Models
    settings: Settings
    inputs: Sequence[Path]
    stems: Sequence[str] = ()
    exams: Sequence[str] | None = None

    @property
    def of_exams(self) -> bool:
        """Whether the images are taken together as exams."""
        return self.exams is not None


@dataclass(frozen=True)
class Answered:
    """One answer with what it was read from; ``stem`` names its files, unlike all others'."""

    reading: Reading | Failure
    answer: Prediction | FailedFile
    stem: str

    @property
    def facts(self) -> InputFacts:
        """The file as it was when it was read."""
        if isinstance(self.reading, Failure):
            return InputFacts(self.answer.file, None, None)
        return InputFacts(self.answer.file, self.reading.size_bytes, self.reading.sha256)


@dataclass(frozen=True)
class Examined:
    """An exam with the readings of its images."""

    exam: Exam
    readings: Sequence[Reading]


class Writer:
    """One output; use it as a context. Subclasses override what they need.

    When the context is left by an error, nothing that is half written stays.

    Args:
        target: the file or folder.
        answering: what answers.

    Attributes:
        kind: what it writes, as an error calls it.
        written: files, for the manifest.
        remarks: what is to be said of the output once all is answered.

    Raises:
        UsageError: when entered, where the target cannot be written.
    """

    kind: str

    def __init__(self, target: Path, answering: Answering) -> None:
        self.target, self.answering = target, answering
        self.written: list[Path] = []
        self.remarks: list[str] = []
        self.stack = ExitStack()

    @classmethod
    def require_target(cls, target: Path) -> None:
        """Raise UsageError where the target cannot be a file of this kind."""
        require_file(target)

    @classmethod
    def is_ours(cls, path: Path) -> bool:
        """Whether a file is one that this kind of output wrote before, and so may be replaced.

        What cannot be read raises OSError or UnicodeError.
        """
        raise NotImplementedError

    def planned(self) -> Iterator[Path]:
        """The files that will be written, as far as the inputs' names tell."""
        yield self.target

    @classmethod
    def require_models(cls, models: Models) -> None:
        """Raise UsageError where the models cannot give what is to be written."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        return self.stack.__exit__(kind, error, trace)

    def add(self, answered: Answered) -> None:
        """Take one answer."""

    def add_exam(self, examined: Examined) -> None:
        """Take an exam, after the answers that it was made from."""

    def close(self) -> None:
        """All is answered: write what comes last."""


def require_page(path: Path) -> None:
    """Raise UsageError unless a page can be written under this name."""
    if path.suffix not in (".html", ".htm") and not follow(path).is_stream:
        raise UsageError("does not end in .html", where=path, mend="Choose such a name")
    require_file(path)
