"""Standard streams and names of files as they come: nothing ends a batch in a traceback."""

import csv
import io
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import COMMAND, environment
from tests.jobs.writer_contract import scans as scans
from tests.report.page.html_reading import read_page

LATIN = os.fsdecode(b"k\xf6pf_1.png")
SHOWN = r"k\xf6pf_1.png"


@pytest.fixture
def odd(scans: Path, tmp_path: Path) -> Path:
    """Scans whose names are no text, give orders to terminals and count in spreadsheets."""
    folder = tmp_path / "odd"
    folder.mkdir()
    for name in (LATIN, "ok_2.png", "red\x1b[31m_3.png", "\u202egnp.x_4.png", "two\nlines_5.png"):
        shutil.copy(scans / "head.png", folder / name)
    return folder


NAMES = {SHOWN, "ok_2.png", r"red\x1b[31m_3.png", r"\u202egnp.x_4.png", r"two\nlines_5.png"}


def _shell(line: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["bash", "-c", line], cwd=cwd, env=environment(**env),
                          capture_output=True, timeout=120, check=False)  # fmt: skip


@pytest.mark.usefixtures("odd")
def test_one_name_in_all_outputs(scans, tmp_path, biometry):
    model = str(scans / "masks.onnx")
    done = biometry("predict", "odd", "--weights", model, "--json", "--csv", "a.csv", "--report",
                    "a.html", "--overlay", "--masks", "--out", "out", cwd=tmp_path)  # fmt: skip
    assert done.returncode == 0, done.stderr
    files = {Path(each["file"]).name for each in done.json_lines()}
    # JSON has escapes of its own for all but bytes that are no text.
    assert files == {
        SHOWN,
        "ok_2.png",
        "red\x1b[31m_3.png",
        "\u202egnp.x_4.png",
        "two\nlines_5.png",
    }
    text = (tmp_path / "a.csv").read_text()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {Path(row["file"]).name for row in rows} == NAMES
    page = (tmp_path / "a.html").read_text()
    assert all(name in read_page(page).text for name in NAMES)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert {Path(each["file"]).name for each in manifest["inputs"]} == files
    # The pictures keep the true name.
    assert (tmp_path / "out" / LATIN.replace(".png", "_mask.png")).is_file()

    plain = biometry("predict", "odd", "--weights", model, cwd=tmp_path)
    assert all(name in plain.stdout for name in NAMES)
    exams = biometry("predict", "odd", "--weights", model, "--json", "--group-by", "^([^_]+)_",
                     "--spacing", "0.5", cwd=tmp_path)  # fmt: skip
    assert exams.returncode == 0, exams.stderr
    assert r"k\xf6pf" in {each["exam"]["name"] for each in exams.json_lines()}
    for shown in (text, page, plain.stdout, plain.stderr):
        assert not {"\x1b", "\u202e"} & set(shown)


def test_an_error_names_a_file_on_one_line(scans, tmp_path, biometry):
    done = biometry("predict", "no\x1b\nError: such.png", LATIN, "--weights",
                    str(scans / "masks.onnx"), "--json", cwd=tmp_path)  # fmt: skip
    assert done.returncode == 3
    lines = done.stderr.splitlines()
    assert any(line.startswith(r"Error: no\x1b\nError: such.png: no such") for line in lines)
    assert any(line.startswith(rf"Error: {SHOWN}: no such file") for line in lines)
    assert "\x1b" not in done.stderr
    assert SHOWN in [each["file"] for each in done.json_lines()]


