"""A classifier from calibration to evaluation, with a network that is known to be too sure."""

import numpy as np
import pytest
from PIL import Image

from biometry_cli.calibration import ClassCalibration
from biometry_cli.data.layout import read_dataset
from biometry_cli.evaluation.calibrate import calibrate, images_to_calibrate
from biometry_cli.evaluation.evaluate import evaluate
from biometry_cli.evaluation.flat import flat
from biometry_cli.inference.backends import Outputs
from biometry_cli.inference.predictor import Predictor
from biometry_cli.results.flags import UNSURE
from tests.inference.test_predictor import make_card

TOO_SURE = 3.0
CLASSES = ("bright", "dark")
COUNTS = {"train": 24, "val": 400, "test": 300}


class TooSure:
    """Reads from the brightness how likely each class is, and triples the logarithm."""

    def run(self, batch):
        odds = 16 * (batch.mean(axis=(1, 2, 3)) - 0.5)
        logits = TOO_SURE * np.stack([odds, np.zeros_like(odds)], axis=1)
        return Outputs(logits.astype(np.float32), None)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """Plain images; the odds of the label "bright" grow with the brightness."""
    root = tmp_path_factory.mktemp("lights")
    rng = np.random.default_rng(0)
    number = 0
    for split, count in COUNTS.items():
        (root / split / "images").mkdir(parents=True)
        lines = ["filename,label"]
        for _ in range(count):
            level = int(rng.integers(60, 196))
            chance = 1 / (1 + np.exp(-16 * (level / 255 - 0.5)))
            name = f"{number:04d}.png"
            Image.fromarray(np.full((32, 32), level, np.uint8)).save(root / split / "images" / name)
            lines.append(f"{name},{CLASSES[int(rng.random() > chance)]}")
            number += 1
        (root / split / "labels.csv").write_text("\n".join(lines) + "\n")
    return read_dataset(root)


def predictor_of(fitted=None):
    card = make_card("classify", CLASSES, size=(32, 32))
    plain = card.preprocess.model_copy(update={"normalisation": "none"})
    calibration = card.calibration.model_copy(update={"classes": fitted})
    card = card.model_copy(update={"preprocess": plain, "calibration": calibration})
    return Predictor(card, TooSure(), name="too sure")


@pytest.fixture(scope="module")
def fitted(dataset):
    seen = []
    found = calibrate(
        predictor_of(), dataset, seed=0, unsure_error_rate=0.1, on_image=lambda: seen.append(1)
    )
    assert len(seen) == images_to_calibrate(dataset, 0)
    assert found.measures == {}
    return found.classes


def test_the_known_temperature_is_found_on_subjects_kept_apart(fitted):
    assert fitted.temperature == pytest.approx(TOO_SURE, rel=0.2)
    assert (fitted.images, fitted.subjects, fitted.apart) == (300, 300, True)
    assert fitted.ece_after < fitted.ece_before
    assert (fitted.error_rate, fitted.confidence) == (0.1, 0.9)


def test_evaluation_says_what_the_temperature_and_the_threshold_do(dataset, fitted):
    before = flat(evaluate(predictor_of(), dataset, "test"))
    after = flat(evaluate(predictor_of(fitted), dataset, "test"))
    for name in ("accuracy", "balanced_accuracy", "auroc"):
        assert after.metrics[name] == pytest.approx(before.metrics[name], abs=1e-9), name
    assert after.metrics["ece_uncalibrated"] == pytest.approx(before.metrics["ece"])
    assert after.metrics["ece"] < before.metrics["ece"] / 2
    assert after.metrics["brier"] < before.metrics["brier"]
    assert after.reliability_uncalibrated == before.reliability
    assert sum(each.images for each in after.reliability) == after.n
    for absent in ("ece_uncalibrated", "answered", "error_rate_answered"):
        assert absent not in before.metrics
    assert before.reliability_uncalibrated == []


def test_the_unsure_are_those_below_the_threshold(dataset, fitted):
    result = flat(evaluate(predictor_of(fitted), dataset, "test"))
    cases = [case.values for case in result.cases]
    unsure = [case["probability_of_predicted"] < fitted.threshold for case in cases]
    assert [UNSURE in case["flags"].split() for case in cases] == unsure
    assert result.counts[UNSURE] == sum(unsure) > 0
    answered = [case for case, doubt in zip(cases, unsure, strict=True) if not doubt]
    wrong = sum(case["label"] != case["predicted"] for case in answered)
    assert result.metrics["answered"] == pytest.approx(len(answered) / len(cases))
    assert result.metrics["error_rate_answered"] == pytest.approx(wrong / len(answered))
    assert result.metrics["error_rate_answered"] <= 0.1
    assert 1 - result.metrics["accuracy"] > 0.1, "else there would be nothing to hold back"


def test_an_unsure_answer_keeps_its_label_and_probabilities():
    image = np.full((32, 32), 135, np.uint8)
    sure = predictor_of(ClassCalibration(temperature=2.0, threshold=0.6)).predict(image)
    unsure = predictor_of(ClassCalibration(temperature=2.0, threshold=0.9)).predict(image)
    assert sure.flags == []
    assert unsure.flags == [UNSURE]
    assert (unsure.label, unsure.probabilities) == (sure.label, sure.probabilities)
    odds = 16 * (135 / 255 - 0.5) * TOO_SURE / 2
    assert sure.probabilities["bright"] == pytest.approx(1 / (1 + np.exp(-odds)), rel=1e-3)


def test_a_model_that_answers_nothing_has_no_error_rate(dataset):
    never = ClassCalibration(temperature=50.0, threshold=1.0)
    result = flat(evaluate(predictor_of(never), dataset, "test"))
    assert (result.metrics["answered"], result.metrics["error_rate_answered"]) == (0.0, None)
    assert result.counts[UNSURE] == result.n
