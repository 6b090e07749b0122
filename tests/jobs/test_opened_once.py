"""A ``predict`` opens each input and each model once, whatever it is asked to write.

Each job runs in a process of its own, in which the interpreter reports every file that is opened.
ONNX Runtime opens a model by itself, unseen, when it is given a path.
"""

import json
import subprocess
import sys
from collections import Counter

import pytest

from tests.cli.conftest import environment
from tests.golden import networks, scenes

_WATCHED = """
import json, os, sys
import onnxruntime
from biometry_cli.cli.app import app

opened, sessions = [], []

def note(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        opened.append(os.path.realpath(os.fsdecode(arguments[0])))

class Session(onnxruntime.InferenceSession):
    def __init__(self, model, *arguments, **named):
        by_path = isinstance(model, (str, os.PathLike))
        sessions.append(os.path.realpath(model) if by_path else "bytes")
        super().__init__(model, *arguments, **named)

onnxruntime.InferenceSession = Session
sys.addaudithook(note)
try:
    app(sys.argv[1:], prog_name="biometry")
except SystemExit as left:
    assert not left.code, left.code
print(json.dumps([opened, sessions]), file=sys.stderr)
"""

EVERYTHING = (
    "--planes", "planes.onnx", "--csv", "all.csv", "--report", "report.html",
    "--out", "drawn", "--overlay", "--masks",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("watched")
    names = ("thalamic_head_without_spacing", "abdomen_abdomen", "thorax", "thalamic_nothing")
    scenes.write_scans(
        folder / "scans", {name: (scenes.MIXED_PLANES[name][0], None) for name in names}
    )
    networks.write_masks(folder / "masks.onnx")
    networks.write_planes(folder / "planes.onnx")
    return folder


@pytest.fixture(scope="module", params=[(), EVERYTHING], ids=["plain", "everything"])
def watched(request, folder):
    """How often each file was opened, and what each session was made from."""
    done = subprocess.run(
        [sys.executable, "-c", _WATCHED, "predict", "scans", "--weights", "masks.onnx", "--json",
         *request.param],
        cwd=folder, env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 4
    opened, sessions = json.loads(done.stderr.splitlines()[-1])
    return Counter(opened), sessions, ["masks.onnx", "planes.onnx"][: 2 if request.param else 1]


def test_each_input_is_opened_once(folder, watched):
    opened, _, _ = watched
    inputs = sorted(map(str, (folder / "scans").glob("*.png")))
    assert {file: opened[file] for file in inputs} == dict.fromkeys(inputs, 1)


def test_each_model_is_opened_once(folder, watched):
    opened, sessions, models = watched
    files = [str(folder / name) for name in models]
    times = {file: opened[file] + sessions.count(file) for file in files}
    assert times == dict.fromkeys(files, 1)


def test_a_model_has_one_session(watched):
    _, sessions, models = watched
    assert len(sessions) == len(models)
