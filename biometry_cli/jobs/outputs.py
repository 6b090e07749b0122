"""All outputs of one ``predict``: checked first, fed as answers come, closed at the end."""

import importlib
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from biometry_cli.bundle import library_versions
from biometry_cli.errors import UsageError
from biometry_cli.jobs.models import Models
from biometry_cli.jobs.provenance import further_facts, model_facts
from biometry_cli.jobs.writers.catalog import WRITERS, flag
from biometry_cli.jobs.writers.writer import Answered, Answering, Examined, Writer
from biometry_cli.report.manifest import MANIFEST_FILE, InputFacts, is_manifest, write_manifest
from biometry_cli.targets import follow, require_free

Wanted = Mapping[str, Path]
"""Where each kind of output of the catalog goes, by its name."""


def wanted_outputs(named: Mapping[str, Path | bool | None], folder: Path | None) -> dict[str, Path]:
    """What the user asked for.

    Args:
        named: for each kind of the catalog a file, or whether it is to be written into ``folder``.
        folder: of ``--out``.

    Raises:
        UsageError: a kind that needs the folder without one, or a folder that gets nothing.
    """
    chosen = {name: value for name, value in named.items() if value}
    into_folder = [name for name in chosen if WRITERS[name].into == "folder"]
    flags = [flag(name) for name, output in WRITERS.items() if output.into == "folder"]
    if into_folder and folder is None:
        raise UsageError(f"{' and '.join(flags)} need a folder", mend="Add --out DIR")
    if folder is not None and not into_folder:
        raise UsageError("--out alone writes nothing", mend=f"Add {' or '.join(flags)}")
    wanted: dict[str, Path] = {}
    for name, value in chosen.items():
        if isinstance(value, Path):
            wanted[name] = value
        elif folder is not None:
            wanted[name] = folder
    return wanted


def require_targets(wanted: Wanted) -> None:
    """Raise UsageError where a target cannot be written."""
    for name, target in wanted.items():
        _writer_class(name).require_target(target)


class Outputs:
    """The writers of one ``predict``; use it as a context.

    A folder that pictures went into gets a manifest of what was made there, and from what.

    Args:
        wanted: kinds and their targets.
        answering: models, settings and inputs.

    Raises:
        UsageError: an output that such models cannot give, or that would destroy a user's file.
    """

    def __init__(self, wanted: Wanted, answering: Answering) -> None:
        self._answering = answering
        classes = {name: _writer_class(name) for name in WRITERS if name in wanted}
        for each in classes.values():
            each.require_models(answering.models)
        self._writers = [each(wanted[name], answering) for name, each in classes.items()]
        self._folders = dict.fromkeys(
            wanted[name] for name in classes if WRITERS[name].into == "folder"
        )
        self._require_free()
        self._inputs: list[InputFacts] = []
        self._stack = ExitStack()

    def __bool__(self) -> bool:
        """Whether anything is written."""
        return bool(self._writers)

    def _require_free(self) -> None:
        """Raise UsageError where a file to be written is an input, two outputs, or a user's own."""
        inputs = {_identity(file) for file in self._answering.inputs} - {None}
        planned = [
            (path, each.is_ours, each.kind) for each in self._writers for path in each.planned()
        ]
        planned += [(folder / MANIFEST_FILE, is_manifest, "manifest") for folder in self._folders]
        seen: set[str] = set()
        for path, is_ours, kind in planned:
            target = follow(path)
            if target.is_stream:
                continue
            # Without regard to case, as some file systems look at names.
            key = str(target.path).casefold()
            if key in seen or _identity(target.path) in inputs:
                raise UsageError(
                    "two results are to be written there" if key in seen else "is an input",
                    where=path,
                    mend="Name another place for the results",
                )
            seen.add(key)
            require_free(path, is_ours, kind)

    @property
    def remarks(self) -> list[str]:
        """What is to be said of the written files, once all are answered."""
        return [remark for writer in self._writers for remark in writer.remarks]

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for writer in self._writers:
                stack.enter_context(writer)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def add(self, answered: Answered) -> None:
        """Take one answer. Raises UsageError where it cannot be written."""
        self._inputs.append(answered.facts)
        for writer in self._writers:
            writer.add(answered)

    def add_exam(self, examined: Examined) -> None:
        """Take an exam. Raises UsageError where it cannot be written."""
        for writer in self._writers:
            writer.add_exam(examined)

    def close(self) -> None:
        """All is answered: write what comes last, then the manifest.

        Raises:
            UsageError: a file that cannot be written.
        """
        for writer in self._writers:
            writer.close()
        for folder in self._folders:
            files = [
                file
                for writer in self._writers
                if writer.target == folder
                for file in writer.written
            ]
            self._write_manifest(folder, files)

    def _write_manifest(self, folder: Path, files: Sequence[Path]) -> None:
        models: Models = self._answering.models
        first = models.answering[0]
        write_manifest(
            folder / MANIFEST_FILE,
            command="biometry predict",
            model=model_facts(first.card, first.name),
            more_models=list(further_facts(models).values()),
            inputs=self._inputs,
            outputs=files,
            settings=self._answering.settings.model_dump(mode="json", exclude_none=True),
            versions=library_versions(),
        )


def _identity(file: Path) -> tuple[int, int] | None:
    """What all names of one file have in common; None where there is none."""
    try:
        status = file.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def _writer_class(name: str) -> type[Writer]:
    module, _, attribute = WRITERS[name].writer.partition(":")
    found: type[Writer] = getattr(importlib.import_module(module), attribute)
    return found
