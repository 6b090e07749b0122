"""The command line on real scans, where ``ULTRASOUND_TEST_DATA`` names a folder that holds them."""

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("ULTRASOUND_TEST_DATA", ""))

needs_scans = pytest.mark.skipif(
    "ULTRASOUND_TEST_DATA" not in os.environ or not (FOLDER / "hc18").is_dir(),
    reason="ULTRASOUND_TEST_DATA names no folder with hc18/ and psfhs/",
)


@needs_scans
def test_hc18_is_sound(biometry, tmp_path):
    done = biometry(
        "data", "check", str(FOLDER / "hc18"), "--structures", "head", "--json", cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout
    report = done.json()
    assert {split: each["images"] for split, each in report["splits"].items()} == {
        "train": 601,
        "val": 99,
        "test": 99,
    }
    assert report["task"] == "segment"
    assert report["classes"] == ["background", "head"]
    assert report["splits"]["test"]["calibrated"] == 99
    assert report["splits"]["test"]["references"] == {"HC": 99}
    assert 0.2 < report["splits"]["train"]["class_shares"]["head"] < 0.4


@needs_scans
def test_psfhs_names_its_structures(biometry, tmp_path):
    done = biometry("data", "check", str(FOLDER / "psfhs"), "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    report = done.json()
    assert report["classes"] == ["background", "structure_1", "structure_2"]
    assert report["splits"]["train"]["sizes"] == {"256 x 256": 225}
    assert report["splits"]["train"]["calibrated"] == 0
