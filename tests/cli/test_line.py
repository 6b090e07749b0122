"""The whole line as a user types it: train, eval, predict, export, and the same by ONNX."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from tests.reading import csv_rows, picture


@pytest.fixture(scope="module")
def line(biometry, segmentation_folder, tmp_path_factory):
    """A working folder with data/ and a run, as `biometry train ./data` leaves it."""
    folder = tmp_path_factory.mktemp("line")
    shutil.copytree(segmentation_folder / "data", folder / "data")
    trained = biometry(
        "train", "./data", "--epochs", "9", "--width", "0.5", "--save-every", "3",
        "--batch-size", "2", cwd=folder,
    )  # fmt: skip
    assert trained.returncode == 0, trained.stderr
    return folder, trained


def _run_folder(folder):
    return folder / "runs" / (folder / "runs" / "latest").read_text().strip()


def test_train_leaves_a_run_folder(line):
    folder, trained = line
    run = _run_folder(folder)
    names = {path.name for path in run.iterdir()}
    assert {"settings.toml", "model.safetensors", "last.safetensors"} <= names
    assert {"history.csv", "curves.png"} <= names
    assert {"model-epoch0003.safetensors", "model-epoch0006.safetensors"} <= names
    rows = csv_rows(run / "history.csv")
    assert [int(row["epoch"]) for row in rows] == list(range(1, 10))
    assert float(rows[-1]["train_loss"]) < float(rows[0]["train_loss"])
    assert 0 <= float(rows[-1]["val_dice"]) <= 1
    assert picture(run / "curves.png").width > 600
    assert "best epoch" in trained.stdout
    assert "\x1b" not in trained.stderr
    assert sum(line.startswith("epoch ") for line in trained.stderr.splitlines()) == 9


def test_eval_prints_and_writes_the_same_figures(line, biometry):
    folder, _ = line
    table = biometry("eval", "--split", "test", cwd=folder)
    assert table.returncode == 0, table.stderr
    assert "Dice" in table.stdout
    result = biometry("eval", "--split", "test", "--json", cwd=folder).json()
    assert (result["task"], result["split"], result["n"]) == ("segment", "test", 6)
    metrics = result["metrics"]
    assert {"dice", "dice_head", "iou", "hd95_mm", "assd_mm"} <= set(metrics)
    found = _run_folder(folder) / "eval" / "test"
    assert json.loads((found / "metrics.json").read_text())["metrics"] == metrics
    cases = csv_rows(found / "cases.csv")
    assert len(cases) == 6
    dice = [float(case["dice_head"]) for case in cases if case["dice_head"]]
    assert np.mean(dice) == pytest.approx(metrics["dice_head"], abs=1e-5)
    assert {"worst.png", "median.png", "best.png"} <= {path.name for path in found.iterdir()}


def test_predict_writes_what_it_is_asked_for(line, biometry):
    folder, _ = line
    images = sorted((folder / "data" / "test" / "images").iterdir())
    done = biometry(
        "predict", "data/test/images/*.png", "--json", "--out", "out", "--overlay", "--masks",
        "--csv", "out/all.csv", cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answers = done.json_lines()
    assert [answer["file"].rsplit("/", 1)[-1] for answer in answers] == [p.name for p in images]
    for answer, image in zip(answers, images, strict=True):
        assert set(answer) >= {"file", "task", "model", "spacing_mm", "structures"}
        assert set(answer) >= {"measurements", "label", "probabilities", "flags"}
        assert answer["spacing_mm"] is not None, "spacing.csv lies beside the images' folder"
        assert all(m["unit"] in ("mm", "%") for m in answer["measurements"])
        mask = picture(folder / "out" / f"{image.stem}_mask.png")
        assert mask.mode == "L"
        assert mask.size == picture(image).size
        assert np.asarray(mask).max() <= 3
        assert (folder / "out" / f"{image.stem}_overlay.png").is_file()
    rows = csv_rows(folder / "out" / "all.csv")
    assert [row["file"] for row in rows] == [answer["file"] for answer in answers]


def test_predict_takes_a_list_on_stdin_and_a_folder(line, biometry):
    folder, _ = line
    one, two = sorted((folder / "data" / "test" / "images").iterdir())[:2]
    listed = biometry("predict", "-", "--json", cwd=folder, input=f"{one}\n\n{two}\n")
    assert [a["file"] for a in listed.json_lines()] == [str(one), str(two)]
    inside = biometry("predict", "data/test/images", "--json", cwd=folder)
    assert len(inside.json_lines()) == 6


def test_spacing_flag_stands_above_the_table(line, biometry):
    folder, _ = line
    answers = biometry("predict", "data/test/images", "--json", cwd=folder).json_lines()
    image = next(answer["file"] for answer in answers if answer["measurements"])

    def lengths(*flags):
        answer = biometry("predict", image, "--json", *flags, cwd=folder).json()
        return answer["spacing_mm"], {m["name"]: m["value"] for m in answer["measurements"]}

    spacing, given = lengths("--spacing", "0.5")
    _, doubled = lengths("--spacing", "1.0")
    assert spacing == 0.5
    assert given
    for name, value in given.items():
        factor = 1 if name == "CI" else 2
        assert doubled[name] == pytest.approx(factor * value, rel=1e-6)
    assert lengths("--spacing", "0.5,0.25")[0] == [0.5, 0.25]


def test_equal_stems_do_not_overwrite(line, biometry):
    folder, _ = line
    image = sorted((folder / "data" / "test" / "images").iterdir())[0]
    for name in ("a", "b"):
        (folder / name).mkdir()
        shutil.copy(image, folder / name / "scan.png")
    done = biometry("predict", "a", "b", "--out", "both", "--masks", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert {p.name for p in (folder / "both").iterdir()} == {
        "a_scan_mask.png",
        "b_scan_mask.png",
        "manifest.json",
    }
    assert "no pixel size" in done.stdout


def test_export_is_the_same_model(line, biometry):
    folder, _ = line
    exported = biometry("export", "--format", "onnx", cwd=folder)
    assert exported.returncode == 0, exported.stderr
    onnx = _run_folder(folder) / "model.onnx"
    torch_result = biometry("eval", "--json", cwd=folder).json()["metrics"]
    onnx_result = biometry("eval", "--weights", str(onnx), "--json", cwd=folder).json()["metrics"]
    assert (onnx.parent / "eval" / "test-model.onnx" / "metrics.json").is_file()
    for name, value in torch_result.items():
        if value is not None:
            tolerance = 0.01 if name.endswith("_mm") else 1e-4
            assert onnx_result[name] == pytest.approx(value, abs=tolerance), name
    for model in (onnx, _run_folder(folder)):
        card = biometry("info", str(model), "--json", cwd=folder).json()
        assert card["labels"]["classes"] == ["background", "head", "abdomen", "femur"]
        assert card["training"]["images"] == {"train": 24, "val": 6, "test": 6}


def test_onnx_and_info_load_no_torch(line, biometry):
    folder, _ = line
    if not (_run_folder(folder) / "model.onnx").is_file():
        assert biometry("export", cwd=folder).returncode == 0
    image = str(sorted((folder / "data" / "test" / "images").iterdir())[0])
    onnx = str(_run_folder(folder) / "model.onnx")
    for command in (
        ["predict", image, "--weights", onnx, "--json", "--out", "o", "--overlay", "--masks"],
        ["eval", "--weights", onnx, "--json"],
        ["info", onnx],
        ["info", str(_run_folder(folder))],
    ):
        program = (
            "import sys\nfrom biometry_cli.cli.app import app\n"
            f"try:\n    app({command!r}, prog_name='biometry')\n"
            "except SystemExit as stop:\n"
            "    print('torch' in sys.modules, file=sys.stderr)\n    raise\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr.splitlines()[-1] == "False", command


def test_check_reports_and_fails_on_a_shared_subject(line, biometry, tmp_path):
    folder, _ = line
    sound = biometry("data", "check", "data", "--json", cwd=folder)
    assert sound.returncode == 0
    report = sound.json()
    assert report["splits"]["train"]["images"] == 24
    assert report["splits"]["test"]["calibrated"] == 6
    shutil.copytree(folder / "data", tmp_path / "data")
    image = sorted((tmp_path / "data" / "train" / "images").iterdir())[0]
    for kind in ("images", "masks"):
        shutil.copy(tmp_path / "data" / "train" / kind / image.name, tmp_path / "data/test" / kind)
    spoiled = biometry("data", "check", "data", cwd=tmp_path)
    assert spoiled.returncode == 3
    told = " ".join(spoiled.stdout.split())
    assert "same pixels" in told
    assert "both in train and in test" in told
    trained = biometry("train", "data", cwd=tmp_path)
    assert trained.returncode == 3
    assert not (tmp_path / "runs").exists()


def test_classification_end_to_end(biometry, tmp_path):
    drawn = biometry("data", "demo", "planes", "--planes", "--images", "160", cwd=tmp_path)
    assert drawn.returncode == 0, drawn.stderr
    trained = biometry("train", "planes", "--epochs", "4", cwd=tmp_path)
    assert trained.returncode == 0, trained.stderr
    table = biometry("eval", cwd=tmp_path)
    assert "trans-thalamic" in table.stdout
    result = biometry("eval", "--json", cwd=tmp_path).json()
    assert {"accuracy", "balanced_accuracy", "macro_f1", "auroc"} <= set(result["metrics"])
    assert {"ece", "ece_uncalibrated", "brier", "answered"} <= set(result["metrics"])
    assert picture(_run_folder(tmp_path) / "eval" / "test" / "reliability.png").width > 600
    assert np.sum(result["confusion_matrix"]) == result["n"]
    image = str(next((tmp_path / "planes" / "test" / "images").iterdir()))
    answer = biometry("predict", image, "--json", cwd=tmp_path).json()
    assert len(answer["probabilities"]) == 8
    assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert answer["label"] == max(answer["probabilities"], key=answer["probabilities"].get)
    assert biometry("export", cwd=tmp_path).returncode == 0
    onnx = str(_run_folder(tmp_path) / "model.onnx")
    again = biometry("predict", image, "--weights", onnx, "--json", cwd=tmp_path).json()
    assert again["probabilities"] == pytest.approx(answer["probabilities"], abs=1e-4)
    assert again["flags"] == answer["flags"]
    fitted = biometry("info", onnx, "--json", cwd=tmp_path).json()["calibration"]["classes"]
    assert fitted["images"] == 24
    unsure = answer["probabilities"][answer["label"]] < fitted["threshold"]
    assert ("unsure" in answer["flags"]) == unsure
    told = " ".join(biometry("info", onnx, cwd=tmp_path).stdout.split())
    assert f"temperature {fitted['temperature']:.2f}" in told
    assert "at most 5 % of the answers wrong" in told


def test_masks_can_be_classified(biometry, segmentation_folder, tmp_path):
    data = str(segmentation_folder / "data")
    trained = biometry("train", data, "--task", "classify", "--epochs", "1", cwd=tmp_path)
    assert trained.returncode == 0, trained.stderr
    assert "largest area" in trained.stderr
    result = biometry("eval", "--json", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.json()["task"] == "classify"
