"""Agreement against published worked examples, textbook formulas and samples of known spread."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.evaluation.agreement import agreement, icc_2_1
from biometry_cli.evaluation.bootstrap import bootstrap_intervals
from biometry_cli.results.scores import Pair

# Bland and Altman, Lancet 1:307-310, 1986: peak expiratory flow of 17 subjects in l/min, first
# reading of the large Wright meter and of the mini one.
LARGE = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]

# Shrout and Fleiss, Psychological Bulletin 86:420-428, 1979: 6 targets, 4 judges.
RATINGS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]

FIGURES = [
    "bias", "sd", "mae", "mape", "loa_low", "loa_high", "icc", "within_5_percent",
    "ga_error_days", "coverage", "interval_width_mm",
]  # fmt: skip
sizes_mm = st.floats(min_value=20, max_value=400)


def pairs_of(
    references: Sequence[float],
    predictions: Sequence[float | None],
    subjects: Sequence[str] | None = None,
    measure: str = "HC",
) -> list[Pair]:
    """One image a pair, each of its own subject unless told otherwise."""
    names = subjects or [f"s{i}" for i in range(len(references))]
    return [
        Pair(f"{i}.png", names[i], measure, reference, prediction)
        for i, (reference, prediction) in enumerate(zip(references, predictions, strict=True))
    ]


def normal_pairs(count: int, *, bias: float, sd: float, seed: int) -> list[Pair]:
    generator = np.random.default_rng(seed)
    references = generator.uniform(150, 330, count)
    return pairs_of(references.tolist(), (references + generator.normal(bias, sd, count)).tolist())


def anova_icc(ratings: np.ndarray) -> float:
    """ICC(2,1) from a two-way analysis of variance, residuals worked out one by one."""
    n, k = ratings.shape
    by_target, by_rater = ratings.mean(axis=1), ratings.mean(axis=0)
    mean = ratings.mean()
    residuals = ratings - by_target[:, None] - by_rater[None, :] + mean
    bms = k * ((by_target - mean) ** 2).sum() / (n - 1)
    jms = n * ((by_rater - mean) ** 2).sum() / (k - 1)
    ems = (residuals**2).sum() / ((n - 1) * (k - 1))
    return (bms - ems) / (bms + (k - 1) * ems + k * (jms - ems) / n)


def test_icc_of_shrout_and_fleiss() -> None:
    assert round(icc_2_1(np.array(RATINGS, float)), 2) == 0.29


def test_icc_counts_a_constant_difference_against_the_raters() -> None:
    first = np.arange(10.0)
    assert icc_2_1(np.stack([first, first], axis=1)) == 1
    # By hand: BMS 2 * 82.5 / 9, JMS 10 * 2 * 1.5**2, EMS 0.
    expected = (55 / 3) / (55 / 3 + 2 * 45 / 10)
    assert icc_2_1(np.stack([first, first + 3], axis=1)) == pytest.approx(expected)


def test_icc_of_equal_ratings_or_one_target_is_not_known() -> None:
    assert math.isnan(icc_2_1(np.full((5, 2), 7.0)))
    assert math.isnan(icc_2_1(np.array([[1.0, 2.0]])))


@given(
    st.lists(st.lists(st.integers(0, 100), min_size=3, max_size=3), min_size=3, max_size=12),
    st.integers(-10_000, 10_000),
)
def test_icc_is_that_of_the_analysis_of_variance(rows: list[list[int]], shift: int) -> None:
    ratings = np.array(rows, float)
    if np.ptp(ratings) == 0:
        return
    assert icc_2_1(ratings + shift) == pytest.approx(anova_icc(ratings), rel=1e-6, abs=1e-9)


def test_peak_flow_of_bland_and_altman() -> None:
    found = agreement("HC", pairs_of(MINI, LARGE))
    assert (found.n, found.subjects, found.missing) == (17, 17, 0)
    assert found.bias.value is not None
    assert found.sd.value is not None
    assert round(found.bias.value, 1) == -2.1
    assert round(found.sd.value, 1) == 38.8
    # The paper rounds to two standard deviations; 1.96 of them are -78.1 and 73.9.
    assert found.loa_low.value == pytest.approx(-2.1176 - 1.96 * 38.7651, abs=1e-3)
    assert found.loa_high.value == pytest.approx(-2.1176 + 1.96 * 38.7651, abs=1e-3)


def test_figures_by_hand() -> None:
    found = agreement("HC", pairs_of([100, 200, 300], [101, 190, 318]))
    values = {name: getattr(found, name).value for name in FIGURES}
    assert values["bias"] == pytest.approx(3)
    assert values["sd"] == pytest.approx(math.sqrt((2**2 + 13**2 + 15**2) / 2))
    assert values["mae"] == pytest.approx(29 / 3)
    assert values["mape"] == pytest.approx((1 + 5 + 6) / 3)
    assert values["within_5_percent"] == pytest.approx(2 / 3), "exactly 5 % is within"
    assert values["coverage"] is None
    assert values["interval_width_mm"] is None


@given(st.lists(st.tuples(sizes_mm, sizes_mm), min_size=2, max_size=20))
def test_figures_are_the_textbooks(sizes: list[tuple[float, float]]) -> None:
    reference, predicted = np.array(sizes).T
    found = agreement("HC", pairs_of(reference.tolist(), predicted.tolist()), resamples=0)
    errors = predicted - reference
    near = {"rel": 1e-9, "abs": 1e-6}
    assert found.bias.value == pytest.approx(errors.mean(), **near)
    assert found.sd.value == pytest.approx(errors.std(ddof=1), **near)
    assert found.mae.value == pytest.approx(np.abs(errors).mean(), **near)
    assert found.mape.value == pytest.approx((100 * np.abs(errors) / reference).mean(), **near)
    if np.ptp(sizes) > 1e-3:
        assert found.icc.value == pytest.approx(anova_icc(np.array(sizes)), rel=1e-6, abs=1e-6)


def test_a_missing_measure_is_counted_and_other_measures_are_not() -> None:
    pairs = pairs_of([100, 200, 300], [101, None, 303], measure="hc")
    pairs += pairs_of([50], [60], measure="FL")
    found = agreement("Hc", pairs)
    assert (found.measure, found.n, found.missing, found.subjects) == ("HC", 2, 1, 2)
    assert found.bias.value == pytest.approx(2)


def test_nothing_found_gives_no_figures_and_fails_nowhere() -> None:
    found = agreement("HC", pairs_of([100, 200], [None, None]))
    assert (found.n, found.subjects, found.missing) == (0, 0, 2)
    assert all(getattr(found, name).value is None for name in FIGURES)
    assert all(getattr(found, name).interval is None for name in FIGURES)


def test_one_image_has_a_bias_and_no_spread() -> None:
    found = agreement("HC", pairs_of([200], [203]))
    assert found.bias.value == pytest.approx(3)
    assert found.sd.value is None
    assert found.loa_low.value is None
    assert found.icc.value is None
    assert found.bias.interval is None


def test_the_age_error_is_hadlocks() -> None:
    def weeks(hc_cm: float) -> float:
        return 8.96 + 0.540 * hc_cm + 0.0003 * hc_cm**3

    found = agreement("HC", pairs_of([275, 200], [280, 199]))
    days = 7 * np.mean([weeks(28.0) - weeks(27.5), weeks(20.0) - weeks(19.9)])
    assert found.ga_error_days.value == pytest.approx(days)


def test_the_age_error_of_a_bpd_is_that_of_its_inner_diameter() -> None:
    def outer(inner_mm: float) -> float:
        return 0.555934 + 1.027318 * inner_mm

    found = agreement("BPD", pairs_of([outer(75)], [outer(70)], measure="BPD"))
    expected = (1.482 * 7.5 + 0.1676 * 7.5**2) - (1.482 * 7.0 + 0.1676 * 7.0**2)
    assert found.ga_error_days.value == pytest.approx(7 * expected)


def test_sizes_that_give_no_age_are_left_out_of_that_figure_alone() -> None:
    # An HC of 80 mm would be 13.4 weeks, before the formula's range.
    found = agreement("HC", pairs_of([275, 80, 110], [280, 82, 80]))
    only = agreement("HC", pairs_of([275], [280]))
    assert found.ga_error_days.value == only.ga_error_days.value
    assert found.n == 3
    assert found.mae.value == pytest.approx((5 + 2 + 30) / 3)
    assert agreement("OFD", pairs_of([90], [91], measure="OFD")).ga_error_days.value is None


def test_coverage_is_over_the_pairs_with_an_interval() -> None:
    pairs = [
        Pair("a", "a", "HC", 200, 203, (199, 207)),
        Pair("b", "b", "HC", 200, 203, (201, 205)),
        Pair("c", "c", "HC", 200, 203, (200, 206)),
        Pair("d", "d", "HC", 200, 203),
    ]
    found = agreement("HC", pairs)
    assert found.n == 4
    assert found.coverage.value == pytest.approx(2 / 3), "the ends belong to the interval"
    assert found.interval_width_mm.value == pytest.approx((8 + 4 + 6) / 3)


def test_intervals_are_those_of_a_normal_sample() -> None:
    pairs = normal_pairs(400, bias=1, sd=2, seed=3)
    found = agreement("HC", pairs)
    errors = [p.predicted_mm - p.reference_mm for p in pairs if p.predicted_mm is not None]
    half = 1.96 * np.std(errors, ddof=1) / math.sqrt(400)
    assert found.bias.interval == pytest.approx(
        (np.mean(errors) - half, np.mean(errors) + half), abs=0.1 * half
    )
    # A normal sample's SD has a standard error of SD / sqrt(2 (n - 1)).
    assert found.sd.value is not None
    assert found.sd.interval is not None
    low, high = found.sd.interval
    assert (high - low) / 2 == pytest.approx(1.96 * found.sd.value / math.sqrt(2 * 399), rel=0.15)


def test_intervals_hold_the_truth_as_often_as_they_promise() -> None:
    held = {"bias": 0, "sd": 0}
    for seed in range(200):
        found = agreement("HC", normal_pairs(40, bias=1, sd=2, seed=seed), resamples=400)
        for name, truth in (("bias", 1), ("sd", 2)):
            low, high = getattr(found, name).interval
            held[name] += low <= truth <= high
    # 95 % of 200 are 190; a standard deviation with 40 subjects falls a little short.
    assert 182 <= held["bias"] <= 198
    assert 176 <= held["sd"] <= 198


def test_images_of_one_subject_come_along_together() -> None:
    single = normal_pairs(30, bias=0, sd=2, seed=5)
    doubled = [*single, *single]
    together = agreement("HC", doubled)
    apart = agreement(
        "HC",
        [Pair(p.file, f"{i}", p.measure, p.reference_mm, p.predicted_mm)
         for i, p in enumerate(doubled)],
    )  # fmt: skip
    expected = agreement("HC", single).bias.interval
    assert together.subjects == 30
    assert together.bias.interval == pytest.approx(expected)
    assert apart.bias.interval is not None
    assert expected is not None
    ratio = np.ptp(apart.bias.interval) / np.ptp(expected)
    assert ratio == pytest.approx(1 / math.sqrt(2), abs=0.08)


def test_intervals_follow_the_seed() -> None:
    pairs = normal_pairs(20, bias=0, sd=2, seed=1)
    assert agreement("HC", pairs, seed=4) == agreement("HC", pairs, seed=4)
    assert agreement("HC", pairs, seed=4).mae != agreement("HC", pairs, seed=5).mae


def test_one_subject_no_resamples_or_no_spread_give_no_interval() -> None:
    alone = agreement("HC", pairs_of([200, 210, 220], [201, 213, 219], ["a", "a", "a"]))
    assert alone.sd.value is not None
    assert all(getattr(alone, name).interval is None for name in FIGURES)
    pairs = pairs_of([200, 210, 220], [201, 213, 219])
    quick = agreement("HC", pairs, resamples=0)
    assert all(getattr(quick, name).interval is None for name in FIGURES)
    full = agreement("HC", pairs)
    assert full.bias.interval is not None
    assert full.within_5_percent.value == 1
    assert full.within_5_percent.interval is None


@given(st.lists(st.tuples(sizes_mm, sizes_mm), min_size=2, max_size=8))
def test_intervals_are_in_order_and_finite(sizes: list[tuple[float, float]]) -> None:
    found = agreement("HC", pairs_of(*zip(*sizes, strict=True)), resamples=50)
    for name in FIGURES:
        interval = getattr(found, name).interval
        if interval is not None:
            assert math.isfinite(interval[0])
            assert math.isfinite(interval[1])
            assert interval[0] <= interval[1]


def test_a_skewed_statistic_is_corrected_for() -> None:
    """The sum of squares of a skewed sample: BCa reaches further up than down."""
    sums = np.random.default_rng(2).lognormal(0, 1, 60)[:, None]
    (interval,) = bootstrap_intervals(sums, lambda s: s / 60, seed=0, resamples=2000)
    assert interval is not None
    mean = sums.mean()
    assert interval[1] - mean > 1.2 * (mean - interval[0])
