"""``predict`` with points: heatmaps, coordinates, and a model of masks and points."""

import pytest

from tests.golden.conftest import answers, drawn, lines, table, told


@pytest.mark.parametrize(("name", "scans"), [("dots", "points"), ("joint", "joint")])
def test_all_outputs(name, scans, golden_folder, biometry, golden, tmp_path):
    masks = ["--masks"] if name == "joint" else []
    done = biometry(
        "predict", scans, "--weights", f"{name}.onnx", "--json",
        "--csv", str(tmp_path / "all.csv"), "--hc18-csv", str(tmp_path / "hc18.csv"),
        "--out", str(tmp_path / "drawn"), "--overlay", *masks, cwd=golden_folder,
    )  # fmt: skip
    said = told(done)
    said["stderr"] = [line.replace(f"{tmp_path}/", "") for line in said["stderr"]]
    topic = f"predict_{name}"
    golden.check(topic, "answers", {**said, **answers(done)})
    golden.check(topic, "csv", table(tmp_path / "all.csv"))
    golden.check(topic, "hc18_csv", table(tmp_path / "hc18.csv"))
    golden.check(topic, "pictures", drawn(tmp_path / "drawn"))


@pytest.mark.parametrize(("name", "scans"), [("dots", "points"), ("joint", "joint")])
def test_terminal(name, scans, golden_folder, biometry, golden):
    done = biometry("predict", scans, "--weights", f"{name}.onnx", cwd=golden_folder)
    golden.check(f"predict_{name}_text", "terminal", {**told(done), "stdout": lines(done)})


def test_coordinates(golden_folder, biometry, golden):
    files = ("masks/head.png", "masks/all_structures.png", "masks/tall_scan.png")
    done = biometry("predict", *files, "--weights", "coordinates.onnx", "--json", cwd=golden_folder)
    golden.check("predict_dots", "coordinates", {**told(done), **answers(done)})
