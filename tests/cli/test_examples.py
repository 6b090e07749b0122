"""Every file in examples/ runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import COMMAND, environment

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.slow
def test_quickstart(tmp_path):
    path = f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", str(EXAMPLES / "quickstart.sh"), str(tmp_path / "new")],
        env=environment(EPOCHS="1", IMAGES="24", PATH=path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert '"task":"segment"' in done.stdout.splitlines()[-1]
    assert list((tmp_path / "new" / "predictions").glob("*_overlay.png"))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["binary.toml", "three_classes.toml"])
def test_settings_files(name, biometry, segmentation_folder, tmp_path):
    folder = segmentation_folder / "data"
    if name == "binary.toml":
        folder = _heads_alone(folder, tmp_path / "heads")
    config = str(EXAMPLES / name)
    done = biometry("train", str(folder), "--config", config, "--epochs", "1", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    result = biometry("eval", "--json", cwd=tmp_path).json()
    assert "dice_head" in result["metrics"]


def _heads_alone(source: Path, target: Path) -> Path:
    """A copy of a drawn data folder with its heads only, without dataset.toml."""
    for image in source.glob("*/images/*_head.png"):
        for kind in ("images", "masks"):
            place = target / image.parts[-3] / kind / image.name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(source / image.parts[-3] / kind / image.name)
    return target


def test_python_api(segmentation_folder, tmp_path):
    scan = sorted((segmentation_folder / "data" / "test" / "images").glob("*_head.png"))[0]
    model = segmentation_folder / "model.safetensors"
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "measure.py"), str(model), str(scan)],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(scan))
    assert " mm" in done.stdout or "flags" in done.stdout
