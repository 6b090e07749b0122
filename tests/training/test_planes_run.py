"""A whole run on a folder a class: names, balance, calibration, and going on after an end."""

import tomllib

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load_file

from biometry_cli.bundle import read_card
from biometry_cli.data.check import check_dataset
from biometry_cli.data.layout import read_dataset
from biometry_cli.inference.predictor import load
from biometry_cli.jobs.train import train
from biometry_cli.runs import find_run
from biometry_cli.settings import AugmentSettings, DataSettings, ModelSettings, Settings
from biometry_cli.settings import TrainSettings as Learning
from biometry_cli.watch import Watcher

CLASSES = ("Fetal brain", "Fetal femur", "Mütterlicher Gebärmutterhals")
COUNTS = {"train": (20, 6, 6), "val": (9, 9, 9)}
EPOCHS = 4


class Killed(Exception):
    pass


class Killer(Watcher):
    """Ends the run for good after an epoch."""

    def __init__(self, epoch):
        self.epoch = epoch

    def end_epoch(self, row):
        if row["epoch"] == self.epoch:
            raise Killed


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Stripes of another direction and width for each class, in noise."""
    root = tmp_path_factory.mktemp("planes")
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:40, :48]
    for split, counts in COUNTS.items():
        for place, (name, count) in enumerate(zip(CLASSES, counts, strict=True)):
            (root / split / name).mkdir(parents=True)
            for number in range(count):
                wave = np.sin((x, y, x + y)[place] / (2 + place) + rng.uniform(0, 6))
                pixels = np.clip(128 + 60 * wave + rng.normal(0, 20, wave.shape), 0, 255)
                file = root / split / name / f"{split}{place}{number}.png"
                Image.fromarray(pixels.astype(np.uint8)).save(file)
    return root


def settings(folder, runs, name, **learning):
    return Settings(
        data=DataSettings(folder=folder, height_px=32, width_px=32, workers=0),
        augment=AugmentSettings(flip=0.0, rotation_deg=0),
        model=ModelSettings(width=0.25),
        train=Learning(runs_folder=runs, name=name, epochs=EPOCHS, batch_size=4, **learning),
    )


@pytest.fixture(scope="module")
def runs(folder, tmp_path_factory):
    place = tmp_path_factory.mktemp("runs")
    train(settings(folder, place, "whole", unsure_error_rate=0.2), Watcher())
    return place


def test_names_and_shares_come_from_the_folders(folder):
    report = check_dataset(read_dataset(folder))
    assert (report.task, tuple(report.classes)) == ("classify", tuple(sorted(CLASSES)))
    shares = report.splits["train"].class_shares
    assert shares == pytest.approx(dict(zip(CLASSES, (20 / 32, 6 / 32, 6 / 32), strict=True)))


def test_a_run_says_how_it_drew_and_what_its_probabilities_are_worth(folder, runs):
    run = find_run(runs, "whole")
    written = tomllib.loads(run.settings.read_text())
    assert written["train"]["sampling"] == "balanced"
    assert written["model"]["name"] == "plane-resnet"
    card = read_card(run.model)
    assert card.labels.classes == tuple(sorted(CLASSES))
    fitted = card.calibration.classes
    assert (fitted.images, fitted.apart, fitted.reason) == (20, True, "")
    assert fitted.error_rate == 0.2
    assert fitted.answered == 0 or fitted.answered_error_rate <= 0.2
    image = next((folder / "val" / CLASSES[2]).iterdir())
    assert set(load(run.model).predict(image).probabilities) == set(CLASSES)


def test_the_history_holds_what_validation_can_know(runs):
    header = find_run(runs, "whole").history.read_text().splitlines()[0].split(",")
    assert {"val_accuracy", "val_balanced_accuracy", "val_macro_f1", "val_auroc"} <= set(header)
    assert not any("ece" in name or "brier" in name or "answered" in name for name in header)


def test_a_killed_run_draws_the_same_images_when_it_goes_on(folder, runs):
    with pytest.raises(Killed):
        train(settings(folder, runs, "killed", unsure_error_rate=0.2), Killer(2))
    train(
        settings(folder, runs, "killed", unsure_error_rate=0.2), Watcher(), find_run(runs, "killed")
    )
    weights = [load_file(find_run(runs, name).model) for name in ("whole", "killed")]
    assert all((weights[0][name] == weights[1][name]).all() for name in weights[0])


def test_natural_sampling_learns_otherwise(folder, runs):
    train(settings(folder, runs, "natural", sampling="natural"), Watcher())
    weights = [load_file(find_run(runs, name).model) for name in ("whole", "natural")]
    assert any((weights[0][name] != weights[1][name]).any() for name in weights[0])
