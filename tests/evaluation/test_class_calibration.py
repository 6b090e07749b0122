"""The temperature and the threshold, on logits whose truth is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.evaluation.class_calibration import (
    CONFIDENCE,
    FEWEST_IMAGES,
    Answered,
    fit_classes,
    fit_temperature,
    fit_threshold,
    probabilities_of,
)

RATE = 0.05


def drawn(count, seed, spread=2.0, classes=6):
    """Logits that tell the exact chances, and truths drawn by these chances."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, spread, (count, classes))
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    truth = (chances.cumsum(axis=1) < rng.random((count, 1))).sum(axis=1)
    return logits, np.minimum(truth, classes - 1)


def cases(logits, truth, subjects=None):
    names = subjects if subjects is not None else range(len(truth))
    return [
        Answered(f"s{name}", row.astype(np.float32), int(label))
        for name, row, label in zip(names, logits, truth, strict=True)
    ]


@pytest.mark.parametrize("temperature", [0.25, 0.7, 1.0, 2.5, 8.0])
def test_a_known_temperature_is_found(temperature):
    logits, truth = drawn(8000, seed=1)
    assert fit_temperature(temperature * logits, truth) == pytest.approx(temperature, rel=0.05)


def test_a_shift_of_the_logits_changes_nothing():
    logits, truth = drawn(200, seed=2)
    shift = np.random.default_rng(0).normal(0, 1e4, (200, 1))
    assert fit_temperature(logits + shift, truth) == pytest.approx(fit_temperature(logits, truth))


def test_no_other_temperature_is_more_likely():
    logits, truth = drawn(3000, seed=3)
    logits = 3 * logits
    found = fit_temperature(logits, truth)

    def loss(temperature):
        chances = probabilities_of(logits, temperature)
        return -np.log(np.maximum(chances[np.arange(len(truth)), truth], 1e-30)).mean()

    nearby = [loss(found * factor) for factor in (0.8, 0.9, 1.1, 1.25)]
    assert min(nearby) > loss(found)


def test_a_flawless_set_promises_no_certainty():
    truth = np.arange(60) % 3
    logits = 4.0 * np.eye(3)[truth]
    top = probabilities_of(logits, fit_temperature(logits, truth)).max(axis=1)
    assert top == pytest.approx(61 / 62, abs=1e-4)


def test_logits_that_know_nothing_are_cooled_to_chance():
    rng = np.random.default_rng(4)
    logits, truth = rng.normal(0, 9, (2000, 4)), rng.integers(0, 4, 2000)
    top = probabilities_of(logits, fit_temperature(logits, truth)).max(axis=1)
    assert top.mean() < 0.35


@given(st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=1, max_size=60))
def test_the_threshold_is_the_least_that_holds(rows):
    """Against the definition by brute force, with many equal probabilities."""
    top = np.array([tenths / 10 for tenths, _ in rows])
    wrong = np.array([bad for _, bad in rows])
    found = fit_threshold(top, wrong, RATE, range(len(rows)))
    holding = [t for t in sorted(set(top)) if wrong[top >= t].mean() <= RATE]
    if found.confidence:
        answered = top >= found.value
        # Clopper and Pearson: so few errors of so many would be rarer than 10 % at the rate.
        assert chance_of_at_most(wrong[answered].sum(), answered.sum(), RATE) <= 1 - CONFIDENCE
        assert found.value in holding
    else:
        assert found.value == (holding[0] if holding else 1.0)


def chance_of_at_most(errors, count, rate):
    from math import comb

    return sum(
        comb(int(count), k) * rate**k * (1 - rate) ** (count - k) for k in range(int(errors) + 1)
    )


def test_forty_five_flawless_images_promise_five_percent():
    for count, confidence in ((44, 0.0), (45, CONFIDENCE)):
        top = np.linspace(0.5, 0.99, count)
        found = fit_threshold(top, np.zeros(count, bool), RATE, range(count))
        assert (found.value, found.confidence) == (0.5, confidence)


def test_a_model_that_is_never_right_answers_next_to_nothing():
    top = np.linspace(0.3, 0.9, 100)
    found = fit_threshold(top, np.ones(100, bool), RATE, range(100))
    assert (found.value, found.confidence) == (1.0, 0.0)


@pytest.mark.parametrize(("count", "spread"), [(90, 5.0), (300, 5.0), (300, 3.0)])
def test_the_error_rate_holds_on_new_images(count, spread):
    """Of many calibration sets, a tenth may let new images be wrong more often than promised."""
    logits, truth = drawn(100_000, seed=9, spread=spread)
    chances = probabilities_of(logits)
    top, wrong = chances.max(axis=1), chances.argmax(axis=1) != truth
    rng = np.random.default_rng(5)
    broken = promised = 0
    for _ in range(200):
        mine = rng.integers(0, len(top), count)
        found = fit_threshold(top[mine], wrong[mine], RATE, range(count))
        if found.confidence:
            promised += 1
            broken += wrong[top >= found.value].mean() > RATE
    assert promised > 40
    assert broken <= 0.13 * 200


def test_images_of_one_subject_are_no_independent_proof():
    logits, truth = drawn(120, seed=6, spread=12.0)
    truth = logits.argmax(axis=1)
    alone = fit_classes(cases(logits, truth), error_rate=RATE, apart=True, seed=0)
    assert (alone.images, alone.subjects, alone.confidence) == (120, 120, CONFIDENCE)
    shared = cases(logits, truth, np.arange(120) // 4)
    together = fit_classes(shared, error_rate=RATE, apart=True, seed=0)
    assert (together.images, together.subjects, together.confidence) == (120, 30, 0.0)
    assert together.temperature == alone.temperature


def test_what_is_recorded_is_what_was_fitted_on():
    logits, truth = drawn(400, seed=7, spread=4.0)
    fitted = fit_classes(cases(3 * logits, truth), error_rate=0.1, apart=False, seed=0)
    assert fitted.temperature == pytest.approx(3, rel=0.15)
    assert fitted.ece_after < fitted.ece_before
    assert fitted.nll_after < fitted.nll_before
    chances = probabilities_of(3 * logits, fitted.temperature)
    answered = chances.max(axis=1) >= fitted.threshold
    assert fitted.answered == answered.mean()
    assert fitted.answered_error_rate == (chances.argmax(axis=1) != truth)[answered].mean()
    assert fitted.answered_error_rate <= fitted.error_rate == 0.1
    assert (fitted.apart, fitted.reason) == (False, "")


def test_too_little_to_learn_from_says_so_and_changes_nothing():
    logits, truth = drawn(FEWEST_IMAGES - 1, seed=8)
    few = fit_classes(cases(logits, truth), error_rate=RATE, apart=False, seed=0)
    assert f"{FEWEST_IMAGES - 1} calibration images" in few.reason
    logits, _ = drawn(50, seed=8)
    one = fit_classes(cases(logits, np.full(50, 2)), error_rate=RATE, apart=False, seed=0)
    assert "one class" in one.reason
    for fitted in (few, one):
        assert (fitted.temperature, fitted.threshold, fitted.ece_after) == (1.0, None, None)
