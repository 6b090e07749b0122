"""An installation without torch measures with exported models, and says what else needs torch."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import environment
from tests.golden import networks

_BLOCKED = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "torchvision", "accelerate"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: (
    None if name.partition(".")[0] == "torch" else found(name, package)
)
sys.meta_path.insert(0, Blocked())
from biometry_cli.cli.app import main
main()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory, segmentation_folder):
    folder = tmp_path_factory.mktemp("torchless")
    networks.write_masks(folder / "masks.onnx")
    (folder / "model.safetensors").write_bytes(
        (segmentation_folder / "model.safetensors").read_bytes()
    )
    Image.fromarray(np.full((96, 120), 60, np.uint8)).save(folder / "scan.png")
    return folder


def run(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-c", _BLOCKED, *arguments],
        cwd=folder, env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_an_exported_model_measures(folder):
    done = run(folder, "predict", "scan.png", "--weights", "masks.onnx", "--json")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("predict", "scan.png", "--weights", "model.safetensors"), 4),
        (("train", "data"), 2),
        (("models",), 2),
    ],
)
def test_what_needs_torch_says_so(folder, arguments, code):
    done = run(folder, *arguments)
    assert done.returncode == code, done.stderr
    assert "needs torch, which is not installed" in done.stderr
    assert "pip install torch torchvision" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
