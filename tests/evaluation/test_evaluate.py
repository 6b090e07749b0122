"""Figures over a split, where the right answer is known."""

import numpy as np
import pytest

from biometry_cli.data.layout import read_dataset
from biometry_cli.data.phantom.dataset import write_segmentation_dataset
from biometry_cli.data.samples import Sample
from biometry_cli.errors import DataError, ModelFileError
from biometry_cli.evaluation.classification import ClassificationScores
from biometry_cli.evaluation.evaluate import evaluate
from biometry_cli.inference.predictor import Predictor, Reading
from biometry_cli.results.prediction import Prediction
from tests.inference.test_predictor import TruthBackend, make_card


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn") / "data"
    write_segmentation_dataset(folder, train=3, val=3, test=6, seed=2)
    return read_dataset(folder)


def _truth(dataset, split, grow=0):
    """A backend that answers the split's own masks, or masks shifted by ``grow`` pixels."""
    from biometry_cli.data.masks import read_mask

    coverages = []
    for sample in dataset.split(split):
        mask = np.roll(read_mask(sample.mask, dataset.labels.structures, dataset.coding), grow, 1)
        coverages.append(np.stack([mask == i for i in (1, 2, 3)]).astype(np.float32))
    return coverages


def test_the_truth_scores_one(drawn):
    coverages = _truth(drawn, "test")
    card = make_card(size=coverages[0].shape[1:])
    result = evaluate(Predictor(card, TruthBackend(coverages), name="truth"), drawn, "test")
    assert result.n == 6
    metrics = result.metrics
    for name in ("dice", "dice_head", "dice_femur", "iou"):
        assert metrics[name] == 1
    assert metrics["hd95_mm"] == 0
    assert metrics["assd_mm"] == 0
    # Binary masks at the image's size: the measure is right to a fraction of a pixel.
    assert metrics["hc_mae_mm"] < 0.5
    assert abs(metrics["ac_bias_mm"]) < 0.5
    assert metrics["fl_mae_mm"] < 0.5
    assert result.counts["hc_mm"] == 2
    assert result.counts["hc_missing"] == 0
    assert result.counts["dice_head"] == 2, "images without a head don't count"


def test_a_shift_costs_what_it_costs(drawn):
    coverages = _truth(drawn, "test", grow=3)
    card = make_card(size=coverages[0].shape[1:])
    result = evaluate(Predictor(card, TruthBackend(coverages), name="shifted"), drawn, "test")
    spacings = [s.calibration.spacing_mm[0] for s in drawn.split("test")]
    assert result.metrics["dice"] < 1
    assert 1.5 * min(spacings) <= result.metrics["hd95_mm"] <= 3 * max(spacings) + 1e-9


def test_missing_measures_are_counted(drawn):
    coverages = [np.zeros_like(c) for c in _truth(drawn, "test")]
    card = make_card(size=coverages[0].shape[1:])
    result = evaluate(Predictor(card, TruthBackend(coverages), name="empty"), drawn, "test")
    assert result.metrics["dice"] == 0
    assert result.counts["hc_missing"] == 2
    assert "hc_mae_mm" not in result.metrics


def test_task_and_classes_must_fit(drawn):
    card = make_card("classify", ("a", "b"))
    with pytest.raises(ModelFileError, match="task classify"):
        evaluate(Predictor(card, TruthBackend([]), name="x"), drawn, "test")
    card = make_card(classes=("background", "head"))
    with pytest.raises(ModelFileError, match="background, head"):
        evaluate(Predictor(card, TruthBackend([]), name="x"), drawn, "test")


def test_an_absent_split_is_an_error(drawn):
    with pytest.raises(DataError, match="other split"):
        evaluate(Predictor(make_card(), TruthBackend([]), name="x"), drawn, "other")


def test_classification_scores(tmp_path):
    scores = ClassificationScores(("a", "b"))
    rows = [("a", 0.9), ("a", 0.4), ("b", 0.2), ("b", 0.1)]
    for label, a in rows:
        prediction = Prediction(
            file="x", task="classify", model="m", label="a" if a > 0.5 else "b",
            probabilities={"a": a, "b": 1 - a},
        )  # fmt: skip
        sample = Sample(tmp_path / "x.png", "x", label=label)
        scores.add(sample, Reading(prediction, np.zeros((2, 2), np.float32)))
    metrics, counts = scores.summary()
    assert metrics["accuracy"] == 0.75
    assert metrics["balanced_accuracy"] == 0.75
    assert metrics["auroc"] == 1.0
    assert scores.confusion() == [[1, 1], [0, 2]]
    assert counts == {"a": 2, "b": 2}