def test_a_data_folder_may_be_called_anything(segmentation_folder, tmp_path, biometry):
    folder = os.fsdecode(b"d\xf6")
    shutil.copytree(segmentation_folder / "data", tmp_path / folder)
    for kind in ("images", "masks"):
        first = min((tmp_path / folder / "test" / kind).iterdir())
        first.rename(first.with_name(os.fsdecode(b"k\xf6pf_head.png")))
    for table in ("spacing.csv", "landmarks.csv"):
        (tmp_path / folder / "test" / table).unlink(missing_ok=True)
    checked = biometry("data", "check", folder, "--json", cwd=tmp_path)
    assert checked.returncode == 0, checked.stderr
    assert checked.json()["folder"] == r"d\xf6"
    done = biometry("eval", folder, "--weights", str(segmentation_folder / "model.safetensors"),
                    "--out", "ev", "--report", "ev.html", "--json", cwd=tmp_path)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.json()["data"].endswith(r"d\xf6")
    cases = csv.DictReader(io.StringIO((tmp_path / "ev" / "cases.csv").read_text()))
    assert r"k\xf6pf_head.png" in [Path(row["file"]).name for row in cases]
    json.loads((tmp_path / "ev" / "manifest.json").read_text())
    assert r"k\xf6pf_head.png" in (tmp_path / "ev.html").read_text()


def test_no_cell_is_a_formula_and_numbers_stay_numbers(scans, tmp_path, biometry):
    names = ["=1+1_x.png", "+a.png", "-a.png", "@a.png", "plain.png"]
    for name in names:
        shutil.copy(scans / "head.png", tmp_path / name)
    (tmp_path / "list").write_text("\n".join(names))
    done = biometry("predict", "-", "--weights", str(scans / "masks.onnx"), "--spacing", "0.5",
                    "--csv", "a.csv", "--hc18-csv", "h.csv", cwd=tmp_path,
                    input="\n".join(names))  # fmt: skip
    assert done.returncode == 0, done.stderr
    for table, column in (("a.csv", "file"), ("h.csv", "filename")):
        rows = list(csv.DictReader(io.StringIO((tmp_path / table).read_text())))
        assert [row[column] for row in rows] == [f"'{name}" for name in names[:-1]] + names[-1:]
        for row in rows:
            assert not any(cell.startswith("'") for key, cell in row.items() if key != column)
    assert float(rows[0]["center_x_mm"]) > 0


LISTS = {
    "PowerShell 5": lambda names: b"\xef\xbb\xbf" + b"".join(name + b"\r\n" for name in names),
    "find -print0": lambda names: b"".join(name + b"\0" for name in names),
    "xargs without an end": b"\0".join,
    "UTF-16": lambda names: b"\r\n".join(names).decode().encode("utf-16"),
    "UTF-16 big": lambda names: b"\xfe\xff" + b"\n".join(names).decode().encode("utf-16-be"),
    "UTF-16 unmarked": lambda names: b"\n".join(names).decode().encode("utf-16-le"),
    "UTF-16 big, unmarked": lambda names: b"\n".join(names).decode().encode("utf-16-be"),
    "blanks": lambda names: b"\n\n  ".join(names) + b"  \n\n",
}  # fmt: skip


