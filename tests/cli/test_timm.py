"""What a user without timm, or with a slip in its name, is told."""

import subprocess
import sys
from importlib.util import find_spec

import pytest

from tests.cli.conftest import environment

PROGRAM = """
import sys
if {without}:
    sys.modules["timm"] = None  # as if it were not installed: an import of it fails
from biometry_cli.cli.app import app
sys.argv = ["biometry", "train", "planes", "--model", "{name}"]
try:
    app(prog_name="biometry")
finally:
    print("torch" in sys.modules, file=sys.stderr)
"""


def train(folder, name, *, without):
    program = PROGRAM.format(name=name, without=without)
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_timm_the_way_to_it_is_told(tmp_path):
    done = train(tmp_path, "timm:resnet18", without=True)
    said = " ".join(done.stderr.split())
    assert done.returncode == 2
    assert "timm:resnet18 is a network of timm, which is not installed" in said
    assert 'pip install "biometry-cli[timm]"' in said
    assert said.endswith("False"), "torch is not loaded to find that out"
    assert not (tmp_path / "runs").exists()


@pytest.mark.skipif(find_spec("timm") is None, reason="needs the extra timm")
def test_an_unknown_name_is_refused_with_its_neighbours(tmp_path):
    done = train(tmp_path, "timm:resnet81", without=False)
    said = " ".join(done.stderr.split())
    assert done.returncode == 2
    assert "no encoder 'resnet81'" in said
    assert "timm:resnet18" in said
    assert not (tmp_path / "runs").exists()
