"""Figures on real scans, where ``ULTRASOUND_TEST_DATA`` names a folder that holds them.

The network takes what is bright over a wide stretch for a head: no truth, but the shapes, grays and
black surrounds of real scans.
"""

import os
from pathlib import Path

import pytest

from tests.golden import networks
from tests.golden.conftest import answers, told

FOLDER = Path(os.environ.get("ULTRASOUND_TEST_DATA", ""))


@pytest.mark.skipif(
    "ULTRASOUND_TEST_DATA" not in os.environ or not (FOLDER / "hc18").is_dir(),
    reason="ULTRASOUND_TEST_DATA names no folder with hc18/ and psfhs/",
)
@pytest.mark.parametrize(("data", "step"), [("hc18", 9), ("psfhs", 6)])
def test_figures(data, step, biometry, golden, tmp_path):
    networks.write_bright(tmp_path / "bright.onnx")
    files = sorted((FOLDER / data / "test" / "images").iterdir())[::step]
    done = biometry("predict", *map(str, files), "--weights", "bright.onnx", "--json", cwd=tmp_path)
    figures = {
        Path(file).name: {
            "spacing_mm": answer["spacing_mm"],
            "flags": answer["flags"],
            "areas": [each["area_px"] for each in answer["structures"]],
            **{each["name"]: each["value"] for each in answer["measurements"]},
            "age": answer["gestational_age"] and answer["gestational_age"]["weeks"],
        }
        for file, answer in answers(done).items()
    }
    # Where a noisy outline is cut by a hair's breadth, a later library may round differently.
    golden.check("real_scans", data, {**told(done), **figures}, relative=1e-5)
