"""Classification: figures of small tables worked out by hand, and decoding."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.tasks.classify.decode import decode
from biometry_cli.tasks.classify.loss import ClassificationLoss, balanced_weights
from biometry_cli.tasks.classify.metrics import (
    BINS,
    auroc,
    brier_score,
    confusion_matrix,
    expected_calibration_error,
    negative_log_likelihood,
    reliability,
    scores,
)


def test_rows_of_the_confusion_matrix_are_the_truth() -> None:
    truth = np.array([0, 0, 1, 2, 2, 2])
    called = np.array([0, 1, 1, 0, 2, 2])
    assert confusion_matrix(truth, called, 3).tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 2]]


def test_scores_of_a_matrix_by_hand() -> None:
    # Recalls 1/2, 1, 2/3; F1 2*1/(2+2), 2*1/(1+2), 2*2/(3+2).
    result = scores(np.array([[1, 1, 0], [0, 1, 0], [1, 0, 2]]))
    assert result["accuracy"] == pytest.approx(4 / 6)
    assert result["balanced_accuracy"] == pytest.approx((1 / 2 + 1 + 2 / 3) / 3)
    assert result["macro_f1"] == pytest.approx((1 / 2 + 2 / 3 + 4 / 5) / 3)


def test_a_class_that_never_occurs() -> None:
    # Never occurs and never called: counts nowhere. Never occurs but called: F1 0, no recall.
    absent = scores(np.array([[3, 0, 0], [1, 2, 0], [0, 0, 0]]))
    assert absent["balanced_accuracy"] == pytest.approx((1 + 2 / 3) / 2)
    assert absent["macro_f1"] == pytest.approx((6 / 7 + 4 / 5) / 2)
    called = scores(np.array([[3, 0, 1], [0, 2, 0], [0, 0, 0]]))
    assert called["balanced_accuracy"] == pytest.approx((3 / 4 + 1) / 2)
    assert called["macro_f1"] == pytest.approx((6 / 7 + 1 + 0) / 3)


def test_calling_everything_the_common_class_is_no_balanced_success() -> None:
    result = scores(np.array([[95, 0], [5, 0]]))
    assert result["accuracy"] == 0.95
    assert result["balanced_accuracy"] == 0.5


def two_class(chances: list[float]) -> np.ndarray:
    return np.stack([1 - np.array(chances), chances], axis=1)


@pytest.mark.parametrize(
    ("chances", "expected"),
    [
        ([0.1, 0.2, 0.8, 0.9], 1.0),
        ([0.9, 0.8, 0.2, 0.1], 0.0),
        # Pairs (negative, positive): 0.1<0.4, 0.1<0.8, 0.6>0.4, 0.6<0.8.
        ([0.1, 0.6, 0.4, 0.8], 0.75),
        # 0.5 ties once: (1 + 0.5 + 1 + 1) / 4.
        ([0.2, 0.5, 0.5, 0.8], 3.5 / 4),
        ([0.3, 0.3, 0.3, 0.3], 0.5),
    ],
)
def test_auroc_by_hand(chances: list[float], expected: float) -> None:
    mean, by_class = auroc(np.array([0, 0, 1, 1]), two_class(chances))
    assert by_class == pytest.approx([expected, expected])
    assert mean == pytest.approx(expected)


def test_auroc_of_a_class_that_never_occurs_is_none() -> None:
    chances = np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.3, 0.6, 0.1]])
    mean, by_class = auroc(np.array([0, 1, 1]), chances)
    assert by_class == [1.0, 1.0, None]
    assert mean == 1.0
    assert auroc(np.array([0, 0, 0]), chances) == (None, [None, None, None])


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=2, max_size=20).filter(
        lambda cases: len({positive for positive, _ in cases}) == 2
    )
)
def test_auroc_is_the_chance_that_a_positive_ranks_higher(cases: list[tuple[bool, int]]) -> None:
    positives = [rank for positive, rank in cases if positive]
    negatives = [rank for positive, rank in cases if not positive]
    wins = sum((p > n) + (p == n) / 2 for p in positives for n in negatives)
    truth = np.array([int(positive) for positive, _ in cases])
    _, by_class = auroc(truth, two_class([rank / 10 for _, rank in cases]))
    assert by_class[1] == pytest.approx(wins / (len(positives) * len(negatives)))


def test_decoding_gives_a_probability_for_each_name() -> None:
    label, chances = decode(np.log(np.array([0.2, 0.5, 0.3], np.float32)), ("a", "b", "c"))
    assert label == "b"
    assert chances == pytest.approx({"a": 0.2, "b": 0.5, "c": 0.3})
    assert all(type(chance) is float for chance in chances.values())


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_a_temperature_takes_the_root_of_the_odds(temperature: float) -> None:
    logits = np.log(np.array([0.2, 0.5, 0.3], np.float32))
    label, chances = decode(logits, ("a", "b", "c"), temperature)
    assert label == "b"
    assert sum(chances.values()) == pytest.approx(1)
    assert chances["b"] / chances["a"] == pytest.approx(2.5 ** (1 / temperature), rel=1e-5)


@given(st.lists(st.floats(-30, 30), min_size=2, max_size=8), st.floats(0.02, 50))
def test_no_temperature_changes_the_label(logits: list[float], temperature: float) -> None:
    names = tuple(map(str, range(len(logits))))
    row = np.array(logits, np.float32)
    label, chances = decode(row, names, temperature)
    assert label == decode(row, names)[0]
    assert chances[label] == max(chances.values())


def test_the_number_of_names_must_fit() -> None:
    with pytest.raises(ValueError, match="zip"):
        decode(np.zeros(3, np.float32), ("a", "b"))


def test_a_perfect_prediction_costs_nothing() -> None:
    classes = torch.tensor([0, 2, 1])
    logits = 60 * torch.nn.functional.one_hot(classes, 3).float()
    assert float(ClassificationLoss()(logits, classes)) == pytest.approx(0, abs=1e-6)
    assert float(ClassificationLoss()(torch.zeros(3, 3), classes)) == pytest.approx(math.log(3))


def test_a_rare_class_counts_more() -> None:
    weights = balanced_weights(torch.tensor([0.75, 0.25, 0.0]))
    assert weights.tolist() == pytest.approx([2 / 3, 2, 0])
    # Called right three times in four, each class with the same assurance.
    logits = torch.tensor([[2.0, 0, 0]] * 4)
    classes = torch.tensor([0, 0, 0, 1])
    sure = math.log(math.exp(2) + 2) - 2
    wrong = math.log(math.exp(2) + 2)
    expected = (3 * sure * 2 / 3 + wrong * 2) / (3 * 2 / 3 + 2)
    assert float(ClassificationLoss(weights)(logits, classes)) == pytest.approx(expected, rel=1e-5)


def test_calibration_error_by_hand() -> None:
    # Top probabilities 0.9 (right, right, wrong, right) and 0.6 (wrong, right): two bins.
    chances = two_class([0.1, 0.9, 0.9, 0.9, 0.4, 0.4])
    truth = np.array([0, 1, 0, 1, 1, 0])
    error = (4 * abs(0.75 - 0.9) + 2 * abs(0.5 - 0.6)) / 6
    assert expected_calibration_error(truth, chances) == pytest.approx(error)


def test_bins_are_of_equal_width_and_closed_above() -> None:
    # Powers of two are exact, and so is a probability of 1: the last bin holds it.
    chances = np.array([[1.0, 0.0], [0.5, 0.5], [0.75, 0.25]])
    bins = reliability(np.array([0, 1, 0]), chances)
    assert len(bins) == BINS == 15
    assert [(each.low, each.high) for each in bins] == [(i / 15, (i + 1) / 15) for i in range(15)]
    filled = {place: each for place, each in enumerate(bins) if each.images}
    assert {p: (e.images, e.probability, e.right) for p, e in filled.items()} == {
        7: (1, 0.5, 0.0), 11: (1, 0.75, 1.0), 14: (1, 1.0, 1.0)
    }  # fmt: skip
    assert bins[0].probability is bins[0].right is None
    third = reliability(np.array([0]), np.array([[1 / 3, 1 / 3, 1 / 3]]))
    assert third[4].images == 1, "an edge belongs to the bin below it"


def test_drawn_by_its_own_chances_a_classifier_is_calibrated() -> None:
    rng = np.random.default_rng(0)
    chances = rng.dirichlet([0.5] * 4, 20_000)
    truth = np.array([rng.choice(4, p=row) for row in chances])
    assert expected_calibration_error(truth, chances) < 0.015
    surer = chances**3 / (chances**3).sum(axis=1, keepdims=True)
    assert expected_calibration_error(truth, surer) > 0.1
    assert brier_score(truth, surer) > brier_score(truth, chances)
    assert negative_log_likelihood(truth, surer) > negative_log_likelihood(truth, chances)


def test_brier_and_likelihood_by_hand() -> None:
    chances = np.array([[0.7, 0.2, 0.1], [0.0, 0.0, 1.0]])
    assert brier_score(np.array([0, 2]), chances) == pytest.approx((0.09 + 0.04 + 0.01) / 2)
    assert brier_score(np.array([0, 0]), chances[1:].repeat(2, axis=0)) == 2
    assert negative_log_likelihood(np.array([1, 2]), chances) == pytest.approx(-math.log(0.2) / 2)
    assert math.isfinite(negative_log_likelihood(np.array([0, 0]), chances))


def test_no_images_have_no_figures() -> None:
    nothing, none = np.zeros(0, np.int64), np.zeros((0, 3))
    for figure in (expected_calibration_error, brier_score, negative_log_likelihood):
        assert figure(nothing, none) is None
