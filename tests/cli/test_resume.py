"""A run that was killed goes on as if it had never stopped."""

import signal
import subprocess
import time

import pytest
from safetensors.numpy import load_file

from tests.cli.conftest import COMMAND, environment
from tests.reading import csv_rows

EPOCHS = 5


def _start(folder, *arguments):
    return subprocess.Popen(
        [COMMAND, "train", *arguments],
        cwd=folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _kill_in_epoch(process, epoch):
    """SIGKILL a moment after the line of the epoch before ``epoch`` was printed."""
    for line in process.stderr:
        if line.startswith(f"epoch {epoch - 1}"):
            break
    time.sleep(0.2)
    assert process.poll() is None, "the run ended before it could be killed"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stderr.close()


def _weights(run):
    tensors = load_file(run / "last.safetensors")
    return {name: value.tobytes() for name, value in tensors.items()}


def _is_taken_for_unfinished(biometry, segmentation_folder, folder):
    """Not by default, and named only with a flag, a warning and without an age."""
    scan = str(min((segmentation_folder / "data/test/images").glob("*_head.png")))
    by_default = biometry("predict", scan, "--json", cwd=folder).json()
    assert "unfinished_training" not in by_default["flags"], "of the run that ended"
    (folder / "runs/latest").rename(folder / "latest")
    refused = biometry("predict", scan, cwd=folder)
    assert refused.returncode == 4
    assert "no run has ended here yet" in refused.stderr
    assert "--weights" in refused.stderr
    (folder / "latest").rename(folder / "runs/latest")
    named = biometry("predict", scan, "--json", "--weights", "runs/killed", cwd=folder).json()
    assert "unfinished_training" in named["flags"]
    assert named["gestational_age"] is None
    data = str(segmentation_folder / "data")
    scores = biometry("eval", data, "--weights", "runs/killed", "--json", cwd=folder).json()
    assert any("has not ended" in each for each in scores["warnings"])
    assert "has not ended" in biometry("info", "runs/killed", cwd=folder).stdout


def test_killed_and_resumed_ends_with_the_same_weights(biometry, segmentation_folder, tmp_path):
    data = str(segmentation_folder / "data")
    flags = [data, "--epochs", str(EPOCHS), "--width", "1", "--set", "train.batch_size=4"]
    straight = biometry("train", *flags, "--name", "straight", cwd=tmp_path)
    assert straight.returncode == 0, straight.stderr

    history = tmp_path / "runs" / "killed" / "history.csv"
    _kill_in_epoch(_start(tmp_path, *flags, "--name", "killed"), 3)
    done = len(history.read_text().splitlines()) - 1
    assert 1 <= done < EPOCHS
    _is_taken_for_unfinished(biometry, segmentation_folder, tmp_path)
    resumed = biometry("train", "--resume", cwd=tmp_path)
    assert resumed.returncode == 0, resumed.stderr
    assert f"resuming after epoch {done}" in resumed.stderr

    runs = [tmp_path / "runs" / name for name in ("straight", "killed")]
    assert _weights(runs[0]) == _weights(runs[1])
    models = [load_file(run / "model.safetensors") for run in runs]
    assert all((models[0][name] == models[1][name]).all() for name in models[0])
    rows = csv_rows(history)
    assert [int(row["epoch"]) for row in rows] == list(range(1, EPOCHS + 1))
    assert not list((tmp_path / "runs").rglob(".writing-*"))


def test_a_finished_run_has_nothing_left_to_do(biometry, segmentation_folder, tmp_path):
    data = str(segmentation_folder / "data")
    first = biometry("train", data, "--epochs", "1", "--width", "0.25", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    run = tmp_path / "runs" / (tmp_path / "runs" / "latest").read_text().strip()
    before = _weights(run)
    again = biometry("train", "--resume", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert "nothing is left to do" in again.stderr
    assert _weights(run) == before
    more = biometry("train", "--resume", "--epochs", "2", cwd=tmp_path)
    assert more.returncode == 0, more.stderr
    assert _weights(run) != before


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (["--batch-size", "3"], "train.batch_size is 3 and was 8"),
        (["--set", "train.learning_rate=0.5"], "train.learning_rate is 0.5"),
        (["--structures", "femur,head,abdomen"], "data.structures is"),
    ],
)
def test_a_resume_with_other_settings_is_refused(
    biometry, segmentation_folder, tmp_path, changes, told
):
    data = str(segmentation_folder / "data")
    first = biometry("train", data, "--epochs", "1", "--width", "0.25", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    again = biometry("train", data, "--resume", "--epochs", "2", *changes, cwd=tmp_path)
    assert again.returncode in (2, 3), again.stderr
    assert told in " ".join(again.stderr.split())


@pytest.mark.slow
def test_minutes_go_on_for_the_minutes_left(biometry, segmentation_folder, tmp_path):
    data = str(segmentation_folder / "data")
    history = tmp_path / "runs" / "timed" / "history.csv"
    started = _start(tmp_path, data, "--minutes", "0.25", "--width", "0.25", "--name", "timed")
    _kill_in_epoch(started, 3)
    spent_s = float(csv_rows(history)[-1]["elapsed_s"])
    resumed = biometry("train", "--resume", cwd=tmp_path)
    assert resumed.returncode == 0, resumed.stderr
    rows = csv_rows(history)
    assert float(rows[-1]["elapsed_s"]) > spent_s
    assert float(rows[-1]["elapsed_s"]) == pytest.approx(15, abs=10)
    # The schedule ends with the budget: the last rate is its floor.
    assert float(rows[-1]["learning_rate"]) < 1e-3
