"""``predict`` with a classifier: alone, and before models that measure."""

import pytest

from tests.golden.conftest import answers, drawn, lines, manifest, page, table, told

MODELS = ("--planes", "planes.onnx", "--weights", "masks.onnx")


def test_classes_alone(golden_folder, biometry, golden, tmp_path):
    done = biometry(
        "predict", "planes", "--weights", "planes.onnx", "--json",
        "--csv", str(tmp_path / "all.csv"), cwd=golden_folder,
    )  # fmt: skip
    golden.check("predict_classes", "answers", {**told(done), **answers(done)})
    golden.check("predict_classes", "csv", table(tmp_path / "all.csv"))


def test_all_outputs(golden_folder, biometry, golden, tmp_path):
    done = biometry(
        "predict", "planes", *MODELS, "--json",
        "--csv", str(tmp_path / "all.csv"), "--out", str(tmp_path / "drawn"), "--overlay",
        "--masks", "--batch-size", "5", cwd=golden_folder,
    )  # fmt: skip
    golden.check("predict_planes", "answers", {**told(done), **answers(done)})
    golden.check("predict_planes", "csv", table(tmp_path / "all.csv"))
    golden.check("predict_planes", "pictures", drawn(tmp_path / "drawn"))
    golden.check("predict_planes", "manifest", manifest(tmp_path / "drawn"))


def test_page(golden_folder, biometry, golden, tmp_path):
    """Planes before a model of masks and points, and so what a page says of all three."""
    report = tmp_path / "report.html"
    files = ("planes/cerebellar_head", "planes/unsure", "joint/both_disagree",
             "joint/both_without_spacing")  # fmt: skip
    done = biometry(
        "predict", *(f"{name}.png" for name in files), "--planes", "planes.onnx",
        "--weights", "joint.onnx", "--report", str(report), cwd=golden_folder,
    )  # fmt: skip
    text = {**told(done), "page": page(report), "stdout": lines(done)}
    golden.check("predict_planes_text", "page and terminal", text)


@pytest.mark.parametrize("measuring", ["dots", "joint"])
def test_points_behind_planes(measuring, golden_folder, biometry, golden):
    """What a plane keeps of points alone, and of masks and points."""
    files = ("planes/femur_dots.png", "planes/thalamic_head.png", "planes/abdomen_abdomen.png")
    done = biometry(
        "predict", *files, "joint/both_and_a_femur.png", "--planes", "planes.onnx",
        "--weights", f"{measuring}.onnx", "--json", cwd=golden_folder,
    )  # fmt: skip
    golden.check(f"predict_{measuring}", "behind planes", {**told(done), **answers(done)})
