"""What the commands share at their edges: settings from flags, dry runs, errors."""

import codecs
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from biometry_cli.errors import BiometryError

if TYPE_CHECKING:
    from biometry_cli.report.sheet.blocks import Block
    from biometry_cli.settings import Settings
    from biometry_cli.sources import ResolvedSettings

_BEYOND_ASCII = re.compile("[^\x00-\x7f]+")


def print_error(error: BiometryError) -> None:
    """One paragraph on standard error."""
    from rich.text import Text

    from biometry_cli.names import shown
    from biometry_cli.report.consoles import err

    err().print(Text.assemble(("Error: ", "bold red"), shown(error.paragraph())))


def show(sheet: "Iterable[Block]") -> None:
    """Print what is said of a result."""
    from biometry_cli.report.consoles import out
    from biometry_cli.report.terminal import render

    out().print(render(sheet))


def say(*lines: str) -> None:
    """Print lines on standard output, never broken."""
    from biometry_cli.report.consoles import out

    for line in lines:
        out().print(line, soft_wrap=True)


def image_bar(description: str, total: int) -> AbstractContextManager[Callable[[], None]]:
    """A bar over ``total`` images; gives what to call after each."""
    from biometry_cli.report.consoles import err
    from biometry_cli.report.progress import image_bar

    return image_bar(description, total, err())


def print_json(text: str) -> None:
    """JSON on standard output, in any encoding of it: what it lacks is spelled as JSON does."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    if codecs.lookup(encoding).name != "utf-8":
        text = _BEYOND_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], text)
    typer.echo(text)


def gather(
    flags: Mapping[str, Any],
    assignments: list[str] | None = None,
    config: Path | None = None,
    base: Path | None = None,
) -> "ResolvedSettings":
    """Settings from the flags that were given (values other than None) and all other places."""
    from biometry_cli.sources import parse_assignments, resolve_settings

    given = {key: value for key, value in flags.items() if value is not None}
    return resolve_settings(parse_assignments(assignments or []) | given, config=config, base=base)


def print_settings(resolved: "ResolvedSettings") -> None:
    """What ``--dry-run`` shows: every setting, its value and its place."""
    from biometry_cli.report.sheet.model import settings_sheet
    from biometry_cli.sources import known_keys

    rows = []
    for key in known_keys():
        section, _, name = key.partition(".")
        value = getattr(getattr(resolved.settings, section), name)
        rows.append((key, _shown(value), resolved.origins.get(key, "default")))
    show(settings_sheet(rows))


def spacing_pair(settings: "Settings") -> tuple[float, float] | None:
    """``--spacing`` as (row, column)."""
    given = settings.predict.spacing_mm
    return None if given is None else (given[0], given[-1])


def _shown(value: object) -> str:
    if value is None or value == ():
        return "not set"
    if isinstance(value, dict):
        return ", ".join(f"{name} = {each or 'nothing'}" for name, each in value.items())
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value)
