"""Ctrl-C ends with 130 and leaves what was saved."""

import signal
import subprocess
import time

from tests.cli.conftest import COMMAND, environment


def test_interrupt(segmentation_folder, tmp_path):
    process = subprocess.Popen(
        [COMMAND, "train", str(segmentation_folder / "data"), "--epochs", "500", "--name", "x"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    model = tmp_path / "runs" / "x" / "last.safetensors"
    deadline = time.monotonic() + 300
    while not model.is_file() and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 130, told
    assert "Traceback" not in told
    assert "--resume" in told
    assert (tmp_path / "runs" / "x" / "model.safetensors").is_file()
