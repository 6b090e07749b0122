"""Where a setting comes from, as the user sees it."""

import tomllib


def _row(text: str, key: str) -> str:
    return next(line for line in text.splitlines() if f" {key} " in line)


def test_dry_run_names_the_place_of_each_value(biometry, tmp_path):
    (tmp_path / "biometry.toml").write_text("[train]\nseed = 5\nbatch_size = 4\nepochs = 3\n")
    (tmp_path / "other.toml").write_text("[train]\nbatch_size = 6\n[augment]\nflip = 0.0\n")
    done = biometry(
        "train", "data", "--minutes", "2", "--config", "other.toml", "--dry-run",
        cwd=tmp_path, env={"BIOMETRY_AUGMENT_FLIP": "0.25"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = done.stdout
    assert "5" in _row(rows, "train.seed")
    assert "biometry.toml" in _row(rows, "train.seed")
    assert "other.toml" in _row(rows, "train.batch_size")
    assert "BIOMETRY_AUGMENT_FLIP" in _row(rows, "augment.flip")
    assert "0.25" in _row(rows, "augment.flip")
    assert "flag" in _row(rows, "train.minutes")
    assert "not set" in _row(rows, "train.epochs")
    assert "default" in _row(rows, "train.clip_norm")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["biometry.toml", "other.toml"]


def test_unknown_names_are_refused(biometry, tmp_path):
    done = biometry("train", "x", cwd=tmp_path, env={"BIOMETRY_TRAIN_EPOCS": "3"})
    assert done.returncode == 2
    assert "BIOMETRY_TRAIN_EPOCS" in done.stderr
    assert "train.epochs" in done.stderr
    (tmp_path / "biometry.toml").write_text("[train]\nepocs = 5\n")
    done = biometry("train", "x", cwd=tmp_path)
    assert done.returncode == 2
    assert "train.epocs" in done.stderr
    assert "biometry.toml" in done.stderr


def test_a_run_is_reproduced_by_its_settings(biometry, segmentation_folder, tmp_path):
    flags = ["--epochs", "1", "--width", "0.25", "--seed", "3", "--set", "augment.flip=0.1"]
    data = segmentation_folder / "data"
    first = biometry("train", str(data), *flags, "--name", "a", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    again = biometry("train", "--config", "runs/a/settings.toml", "--name", "b", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    settings = [(tmp_path / "runs" / name / "settings.toml").read_text() for name in "ab"]
    assert settings[0] == settings[1]
    written = tomllib.loads(settings[0])
    assert written["train"]["seed"] == 3
    assert written["data"]["structures"] == ["head", "abdomen", "femur"]
    assert written["data"]["height_px"] % 16 == 0
    weights = [_tensors(tmp_path / "runs" / name / "model.safetensors") for name in "ab"]
    assert weights[0] == weights[1]


def _tensors(path):
    from safetensors.numpy import load_file

    return {name: value.tobytes() for name, value in load_file(path).items()}
