"""Where settings come from: flags, environment, --config file, biometry.toml, defaults.

Every value keeps the name of its place, so ``--dry-run`` can trace it and an error can say which
file or variable to mend. Written here rather than taken from a settings library because those
ignore unknown environment variables and don't tell where a value came from.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from biometry_cli.errors import UsageError
from biometry_cli.names import valid_values
from biometry_cli.settings import Settings

ENVIRONMENT_PREFIX = "BIOMETRY_"
WORKING_FOLDER_FILE = "biometry.toml"
DEFAULT_EPOCHS = 30
_BUDGETS = ("train.epochs", "train.minutes")


@dataclass(frozen=True)
class ResolvedSettings:
    """The checked settings and, by dotted key, the place that each value came from."""

    settings: Settings
    origins: Mapping[str, str]


def resolve_settings(
    flags: Mapping[str, Any],
    *,
    config: Path | None = None,
    base: Path | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> ResolvedSettings:
    """Merge all sources and check the result.

    Args:
        flags: values by dotted key ("train.epochs"), only those that the user gave.
        config: the file of ``--config``.
        base: a run's own settings.toml that ``--resume`` goes on with, in place of biometry.toml.
        environment: variables; the process's own when None.
        folder: where ``biometry.toml`` is looked for; the working folder when None.

    Raises:
        UsageError: an unknown key or variable, an unreadable file or a value that does not fit.
    """
    environment = os.environ if environment is None else environment
    local = (folder or Path.cwd()) / WORKING_FOLDER_FILE
    layers: list[dict[str, tuple[Any, str]]] = []
    if base is not None:
        layers.append(_file_values(base, str(base)))
    elif local.is_file():
        layers.append(_file_values(local, WORKING_FOLDER_FILE))
    if config is not None:
        layers.append(_file_values(config, f"--config {config}"))
    layers.append(_environment_values(environment))
    layers.append({key: (value, "flag") for key, value in flags.items()})

    merged: dict[str, tuple[Any, str]] = {}
    for layer in layers:
        if any(key in layer for key in _BUDGETS):
            # A budget of a stronger place replaces the other kind of budget of a weaker one.
            merged = {key: value for key, value in merged.items() if key not in _BUDGETS}
        for key, (value, place) in layer.items():
            below = merged.get(key, (None, ""))[0]
            # A table of a stronger place is laid over that of a weaker one, entry by entry.
            both = isinstance(value, dict) and isinstance(below, dict)
            merged[key] = (below | value if both else value, place)
    if not any(key in merged for key in _BUDGETS):
        merged["train.epochs"] = (DEFAULT_EPOCHS, "default")
    return ResolvedSettings(_check(merged), {key: place for key, (_, place) in merged.items()})


def parse_assignments(assignments: list[str]) -> dict[str, Any]:
    """``["augment.flip=0"]`` of ``--set`` as values by dotted key.

    ``SECTION.TABLE.NAME=VALUE`` sets one entry of a setting that is a table.

    Raises:
        UsageError: a key that names no setting.
    """
    values: dict[str, Any] = {}
    for assignment in assignments:
        key, equals, value = assignment.partition("=")
        table = next((each for each in _tables() if key.strip().startswith(f"{each}.")), None)
        if equals and table is not None:
            entries = values.get(table)
            name = key.strip().removeprefix(f"{table}.")
            values[table] = (entries if isinstance(entries, dict) else {}) | {name: value.strip()}
            continue
        if not equals or key.strip() not in known_keys():
            raise UsageError(
                f"--set {assignment} does not name a setting",
                mend="Write SECTION.KEY=VALUE with a key that `biometry train --dry-run` lists",
            )
        values[key.strip()] = value.strip()
    return values


def known_keys() -> list[str]:
    """All settings as dotted keys, in the order of the sections."""
    return [
        f"{section}.{key}"
        for section, field in Settings.model_fields.items()
        for key in field.default.__class__.model_fields
    ]


def _tables() -> list[str]:
    """The settings whose value is a table, as dotted keys."""
    sections = {name: field.default for name, field in Settings.model_fields.items()}
    return [
        key
        for key in known_keys()
        if isinstance(getattr(sections[key.partition(".")[0]], key.partition(".")[2]), dict)
    ]


def settings_toml(settings: Settings) -> str:
    """The settings as TOML, each key that has a value, with its description as a comment."""
    import tomli_w

    lines: list[str] = []
    written = settings.model_dump(mode="json", exclude_none=True)
    for section, values in valid_values(written).items():
        lines.append(f"[{section}]")
        fields = type(getattr(settings, section)).model_fields
        # Whatever follows a table's heading belongs to the table, so tables come last.
        for key, value in sorted(values.items(), key=lambda item: isinstance(item[1], dict)):
            lines.append(f"# {fields[key].description}")
            nested = {section: {key: value}} if isinstance(value, dict) else {key: value}
            lines.append(tomli_w.dumps(nested, multiline_strings=False).strip())
        lines.append("")
    return "\n".join(lines)


def _file_values(path: Path, place: str) -> dict[str, tuple[Any, str]]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError("no such settings file", where=path, mend="Check the path") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot be read as settings ({error})", where=path) from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"is not valid TOML ({error})", where=path, mend="Mend it") from None
    values: dict[str, tuple[Any, str]] = {}
    known = known_keys()
    for section, keys in content.items():
        if not isinstance(keys, dict):
            raise UsageError(
                f"the key {section!r} stands outside any section", where=path, mend=_sections()
            )
        for key, value in keys.items():
            if f"{section}.{key}" not in known:
                raise UsageError(
                    f"there is no setting {section}.{key}", where=path, mend=_nearest(section, key)
                )
            values[f"{section}.{key}"] = (value, place)
        if section not in Settings.model_fields:
            raise UsageError(f"there is no section [{section}]", where=path, mend=_sections())
    return values


def _environment_values(environment: Mapping[str, str]) -> dict[str, tuple[Any, str]]:
    names = {f"{ENVIRONMENT_PREFIX}{key.replace('.', '_').upper()}": key for key in known_keys()}
    values: dict[str, tuple[Any, str]] = {}
    for name, value in environment.items():
        if not name.startswith(ENVIRONMENT_PREFIX):
            continue
        if name not in names:
            section, _, key = name.removeprefix(ENVIRONMENT_PREFIX).lower().partition("_")
            raise UsageError(
                f"the environment variable {name} names no setting", mend=_nearest(section, key)
            )
        values[names[name]] = (value, name)
    return values


def _check(merged: Mapping[str, tuple[Any, str]]) -> Settings:
    nested: dict[str, dict[str, Any]] = {}
    for dotted, (value, _) in merged.items():
        section, _, key = dotted.partition(".")
        nested.setdefault(section, {})[key] = value
    try:
        return Settings.model_validate(nested)
    except ValidationError as error:
        problems = []
        for detail in error.errors():
            dotted = ".".join(str(part) for part in detail["loc"][:2])
            place = merged[dotted][1] if dotted in merged else ""
            message = detail["msg"].removeprefix("Value error, ")
            given = f", got {merged[dotted][0]!r} from {place}" if place else ""
            problems.append(f"{dotted}: {message}{given}")
        raise UsageError(
            "; ".join(problems), mend="`biometry train --dry-run` lists every setting"
        ) from None


def _sections() -> str:
    return f"The sections are {', '.join(Settings.model_fields)}"


def _nearest(section: str, key: str) -> str:
    import difflib

    close = difflib.get_close_matches(f"{section}.{key}", known_keys(), n=1)
    return f"Did you mean {close[0]}" if close else _sections()
