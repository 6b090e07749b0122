"""The landmark task from the first command to the last, and what users get wrong with it."""

import json
import math

import pytest

POINTS = [f"{caliper}_{end}" for caliper in ("ofd", "bpd", "tad", "apad", "fl") for end in (1, 2)]
BRIEF = ("--epochs", "2", "--width", "0.25", "--set", "data.height_px=96", "--set")
SMALL = (*BRIEF, "data.width_px=128")


@pytest.fixture(scope="module")
def trained(tmp_path_factory, biometry):
    folder = tmp_path_factory.mktemp("landmarks")
    for words in (
        ("data", "demo", "data", "--images", "24"),
        ("train", "data", "--task", "landmarks", "--name", "points", *SMALL),
        ("train", "data", "--task", "landmarks,segment", "--name", "both", *SMALL),
        ("export", "--weights", "runs/points"),
    ):
        done = biometry(*words, cwd=folder)
        assert done.returncode == 0, done.stderr
    return folder


def test_predict_gives_points_or_null(trained, biometry):
    files = sorted((trained / "data/test/images").iterdir())[:3]
    answers = {}
    for weights in ("runs/points", "runs/points/model.onnx"):
        done = biometry("predict", *map(str, files), "--weights", weights, "--json", cwd=trained)
        assert done.returncode == 0, done.stderr
        answers[weights] = [json.loads(line) for line in done.stdout.splitlines()]
    for original, exported in zip(*answers.values(), strict=True):
        assert list(original["points"]) == POINTS
        for name, point in original["points"].items():
            other = exported["points"][name]
            assert (point is None) == (other is None)
            if point is not None and min(point["confidence"], other["confidence"]) >= 0.1:
                assert set(point) == {"x", "y", "confidence"}
                assert 0 <= point["confidence"] <= 1
                assert math.dist((point["x"], point["y"]), (other["x"], other["y"])) < 0.05


def test_eval_sums_up_points(trained, biometry):
    done = biometry("eval", "--weights", "runs/points", "--json", cwd=trained)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["task"] == "landmarks"
    assert found["points"] == POINTS
    assert found["counts"]["points"] > 0
    assert "sdr_2.5mm" in found["metrics"]
    assert (trained / "runs/points/eval/test/worst.png").is_file()
    shown = biometry("eval", "--weights", "runs/points", cwd=trained)
    assert "NME" in shown.stdout


def test_both_tasks_give_both_readings(trained, biometry):
    file = next((trained / "data/test/images").glob("*_head.png"))
    done = biometry("predict", str(file), "--weights", "runs/both", "--json", cwd=trained)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["task"] == "segment,landmarks"
    assert list(answer["points"]) == POINTS
    assert "point_measurements" in answer
    evaluated = biometry("eval", "--weights", "runs/both", "--json", cwd=trained)
    assert evaluated.returncode == 0, evaluated.stderr
    assert {"dice", "closeness"} <= set(json.loads(evaluated.stdout)["metrics"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("filename,ofd_1_x,ofd_1_y\n{name},1,2\n", "ofd_1 is one end of a caliper"),
        ("filename,p_x,p_y\n{name},here,2\n", "'here' is not a number"),
        ("filename,p_x\n{name},1\n", "no column p_y"),
        ("filename,label\n{name},head\n", "has no landmarks"),
        ("filename,p_x,p_y\n{name},1,2\n{name},1,2\n", "twice"),
        ("filename,p_x,p_y\n{name},9000,2\n", "points outside"),
    ],
)
def test_what_is_wrong_with_a_table_is_named(trained, biometry, tmp_path, text, told):
    image = next((trained / "data/train/images").iterdir())
    for split in ("train", "val"):
        folder = tmp_path / "data" / split / "images"
        folder.mkdir(parents=True)
        name = f"{split}.png"
        (folder / name).write_bytes(
            image.read_bytes()
            if split == "train"
            else next((trained / "data/val/images").iterdir()).read_bytes()
        )
        (folder.parent / "landmarks.csv").write_text(text.format(name=name))
    done = biometry("train", "data", "--epochs", "1", cwd=tmp_path)
    assert done.returncode == 3
    assert told in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "runs").exists() or not any((tmp_path / "runs").iterdir())
