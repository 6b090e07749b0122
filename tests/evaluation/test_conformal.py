"""Intervals that hold what they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.calibration import LEVEL, MeasureCalibration
from biometry_cli.evaluation.conformal import Compared, conformal_quantile, fit_measure
from biometry_cli.inference.intervals import FEWEST_SUBJECTS, guarantee_of, interval_of


def cases(predicted, reference, unit="mm"):
    pairs = enumerate(zip(predicted, reference, strict=True))
    return [Compared(f"s{i}", float(p), float(r), unit) for i, (p, r) in pairs]


@pytest.mark.parametrize(
    ("count", "place"), [(19, 19), (20, 20), (38, 38), (39, 38), (59, 57), (99, 95)]
)
def test_the_quantile_is_the_published_order_statistic(count, place):
    residuals = np.random.default_rng(0).permutation(np.arange(1.0, count + 1))
    assert conformal_quantile(residuals) == place


@pytest.mark.parametrize("spread", ["absolute", "relative"])
def test_new_subjects_are_covered_as_promised(spread):
    """Over many calibrations the mean coverage lies between 95 % and 95 % + 1 / (n + 1)."""
    rng = np.random.default_rng(1)
    count, covered, widths = 39, [], []
    for _ in range(400):
        predicted = rng.uniform(60, 340, count + 50)
        scale = 2.0 if spread == "absolute" else 0.01 * predicted
        reference = predicted + scale * rng.standard_t(4, predicted.size)
        fitted = fit_measure(cases(predicted[:count], reference[:count]), apart=True, seed=0)
        ends = [interval_of(p, "mm", fitted) for p in predicted[count:]]
        covered += [
            low <= r <= high for (low, high), r in zip(ends, reference[count:], strict=True)
        ]
        widths.append(fitted.taken == spread)
    assert LEVEL - 0.005 <= np.mean(covered) <= LEVEL + 1 / (count + 1) + 0.005
    assert np.mean(widths) > 0.85  # the kind that the residuals really have


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
    others = cases(np.full(40, 100.0), np.full(40, 101.0))
    fitted = fit_measure(many + others, apart=True, seed=0)
    assert fitted.subjects == 41
    # 41 residuals, one of them huge: the 40th of them is that of the others.
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
