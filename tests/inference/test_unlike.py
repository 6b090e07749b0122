"""The score that tells images unlike the training images."""

import numpy as np
import pytest

from biometry_cli.calibration import Calibration
from biometry_cli.data.phantom.scan import draw_phantom
from biometry_cli.inference.appearance import describe
from biometry_cli.inference.unlike import FEWEST_IMAGES, fit_appearance, unlike_score


def appearances(structure, first, count):
    drawn = [draw_phantom(structure, np.random.default_rng(first + i)) for i in range(count)]
    return np.array([describe((each.pixels / 255).astype(np.float32)) for each in drawn])


@pytest.fixture(scope="module")
def fitted():
    return fit_appearance(appearances("head", 0, 90), appearances("head", 1000, 40))


def flagged(rows, fitted):
    return np.mean([unlike_score(row, fitted) > 1 for row in rows])


def test_new_images_of_the_same_kind_pass(fitted):
    assert flagged(appearances("head", 2000, 60), fitted) <= 0.05


@pytest.mark.parametrize("structure", ["abdomen", "femur"])
def test_another_organ_from_the_same_scanner_scores_higher(structure, fitted):
    """By its look alone, and from few images; the network's view tells more."""
    own = np.array([unlike_score(row, fitted) for row in appearances("head", 2000, 30)])
    others = np.array([unlike_score(row, fitted) for row in appearances(structure, 0, 30)])
    assert (others[:, None] > own[None]).mean() >= 0.95


def test_noise_flat_images_and_a_heavy_shadow_are_told(fitted):
    rng = np.random.default_rng(0)
    scans = [draw_phantom("head", np.random.default_rng(2000 + i)).pixels for i in range(20)]
    for scan in scans:
        height, width = scan.shape
        noise = rng.random((height, width), dtype=np.float32)
        assert unlike_score(describe(noise), fitted) > 1
        assert unlike_score(describe(np.full_like(noise, 0.4)), fitted) > 1
    shadowed = np.array(scans, np.float32) / 255
    shadowed[:, :, 90:190] *= 0.02
    assert np.mean([unlike_score(describe(scan), fitted) > 1 for scan in shadowed]) >= 0.8


def test_the_model_file_keeps_the_score(fitted):
    stored = Calibration(appearance={"image": fitted}).model_dump_json()
    again = Calibration.model_validate_json(stored).appearance["image"]
    row = appearances("head", 5000, 1)[0]
    assert unlike_score(row, again) == unlike_score(row, fitted)
    assert len(stored) < 150_000


def test_about_one_in_a_hundred_validation_images_is_flagged():
    rng = np.random.default_rng(5)
    training, validation = rng.standard_normal((400, 60)), rng.standard_normal((300, 60))
    shares = flagged(validation, fit_appearance(training, validation))
    assert shares <= 0.01


def test_too_few_images_give_no_score():
    rows = np.random.default_rng(0).random((FEWEST_IMAGES, 30))
    assert fit_appearance(rows[:-1], rows) is None
    assert fit_appearance(rows, rows[:4]) is None
    assert fit_appearance(rows, rows) is not None


def test_identical_training_images_do_not_break_it():
    rows = np.tile(np.random.default_rng(0).random(30), (25, 1))
    same = fit_appearance(rows, rows)
    assert np.isfinite(unlike_score(rows[0], same))
    assert unlike_score(rows[0] + 1, same) > 1
