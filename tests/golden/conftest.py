"""The golden pictures and networks, made once, and what runs commands on them."""

import csv
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.conftest import Ran, environment
from tests.cli.conftest import biometry as biometry
from tests.golden import networks, scenes
from tests.golden.comparing import Golden, page_lines
from tests.reading import picture

# Runs command after command in one process, as each would run alone.
_MANY = """
import contextlib, io, json, sys
from biometry_cli.cli.app import app
for arguments in json.load(sys.stdin):
    out, err, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            app(arguments, prog_name="biometry")
        except SystemExit as left:
            code = left.code
    print(json.dumps([code, out.getvalue(), err.getvalue()]))
"""

Commands = Callable[[list[list[str]]], list[Ran]]


@pytest.fixture(scope="session")
def golden_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures, data folders and networks. Never change them: write into ``tmp_path``."""
    folder = tmp_path_factory.mktemp("golden")
    for name, drawn in (
        ("masks", scenes.MASKS), ("points", scenes.POINTS), ("joint", scenes.JOINT),
        ("planes", scenes.MIXED_PLANES), ("exams", scenes.EXAMS),
    ):  # fmt: skip
        scenes.write_scans(folder / name, drawn)
    scenes.write_formats(folder / "formats")
    networks.write_masks(folder / "masks.onnx")
    networks.write_heatmaps(folder / "dots.onnx")
    networks.write_coordinates(folder / "coordinates.onnx")
    networks.write_joint(folder / "joint.onnx")
    networks.write_planes(folder / "planes.onnx")
    return folder


@pytest.fixture(scope="session")
def golden(golden_folder: Path, request: pytest.FixtureRequest) -> Golden:
    """Compares with the golden files, or writes them with ``--update-golden``."""
    return Golden(golden_folder, update=request.config.getoption("--update-golden"))


@pytest.fixture(scope="session")
def commands(golden_folder: Path) -> Commands:
    """Run many commands in one process: a second for a hundred, where each alone takes half."""

    def run(wanted: list[list[str]]) -> list[Ran]:
        done = subprocess.run(
            [sys.executable, "-c", _MANY],
            cwd=golden_folder,
            input=json.dumps(wanted),
            env=environment(),
            capture_output=True,
            text=True,
            timeout=300,
            check=True,
        )
        return [Ran(*json.loads(line)) for line in done.stdout.splitlines()]

    return run


def told(done: Ran) -> dict[str, Any]:
    """What a command said beside its results."""
    return {"exit": done.returncode, "stderr": done.stderr.splitlines()}


def lines(done: Ran) -> list[str]:
    """Standard output line by line, without the blanks at their ends."""
    return [line.rstrip() for line in done.stdout.splitlines()]


def answers(done: Ran) -> dict[str, Any]:
    """``--json`` answers by file or exam."""
    lines = done.json_lines()
    return {line.get("file") or line["exam"]["name"]: line for line in lines}


def table(path: Path) -> dict[str, Any]:
    """The columns of a CSV file, in order, and its rows."""
    with path.open(encoding="utf-8", newline="") as stream:
        columns, *rows = csv.reader(stream)
    named = [dict(zip(columns, row, strict=True)) for row in rows]
    return {"columns": " ".join(columns), "rows": named}


def drawn(folder: Path) -> dict[str, str]:
    """Every picture of a folder: size, and of masks a hash of their pixels."""
    pictures = {}
    for path in sorted(folder.glob("*.png")):
        pixels = np.array(picture(path))
        size = "x".join(map(str, pixels.shape))
        if path.stem.endswith("_mask"):
            counts = np.bincount(pixels.ravel())
            size += f" {hashlib.sha256(pixels.tobytes()).hexdigest()[:12]} {counts.tolist()}"
        pictures[path.name] = size
    return pictures


def manifest(folder: Path) -> dict[str, Any]:
    """A manifest without what changes from run to run; of versions and inputs the names alone."""
    content = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    content["created"] = "TIME"
    content["versions"] = list(content["versions"])
    content["inputs"] = [each["file"] for each in content["inputs"]]
    content["outputs"].sort()  # their order says nothing
    return content


def page(path: Path) -> list[str]:
    """What a reader reads on a page."""
    return page_lines(path.read_text(encoding="utf-8"))
