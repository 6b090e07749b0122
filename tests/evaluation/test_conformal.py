"""Intervals that hold what they promise."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.calibration import (
    FEWEST_SUBJECTS,
    LEVEL,
    MeasureCalibration,
    guarantee_of,
    interval_of,
)
from biometry_cli.evaluation.conformal import CONFIDENCE, Compared, conformal_place, fit_measure


def cases(predicted, reference, unit="mm"):
    pairs = enumerate(zip(predicted, reference, strict=True))
    return [Compared(f"s{i}", float(p), float(r), unit) for i, (p, r) in pairs]


@pytest.mark.parametrize(
    ("count", "place", "confidence"),
    # By hand: the largest of n holds 95 % with a confidence of 1 - 0.95^n, and so on.
    [(19, 19, 0.6226), (44, 44, 0.8953), (45, 45, 0.9006), (61, 61, 0.9562), (93, 92, 0.9501)],
)
def test_the_order_statistic_gives_the_wanted_confidence(count, place, confidence):
    assert conformal_place(count) == (place, pytest.approx(confidence, abs=1e-4))


@given(st.integers(FEWEST_SUBJECTS, 3000))
def test_the_order_statistic_is_never_below_the_published_one(count):
    place, confidence = conformal_place(count)
    assert math.ceil((count + 1) * LEVEL) <= place <= count
    assert confidence >= CONFIDENCE or place == count


@pytest.mark.parametrize("spread", ["absolute", "relative"])
def test_new_subjects_are_covered_as_promised(spread):
    """Over many calibrations, 95 % or more are covered as often as the confidence says."""
    rng = np.random.default_rng(1)
    count, held, kinds = 61, [], []
    for _ in range(400):
        predicted = rng.uniform(60, 340, count + 1000)
        scale = 2.0 if spread == "absolute" else 0.01 * predicted
        reference = predicted + scale * rng.standard_t(4, predicted.size)
        fitted = fit_measure(cases(predicted[:count], reference[:count]), apart=True, seed=0)
        half = fitted.absolute if fitted.taken == "absolute" else fitted.relative * predicted
        covered = (
            np.abs(reference - predicted)[count:] <= np.broadcast_to(half, count + 1000)[count:]
        )
        held.append(covered.mean() >= LEVEL)
        kinds.append(fitted.taken == spread)
    assert np.mean(held) == pytest.approx(fitted.confidence, abs=0.03)
    assert np.mean(kinds) > 0.85  # the kind that the residuals really have


def test_too_few_subjects_give_no_interval_and_say_so():
    few = fit_measure(cases(np.full(18, 200.0), np.full(18, 201.0)), apart=False, seed=0)
    assert interval_of(200, "mm", few) is None
    assert "18 calibration subjects" in guarantee_of(few)
    assert f"{FEWEST_SUBJECTS} are needed" in guarantee_of(few)
    enough = fit_measure(cases(np.full(19, 200.0), np.full(19, 201.0)), apart=False, seed=0)
    assert interval_of(200, "mm", enough) == pytest.approx((199, 201))
    assert guarantee_of(enough).startswith("approximate")
    assert "calibrated" in guarantee_of(None)


def test_each_subject_counts_once():
    many = [Compared("one", 100.0, 150.0, "mm")] * 500
    others = cases(np.full(99, 100.0), np.full(99, 101.0))
    fitted = fit_measure(many + others, apart=True, seed=0)
    assert fitted.subjects == 100
    # 100 residuals, one of them huge: the 99th of them is that of the others.
    assert fitted.absolute == pytest.approx(1.0)
    assert "kept apart" in guarantee_of(fitted)


@given(
    value=st.floats(0.1, 1e3),
    relative=st.floats(0, 3),
    absolute=st.floats(0, 1e3),
    taken=st.sampled_from(["relative", "absolute"]),
    unit=st.sampled_from(["mm", "px", "%"]),
)
def test_an_interval_holds_its_value_and_never_goes_below_zero(
    value, relative, absolute, taken, unit
):
    fitted = MeasureCalibration(subjects=50, relative=relative, absolute=absolute, taken=taken)
    low, high = interval_of(value, unit, fitted)
    assert 0 <= low <= value <= high
    if unit != "mm":  # millimetres of the calibration say nothing of pixels
        assert high == pytest.approx(value * (1 + relative))


def test_mixed_units_are_calibrated_relatively():
    mixed = cases(np.full(20, 100.0), np.full(20, 110.0)) + [
        Compared(f"p{i}", 400.0, 404.0, "px") for i in range(20)
    ]
    fitted = fit_measure(mixed, apart=True, seed=0)
    assert fitted.taken == "relative"
    assert interval_of(10.0, "mm", fitted) == pytest.approx((9, 11))
