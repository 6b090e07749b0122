"""``manifest.json``: what a folder of results was made from, so that it can be made again."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from biometry_cli.files import write_text
from biometry_cli.names import valid, valid_values

MANIFEST_FILE = "manifest.json"
FORMAT = "biometry-manifest-1"


class InputFacts(NamedTuple):
    """An input as it was when it was read; None for both where it could not be."""

    file: str
    size_bytes: int | None
    sha256: str | None


def write_manifest(
    path: Path,
    *,
    command: str,
    model: Mapping[str, Any] | None,
    inputs: Iterable[Path | InputFacts],
    outputs: Iterable[Path],
    settings: Mapping[str, Any],
    versions: Mapping[str, str],
    more_models: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Write the manifest of one command.

    Its keys: ``format``, ``command``, ``created`` (UTC, ISO 8601), ``versions``, ``model``,
    ``settings``, ``inputs`` and ``outputs``; ``more_models`` where several took part. Each input
    has ``file`` as it was named, ``size_bytes`` and ``sha256`` (64 hex digits); both are null for
    a file that could not be read, which a command over many files survives.

    Args:
        path: the file, ``manifest.json`` in the folder of results.
        command: as the user would type it, such as "biometry eval".
        model: its name and hash; None where none took part.
        inputs: facts of files that were read, or files to read now, in pieces; a folder stands
            for all files below it but hidden ones.
        outputs: files that were written; named relative to the manifest where they lie below it.
        settings: as resolved; values that JSON lacks, such as paths, are written as text.
        versions: of Python and the libraries, as in ``bundle.library_versions``.
        more_models: as ``model``, in an order of their own.

    Raises:
        UsageError: the manifest cannot be written.
    """
    folder = path.parent.absolute()
    content = {
        "format": FORMAT,
        "command": command,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": dict(versions),
        "model": None if model is None else dict(model),
        **({"more_models": [dict(each) for each in more_models]} if more_models else {}),
        "settings": dict(settings),
        "inputs": [facts._asdict() for each in inputs for facts in _facts(each)],
        "outputs": [_relative(output, folder) for output in outputs],
    }
    text = json.dumps(valid_values(content), indent=2, ensure_ascii=False, default=_text)
    write_text(path, text + "\n")


def _facts(place: Path | InputFacts) -> Iterator[InputFacts]:
    if isinstance(place, InputFacts):
        yield place
        return
    if not place.is_dir():
        yield read_facts(place)
        return
    for file in sorted(place.rglob("*")):
        hidden = any(part.startswith(".") for part in file.relative_to(place).parts)
        if file.is_file() and not hidden:
            yield read_facts(file)


def read_facts(file: Path) -> InputFacts:
    """The facts of a file as it is now."""
    try:
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            return InputFacts(str(file), stream.tell(), digest)
    except OSError:
        return InputFacts(str(file), None, None)


def _text(value: object) -> str:
    return valid(str(value))


def is_manifest(path: Path) -> bool:
    """Whether a file is a manifest of ours. Raises OSError or UnicodeError."""
    return bool(_read(path))


def is_listed(path: Path) -> bool:
    """Whether the manifest beside a file, which is written last, names it as it is still.

    Raises:
        OSError or UnicodeError: where one of them cannot be read.
    """
    manifest = path.parent / MANIFEST_FILE
    if not manifest.is_file() or path.name not in _read(manifest).get("outputs", ()):
        return False
    # Not by the time of its content, which a copy may take along.
    return path.stat().st_ctime_ns <= manifest.stat().st_ctime_ns


def _read(path: Path) -> dict[str, Any]:
    """A manifest; empty where a file is something else."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return {}
    is_ours = isinstance(content, dict) and content.get("format") == FORMAT
    return content if is_ours else {}


def _relative(output: Path, folder: Path) -> str:
    place = output.absolute()
    return place.relative_to(folder).as_posix() if place.is_relative_to(folder) else str(output)
