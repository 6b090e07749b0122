"""The command line on real scans, where ``ULTRASOUND_TEST_DATA`` names a folder that holds them."""

import os
from pathlib import Path

import numpy as np
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


@needs_scans
def test_the_look_of_real_heads_tells_other_images():
    """The image's view alone, learned from real heads: other data sets, phantoms and noise."""
    from biometry_cli.data.images import read_scan
    from biometry_cli.data.phantom.scan import STRUCTURES, draw_phantom
    from biometry_cli.data.preprocess import Preprocess
    from biometry_cli.inference.appearance import describe
    from biometry_cli.inference.unlike import fit_appearance, unlike_score

    preprocess = Preprocess(height_px=176, width_px=256)

    def look(pixels):
        placement = preprocess.placement(pixels.shape)
        return describe(preprocess.place(pixels, placement))

    def looks(folder, step=1):
        files = sorted((FOLDER / folder / "images").iterdir())[::step]
        return np.array([look(read_scan(file).pixels) for file in files])

    fitted = fit_appearance(looks("hc18/train", 2), looks("hc18/val"))

    def flagged(rows):
        return np.mean([unlike_score(row, fitted) > 1 for row in rows])

    assert flagged(looks("hc18/test")) <= 0.05
    assert flagged(looks("psfhs/test")) >= 0.95
    rng = np.random.default_rng(0)
    drawn = [draw_phantom(STRUCTURES[i % 3], rng).pixels / np.float32(255) for i in range(45)]
    assert flagged([look(each.astype(np.float32)) for each in drawn]) >= 0.95
    noise = [rng.random((270, 400), dtype=np.float32) for _ in range(10)]
    assert flagged([look(each) for each in noise]) == 1
