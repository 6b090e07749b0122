"""``biometry eval --by``: agreement for each value of a column, in the terminal and in files."""

import json
import shutil
from pathlib import Path

import pytest

from tests.reading import csv_rows


@pytest.fixture
def folder(segmentation_folder: Path, tmp_path: Path) -> Path:
    """The model, and its test images from two devices; one image's device is not known."""
    copy = tmp_path / "copy"
    shutil.copytree(segmentation_folder, copy)
    table = copy / "data" / "test" / "spacing.csv"
    header, *lines = table.read_text().splitlines()
    devices = ["Alpha", "Beta", "", "Alpha", "Beta", "Alpha"]
    told = [f"{line},{device}" for line, device in zip(lines, devices, strict=True)]
    table.write_text("\n".join([f"{header},device", *told]) + "\n")
    return copy


def test_each_device_has_its_agreement(folder, biometry):
    command = ("eval", "data", "--weights", "model.safetensors", "--by", "device", "--out", "out")
    result = biometry(*command, "--json", cwd=folder)
    assert result.returncode == 0, result.stderr
    found = result.json()
    assert found["by"] == "device"
    assert [(s["value"], s["n"]) for s in found["strata"]] == [
        ("Alpha", 3),
        ("Beta", 2),
        ("(none)", 1),
    ]
    assert {each["measure"] for each in found["agreement"]} == {"HC", "BPD", "OFD", "AC", "FL"}
    for each in found["agreement"]:
        assert each["n"] + each["missing"] == 2
    assert json.loads((folder / "out" / "metrics.json").read_text())["strata"] == found["strata"]
    cases = csv_rows(folder / "out" / "cases.csv")
    assert [case["stratum"] for case in cases].count("Alpha") == 3
    shown = biometry(*command, cwd=folder)
    assert "by device" in shown.stdout
    assert "Beta" in shown.stdout


def test_an_unknown_column_is_usage_and_names_the_known(folder, biometry):
    result = biometry("eval", "data", "--weights", "model.safetensors", "--by", "maker", cwd=folder)
    assert result.returncode == 2
    assert "--by maker is no column of spacing.csv" in " ".join(result.stderr.split())
    assert "device" in result.stderr
    assert "hc_mm" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_manifest_names_what_was_written_now_and_no_other_file(folder, biometry):
    out = folder / "out"
    out.mkdir()
    others = {"notes.txt", "crl_scatter.png"}
    for name in others:
        (out / name).write_text("of someone else")
    command = ("eval", "data", "--weights", "model.safetensors", "--out", "out", "--json")
    assert biometry(*command, cwd=folder).returncode == 0
    outputs = json.loads((out / "manifest.json").read_text())["outputs"]
    written = {file.name for file in out.iterdir()} - others - {"manifest.json"}
    assert sorted(outputs) == sorted(written)
    assert {"cases.csv", "worst.png", "hc_scatter.png"} <= written
