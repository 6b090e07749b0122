"""``eval`` over small drawn folders: figures, cases and files for every task."""

import json

import pytest

from tests.golden import scenes
from tests.golden.conftest import drawn, lines, page, table, told

FOLDERS = {
    "masks": scenes.write_mask_data,
    "dots": scenes.write_point_data,
    "joint": scenes.write_joint_data,
    "planes": scenes.write_plane_data,
}


@pytest.mark.parametrize("name", FOLDERS)
def test_figures_and_files(name, golden_folder, biometry, golden, tmp_path):
    FOLDERS[name](tmp_path / "data")
    by = ["--by", "scanner"] if name in ("masks", "dots") else []
    # The page of the model of masks and points says what that of points alone would.
    report = ["--report", "report.html"] if name != "dots" else []
    done = biometry(
        "eval", "data", "--weights", str(golden_folder / f"{name}.onnx"), "--json", *by,
        "--out", "out", *report, cwd=tmp_path,
    )  # fmt: skip
    topic = f"eval_{name}"
    figures = done.json() if done.returncode == 0 else {}
    golden.check(topic, "answer", {**told(done), "figures": figures})
    golden.check(topic, "cases", table(tmp_path / "out" / "cases.csv"))
    if report:
        golden.check(topic, "page", {"page": page(tmp_path / "report.html")})
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    golden.check(topic, "files", {
        "metrics.json": {
            key: "as answered" if value == figures.get(key) else value
            for key, value in metrics.items()
        },
        "pictures": list(drawn(tmp_path / "out")),
        "others": sorted(path.name for path in (tmp_path / "out").iterdir()
                         if path.suffix != ".png"),
    })  # fmt: skip


def test_terminal(golden_folder, biometry, golden, tmp_path):
    scenes.write_mask_data(tmp_path / "data")
    done = biometry("eval", "data", "--weights", str(golden_folder / "masks.onnx"), "--out", "out",
                    cwd=tmp_path)  # fmt: skip
    golden.check("eval_masks", "terminal", {"exit": done.returncode, "stdout": lines(done)})
