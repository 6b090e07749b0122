"""Devices, pipes and links as results: written to or through, never replaced."""

import gzip
import os
import stat
import subprocess
import threading
from pathlib import Path

import pytest

from tests.cli.conftest import COMMAND, environment
from tests.jobs.writer_contract import scans as scans


@pytest.fixture
def command(scans: Path) -> list[str]:
    return ["predict", str(scans / "head.png"), "--weights", str(scans / "masks.onnx"), "--json"]


def _shell(line: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", "-c", line], cwd=cwd, env=environment(), text=True,
                          capture_output=True, timeout=120, check=False)  # fmt: skip


def test_a_named_pipe_is_written_to(command, tmp_path, biometry):
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    done = biometry(*command, "--csv", str(pipe), cwd=tmp_path)
    reader.join(timeout=60)
    assert done.returncode == 0, done.stderr
    assert read[0].startswith("file,")
    assert "head.png" in read[0]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_pipe_that_nobody_reads_is_no_end_of_waiting(command, tmp_path, biometry):
    os.mkfifo(tmp_path / "pipe.csv")
    done = biometry(*command, "--csv", "pipe.csv", cwd=tmp_path)
    assert done.returncode == 2
    assert "pipe.csv: nobody reads this pipe" in done.stderr
    assert done.stdout == ""


def test_a_device_stays_a_device(command, tmp_path, biometry):
    device = tmp_path / "null.csv"
    try:
        os.mknod(device, stat.S_IFCHR | 0o666, os.makedev(1, 3))
        os.close(os.open(device, os.O_WRONLY))
    except PermissionError:
        pytest.skip("who is not root makes no devices, and can destroy none")
    (tmp_path / "link.csv").symlink_to("null.csv")
    for name in ("null.csv", "link.csv"):
        assert biometry(*command, "--csv", name, cwd=tmp_path).returncode == 0
    assert stat.S_ISCHR(device.stat().st_mode)
    assert (tmp_path / "link.csv").is_symlink()
    assert {path.name for path in tmp_path.iterdir()} == {"null.csv", "link.csv"}


def test_a_full_device_is_told(command, tmp_path, biometry):
    done = biometry(*command, "--csv", "/dev/full", cwd=tmp_path)
    assert done.returncode == 2
    assert "/dev/full: cannot be written (No space left on device)" in done.stderr


def test_standard_output_takes_a_table_behind_the_answers(scans, tmp_path):
    line = f"{COMMAND} predict {scans}/head.png --weights {scans}/masks.onnx --json"
    piped = _shell(f"{line} --csv /dev/stdout | cat", tmp_path).stdout.splitlines()
    assert [each[:5] for each in piped[:2]] == ['{"fil', "file,"]
    # Redirected it is a file, which must not be renamed away under the shell, nor cut.
    _shell(f"(echo before; {line} --csv /dev/stdout; echo after) > all.txt", tmp_path)
    lines = (tmp_path / "all.txt").read_text().splitlines()
    assert [each[:5] for each in lines[:3]] == ["befor", '{"fil', "file,"]
    assert lines[-1] == "after"
    assert len(lines) == 5


@pytest.mark.parametrize(("option", "begins"), [("--csv", b"file,"), ("--report", b"<!DOCTYPE")])
def test_a_substituted_process_is_written_to(option, begins, scans, tmp_path):
    line = f"{COMMAND} predict {scans}/head.png --weights {scans}/masks.onnx --json"
    # The outer cat ends when the process behind the pipe has.
    done = _shell(f"{{ {line} {option} >(gzip > x.gz; echo packed) >&2; }} | cat", tmp_path)
    assert "packed" in done.stdout
    assert gzip.decompress((tmp_path / "x.gz").read_bytes()).startswith(begins)


def test_a_dangling_link_is_filled_and_stays(command, tmp_path, biometry):
    (tmp_path / "link.csv").symlink_to("real/new.csv")
    (tmp_path / "real").mkdir()
    assert biometry(*command, "--csv", "link.csv", cwd=tmp_path).returncode == 0
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real" / "new.csv").read_text().startswith("file,")


@pytest.mark.parametrize("target", ["folder", "circle"])
def test_links_that_lead_to_no_file_are_refused(target, command, tmp_path, biometry):
    (tmp_path / "real").mkdir()
    (tmp_path / "folder").symlink_to("real")
    (tmp_path / "circle").symlink_to("other")
    (tmp_path / "other").symlink_to("circle")
    done = biometry(*command, "--csv", target, cwd=tmp_path)
    assert done.returncode == 2
    assert target in done.stderr
    assert (tmp_path / "folder").is_symlink()
    assert list((tmp_path / "real").iterdir()) == []


def test_a_table_in_a_pipe_whose_reader_left_is_an_error(scans, tmp_path):
    line = f"{COMMAND} predict {scans}/head.png --weights {scans}/masks.onnx --json"
    done = _shell(f"{line} --csv >(exit 0) > /dev/null; echo $?", tmp_path)
    assert done.stdout.strip() == "2"
    assert "Broken pipe" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("redirect", ["> a.csv", "2> a.csv", "< a.csv"])
def test_a_file_that_a_standard_stream_is_sent_to_is_refused(redirect, scans, tmp_path):
    (tmp_path / "a.csv").touch()
    line = f"{COMMAND} predict {scans}/head.png --weights {scans}/masks.onnx --json"
    done = _shell(f"{line} --csv a.csv {redirect}; echo $?", tmp_path)
    assert done.stdout.strip() == "2"
    told = done.stderr + (tmp_path / "a.csv").read_text()
    assert "a.csv: is a standard stream of this command" in told
