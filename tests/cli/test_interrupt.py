"""Ctrl-C ends with 130, SIGTERM with 143; what was done is kept, and nothing half-done is."""

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import COMMAND, environment
from tests.jobs.writer_contract import scans as scans

SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
IMAGES = 60


def _started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [COMMAND, *arguments],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell may have started the tests in the background, and shielded them from Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def _stop(
    process: subprocess.Popen[str], number: signal.Signals, ready: Callable[[], bool]
) -> tuple[str, str]:
    """Send a signal once ``ready`` holds."""
    deadline = time.monotonic() + 300
    while not ready() and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(number)
    return process.communicate(timeout=120)


def _litter(folder: Path) -> list[Path]:
    return [path for path in folder.rglob(".*") if path.name.startswith(".writing")]


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_run_can_be_gone_on_with(number, code, segmentation_folder, tmp_path):
    data = str(segmentation_folder / "data")
    process = _started(tmp_path, "train", data, "--epochs", "500", "--name", "x")
    _, told = _stop(process, number, (tmp_path / "runs" / "x" / "last.safetensors").is_file)
    assert process.returncode == code, told
    assert "Traceback" not in told
    assert "--resume" in told
    assert (tmp_path / "runs" / "x" / "model.safetensors").is_file()
    assert _litter(tmp_path) == []


@pytest.fixture
def many(scans: Path, tmp_path: Path) -> Path:
    """Images enough for a signal to come between, five an exam."""
    (tmp_path / "many").mkdir()
    for number in range(IMAGES):
        shutil.copy(scans / "head.png", tmp_path / "many" / f"{number // 5:02d}_{number:03d}.png")
    return tmp_path


@pytest.mark.parametrize(("number", "code"), [*SIGNALS, (signal.SIGHUP, 129)])
@pytest.mark.parametrize("exams", [False, True])
def test_predict_keeps_what_was_answered(exams, number, code, many, scans):
    process = _started(
        many, "predict", "many", "--weights", str(scans / "masks.onnx"), "--spacing", "0.5",
        "--json", "--csv", "a.csv", "--hc18-csv", "h.csv", "--report", "a.html", "--overlay",
        "--masks", "--out", "out", *(["--group-by", "^(..)_"] if exams else []),
    )  # fmt: skip
    assert process.stdout is not None
    first = process.stdout.readline()
    rest, told = _stop(process, number, lambda: True)
    assert process.returncode == code, told
    answers = [json.loads(line) for line in (first + rest).splitlines()]
    thing = "exams" if exams else f"of {IMAGES} images"
    assert f"{len(answers)} {thing} were answered" in told
    assert "Traceback" not in told
    assert _litter(many) == []

    rows = list(csv.DictReader(io.StringIO((many / "a.csv").read_text())))
    images = [image["file"] for answer in answers for image in answer.get("images", [answer])]
    assert [row["file"] for row in rows][: len(images)] == images
    assert 0 < len(rows) < IMAGES
    assert len(rows) - len(images) < (5 if exams else 1)
    stems = {Path(row["file"]).stem for row in rows}
    for kind in ("overlay", "mask"):
        drawn = {path.name for path in (many / "out").glob(f"*_{kind}.png")}
        assert drawn == {f"{stem}_{kind}.png" for stem in stems}
    manifest = json.loads((many / "out" / "manifest.json").read_text())
    assert [each["file"] for each in manifest["inputs"]] == [row["file"] for row in rows]
    assert (many / "a.html").read_text().rstrip().endswith("</html>")
    assert (many / "a.html").read_text().count("<img") == len(rows)
    assert len((many / "h.csv").read_text().splitlines()) == len(rows) + 1


@pytest.mark.parametrize(("number", "code"), SIGNALS)
@pytest.mark.parametrize("before", ["nothing", "an earlier one"])
def test_eval_that_is_stopped_leaves_what_was_there(
    before, number, code, segmentation_folder, tmp_path, biometry
):
    command = ("eval", str(segmentation_folder / "data"), "--split", "train", "--out", "ev",
               "--report", "ev.html", "--weights",
               str(segmentation_folder / "model.safetensors"))  # fmt: skip
    if before != "nothing":
        assert biometry(*command, cwd=tmp_path).returncode == 0
    kept = {str(path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    process = _started(tmp_path, *command)
    # Its images are being read.
    opened = Path(f"/proc/{process.pid}/maps")
    _, told = _stop(process, number, lambda: "libtorch_cpu" in opened.read_text())
    assert process.returncode == code, told
    assert "Traceback" not in told
    assert {str(p): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == kept
    assert _litter(tmp_path) == []


@pytest.mark.parametrize(("number", "code"), SIGNALS)
@pytest.mark.parametrize("work", ["export", "demo", "import"])
def test_what_is_written_whole_is_not_there_when_stopped(
    work, number, code, segmentation_folder, tmp_path
):
    command, target = {
        "export": (("export", "--weights", str(segmentation_folder / "model.safetensors"),
                    "--out", "m.onnx"), tmp_path / "m.onnx"),
        "demo": (("data", "demo", "drawn", "--images", "20000"), tmp_path / "drawn"),
        "import": (("data", "import", "masks-rgb", "src", "dst"), tmp_path / "dst"),
    }[work]  # fmt: skip
    if work == "import":
        for kind in ("images", "masks"):
            (tmp_path / "src" / kind).mkdir(parents=True)
            source = next((segmentation_folder / "data" / "train" / kind).glob("*_head.png"))
            for copy in range(3000):
                os.link(source, tmp_path / "src" / kind / f"{copy:04d}_a.png")
    process = _started(tmp_path, *command)
    begun = time.monotonic()
    ready = {
        "export": lambda: bool(_litter(tmp_path)),
        "demo": lambda: bool(_litter(tmp_path)) and time.monotonic() > begun + 2,
        "import": lambda: bool(_litter(tmp_path)),
    }[work]
    _, told = _stop(process, number, ready)
    assert process.returncode == code, told
    assert "Traceback" not in told
    assert not target.exists()
    assert _litter(tmp_path) == []