@pytest.mark.parametrize("kind", LISTS)
def test_lists_as_other_programs_make_them(kind, scans):
    content = LISTS[kind]([b"head.png", b"femur.png"])
    done = subprocess.run([COMMAND, "predict", "-", "--weights", "masks.onnx", "--json"],
                          cwd=scans, env=environment(), input=content, capture_output=True,
                          timeout=120, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    files = [json.loads(line)["file"] for line in done.stdout.splitlines()]
    assert files == ["head.png", "femur.png"]


@pytest.mark.usefixtures("odd")
def test_a_list_names_files_that_are_no_text_or_begin_with_a_blank(scans, tmp_path):
    shutil.copy(scans / "head.png", tmp_path / " blank.png")
    content = b"odd/k\xf6pf_1.png\n blank.png\n"
    by_nul = b"odd/two\nlines_5.png\0"
    found = []
    for each in (content, by_nul):
        done = subprocess.run([COMMAND, "predict", "-", "--weights", str(scans / "masks.onnx"),
                               "--json"], cwd=tmp_path, env=environment(), input=each,
                              capture_output=True, timeout=120, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr
        found += [json.loads(line)["file"] for line in done.stdout.splitlines()]
    assert found == [rf"odd/{SHOWN}", " blank.png", "odd/two\nlines_5.png"]


@pytest.mark.parametrize(
    ("given", "told"),
    [("<&-", "standard input is closed"), ("< <(printf '\\377\\376a')", "cannot be read")],
)
def test_a_list_that_cannot_be_read_is_a_usage_error(given, told, scans, tmp_path):
    done = _shell(f"{COMMAND} predict - --weights {scans}/masks.onnx {given}", tmp_path)
    assert done.returncode == 2
    assert told in done.stderr.decode()
    assert b"Traceback" not in done.stderr


PRINTING = (
    "--help",
    "--version",
    "schema",
    "calc --hc 275",
    "calc --hc 275 --json",
    "models --json",
)


@pytest.mark.parametrize("buffered", ["", "1"])
@pytest.mark.parametrize("command", [*PRINTING, "predict", "predict --json"])
def test_standard_output_that_is_full_or_closed_is_told(command, buffered, scans, tmp_path):
    line = f"{COMMAND} {command}"
    if command.startswith("predict"):
        line += f" {scans}/head.png --weights {scans}/masks.onnx"
    for end in (">/dev/full", ">&-"):
        done = _shell(f"{line} {end}", tmp_path, PYTHONUNBUFFERED=buffered)
        assert done.returncode == 2, done.stderr
        assert b"standard output cannot be written" in done.stderr
        assert b"Traceback" not in done.stderr
        assert b"Exception ignored" not in done.stderr


@pytest.mark.parametrize("command", ["--help", "schema", "predict", "predict --json"])
def test_a_reader_that_leaves_ends_the_command_quietly(command, scans, tmp_path):
    line = f"{COMMAND} {command}"
    if command.startswith("predict"):
        line += f" {scans}/head.png {scans}/femur.png --weights {scans}/masks.onnx"
    done = _shell(f"{line} | true; echo ${{PIPESTATUS[0]}}", tmp_path)
    assert done.stdout.split() == [b"141"]
    assert done.stderr == b""


def test_files_are_completed_when_the_reader_leaves(scans, tmp_path):
    names = " ".join(f"{scans}/{name}.png" for name in ("head", "femur", "head_small"))
    line = f"{COMMAND} predict {names} --weights {scans}/masks.onnx --batch-size 1 --csv a.csv"
    done = _shell(f"{line} --json | true; echo ${{PIPESTATUS[0]}}", tmp_path)
    assert done.stdout.split() == [b"141"]
    assert len((tmp_path / "a.csv").read_text().splitlines()) == 4
    full = _shell(f"{line} --json > /dev/full", tmp_path)
    assert full.returncode == 2
    assert len((tmp_path / "a.csv").read_text().splitlines()) == 4


def test_standard_error_that_is_full_or_closed_or_left_ends_nothing(scans, tmp_path):
    line = f"{COMMAND} predict {scans}/head.png no.png --weights {scans}/masks.onnx --json"
    for end in ("2>/dev/full", "2>&-", "2> >(exit 0)"):
        done = _shell(f"{line} {end}", tmp_path)
        assert done.returncode == 5, end
        assert len(done.stdout.splitlines()) == 2


def test_closed_streams_lend_no_number_to_a_result(scans, tmp_path):
    line = f"{COMMAND} predict {scans}/head.png no.png --weights {scans}/masks.onnx --csv a.csv"
    _shell(f"{line} >&- 2>&- <&-", tmp_path)
    text = (tmp_path / "a.csv").read_text()
    assert text.startswith("file,")
    assert len(text.splitlines()) == 3
    assert "Error:" not in text


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "latin-1", "cp437"])
def test_an_encoding_with_few_letters_ends_nothing(encoding, scans, tmp_path):
    shutil.copy(scans / "head.png", tmp_path / "größe→\U0001f600.png")
    env = {"PYTHONIOENCODING": encoding}
    plain = _shell(f"{COMMAND} calc --hc 275 --ac 250", tmp_path, **env)
    assert plain.returncode == 0, plain.stderr
    assert b"INTERGROWTH" in plain.stdout
    line = f"{COMMAND} predict *.png --weights {scans}/masks.onnx"
    assert _shell(line, tmp_path, **env).returncode == 0
    done = _shell(f"{line} --json", tmp_path, **env)
    assert done.returncode == 0, done.stderr
    # JSON is JSON in all of them.
    assert json.loads(done.stdout.decode(encoding))["file"] == "größe→\U0001f600.png"
