"""Calibration on a data folder, with a network whose errors are known."""

import numpy as np
import pytest
from PIL import Image

from biometry_cli.bundle import ModelCard, ModelSpec, TrainingSummary
from biometry_cli.data.labels import LabelSchema
from biometry_cli.data.layout import read_dataset
from biometry_cli.data.preprocess import Preprocess
from biometry_cli.evaluation.calibrate import calibrate, divide_validation, images_to_calibrate
from biometry_cli.inference.backends import Outputs
from biometry_cli.inference.predictor import Predictor

SIZE = (64, 96)
SPACING_MM = 2.0


class Brightness:
    """Calls bright pixels head; its embedding is the mean brightness, twice."""

    def run(self, batch):
        head = np.clip(batch[:, 0], 1e-4, 1 - 1e-4)
        logits = np.stack([np.zeros_like(head), np.log(head / (1 - head))], axis=1)
        mean = batch.mean(axis=(1, 2, 3))
        return Outputs(logits.astype(np.float32), np.stack([mean, mean], 1).astype(np.float32))


def disk(radius_px, shift):
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    distance = np.hypot(y - 31 - shift, x - 47 + shift)
    return (255 * np.clip(radius_px + 0.5 - distance, 0, 1)).astype(np.uint8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Disks as heads. The reference HC is 1 % below the disk's for half of the val subjects."""
    root = tmp_path_factory.mktemp("disks")
    rng = np.random.default_rng(0)
    first = 0
    for split, subjects in (("train", 24), ("val", 32)):
        (root / split / "images").mkdir(parents=True)
        (root / split / "masks").mkdir()
        lines = ["filename,pixel_size_mm,hc_mm"]
        for number in range(first, first + subjects):
            radius_px = rng.uniform(12, 26)
            for image in range(2):
                pixels = disk(radius_px, image)
                name = f"{number:03d}_{image}.png"
                Image.fromarray(pixels).save(root / split / "images" / name)
                mask = (pixels > 127).astype(np.uint8)
                Image.fromarray(mask).save(root / split / "masks" / name)
                error = 0.99 if number % 2 else 1.0
                hc_mm = error * 2 * np.pi * radius_px * SPACING_MM
                lines.append(f"{name},{SPACING_MM},{hc_mm:.4f}")
        (root / split / "spacing.csv").write_text("\n".join(lines) + "\n")
        first += subjects
    return root


@pytest.fixture(scope="module")
def dataset(folder):
    return read_dataset(folder, structures=("head",))


@pytest.fixture(scope="module")
def predictor():
    card = ModelCard(
        labels=LabelSchema(task="segment", classes=("background", "head")),
        preprocess=Preprocess(height_px=SIZE[0], width_px=SIZE[1], normalisation="none"),
        model=ModelSpec(name="unet"),
        training=TrainingSummary(
            data="disks", images={}, subjects={}, seed=0, split_shares=(1, 0, 0), epoch=1,
            minutes=0, validation={},
        ),
        settings={}, settings_hash="", versions={}, created="",
    )  # fmt: skip
    return Predictor(card, Brightness(), name="brightness")


def test_no_subject_both_chooses_and_calibrates(dataset):
    samples = dataset.split("val")
    choosing, calibrating, apart = divide_validation(samples, seed=3)
    assert apart
    assert sorted(s.image for s in choosing + calibrating) == sorted(s.image for s in samples)
    assert not {s.subject for s in choosing} & {s.subject for s in calibrating}
    assert len({s.subject for s in calibrating}) == 24
    assert divide_validation(samples, seed=3) == (choosing, calibrating, apart)


def test_few_subjects_do_both(dataset):
    few = [s for s in dataset.split("val") if s.subject in ("024", "025", "026")]
    assert divide_validation(few, seed=0) == (tuple(few), tuple(few), False)


def test_half_widths_are_the_known_errors(dataset, predictor):
    seen = []
    fitted = calibrate(predictor, dataset, seed=0, on_image=lambda: seen.append(1))
    assert len(seen) == images_to_calibrate(dataset, 0)
    hc = fitted.measures["HC"]
    assert (hc.subjects, hc.apart, hc.unit) == (24, True, "mm")
    # The error is 1 % of the size, and what a disk on pixels leaves beside it.
    assert hc.relative == pytest.approx(0.01, abs=0.004)
    assert hc.absolute == pytest.approx(0.01 * 2 * np.pi * 26 * SPACING_MM, rel=0.45)
    # BPD has no column: its reference is the annotated mask's own measure.
    assert fitted.measures["BPD"].absolute < SPACING_MM / 2


def test_both_views_know_training_images_and_tell_others(dataset, predictor):
    fitted = calibrate(predictor, dataset, seed=0)
    assert set(fitted.appearance) == {"image", "network"}
    known = predictor.card.model_copy(update={"calibration": fitted})
    calibrated = Predictor(known, Brightness(), name="brightness")
    alike = [calibrated.predict(disk(15 + i / 2, 0)).unlike_training for i in range(20)]
    assert np.mean(np.array(alike) > 1) <= 0.1
    stripes = np.tile(np.array([0, 255], np.uint8), (SIZE[0], SIZE[1] // 2))
    other = calibrated.predict(stripes)
    assert other.unlike_training > 1
    assert "unlike_training" in other.flags
