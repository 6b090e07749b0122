"""The README names no command or flag that does not exist, and the limits that hold."""

import re
import shlex
from pathlib import Path

import pytest

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
NAMES = ["train", "eval", "predict", "calc", "export", "schema", "data", "info", "models", "demo"]
COMMANDS = sorted(
    {
        line.removeprefix("$ ").partition("#")[0].strip()
        for block in re.findall(r"```\w*\n(.*?)```", README, re.DOTALL)
        for line in block.splitlines()
        if re.match(r"(\$ )?biometry \w", line)
    }
    | set(
        re.findall(
            r"`(biometry (?:train|eval|predict|calc|export|schema|data|info|models|demo)[^`]*)`",
            README,
        )
    )
)


def test_the_readme_shows_every_command():
    for name in (
        "train",
        "eval",
        "predict",
        "export",
        "data check",
        "data demo",
        "info",
        "models",
        "calc",
        "schema",
    ):
        assert any(command.startswith(f"biometry {name}") for command in COMMANDS), name


@pytest.mark.parametrize("command", COMMANDS)
def test_every_flag_in_the_readme_exists(command, biometry, tmp_path):
    words = shlex.split(command)[1:]
    name = words[:2] if words[0] == "data" else words[:1]
    done = biometry(*name, "--help", cwd=tmp_path)
    assert done.returncode == 0
    for flag in (word for word in words if word.startswith("--")):
        assert re.search(rf"{flag}\b", done.stdout), f"{command}: no {flag}"
