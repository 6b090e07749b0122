"""The whole clinical layer: what is taken, what is refused and why, and how far it can be off."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.measure.growth.assess import GivenAge, Size, assess
from biometry_cli.measure.growth.catalog import find_chart
from biometry_cli.measure.growth.hadlock import SIZES_CM
from biometry_cli.measure.growth.size import outer_inner_mm
from biometry_cli.results.clinical import AgeEstimate, Assessment, Centile

AT_30 = {"HC": 275.0, "AC": 250.0, "FL": 56.0, "BPD": 75.0, "OFD": 96.0}
THIRTY = GivenAge(30.0, "30+0")


def sized(half_width: float | None = None, **sizes_mm: float) -> dict[str, Size]:
    return {
        name: Size(mm, None if half_width is None else (mm - half_width, mm + half_width))
        for name, mm in sizes_mm.items()
    }


def estimate(found: Assessment, formula: str) -> AgeEstimate:
    assert found.gestational_age is not None
    return next(each for each in found.gestational_age.estimates if each.formula == formula)


def centile(found: Assessment, measure: str, chart: str) -> Centile:
    return next(
        each for each in found.centiles if each.measure == measure and each.chart.startswith(chart)
    )


def taken(found: Assessment) -> str | None:
    assert found.gestational_age is not None
    return found.gestational_age.formula


def test_all_formulas_that_the_measures_allow_are_computed() -> None:
    found = assess(sized(**AT_30))
    assert found.gestational_age is not None
    assert found.fetal_weight is not None
    ages = [each.formula for each in found.gestational_age.estimates]
    assert len([name for name in ages if name.startswith("hadlock_1984")]) == 15
    assert ages[-2:] == ["intergrowth_2016_hc_fl", "intergrowth_2016_hc"]
    assert len(found.fetal_weight.estimates) == 5
    assert estimate(found, "hadlock_1984_bpd_hc_ac_fl").weeks == pytest.approx(29.315, abs=1e-3)
    assert found.gestational_age.text == "29+2"
    assert found.gestational_age.basis == "estimated"
    assert found.fetal_weight.grams == pytest.approx(1393.1, abs=0.06)
    assert [each.measure for each in found.centiles] == [
        *("HC", "HC", "BPD", "BPD", "OFD", "AC", "AC", "FL", "FL", "EFW", "EFW", "EFW")
    ]


@pytest.mark.parametrize(
    ("names", "formula"),
    [
        ("HC AC FL BPD", "hadlock_1984_bpd_hc_ac_fl"),
        ("HC AC FL", "hadlock_1984_hc_ac_fl"),
        ("AC FL", "hadlock_1984_ac_fl"),
        ("HC", "hadlock_1984_hc"),
        ("BPD", "hadlock_1984_bpd"),
    ],
)
def test_the_age_is_by_the_formula_of_most_measures(names: str, formula: str) -> None:
    assert taken(assess(sized(**{name: AT_30[name] for name in names.split()}))) == formula


def test_crl_in_range_dates_before_all_others() -> None:
    early = sized(CRL=75.0, HC=88.0, BPD=24.0)
    assert taken(assess(early)) == "intergrowth_2014_crl"
    late = sized(CRL=98.0, HC=110.0, BPD=31.0)
    found = assess(late)
    assert taken(found) == "hadlock_1984_bpd_hc"
    assert "15 to 95 mm" in str(estimate(found, "intergrowth_2014_crl").reason)


def test_where_the_first_formula_is_out_of_range_the_next_is_taken() -> None:
    found = assess(sized(AC=400.0, FL=80.0, HC=352.0))
    assert found.gestational_age is not None
    refused = [each.formula for each in found.gestational_age.estimates if each.reason]
    assert "hadlock_1984_ac_fl" in refused
    assert taken(found) is not None
    assert taken(found) not in refused


@pytest.mark.parametrize(("ofd_mm", "formula"), [
    (96.0, "hadlock_1984_bpd_hc_ac_fl"),  # cephalic index 78
    (110.0, "hadlock_1984_hc_ac_fl"),  # 68
    (88.0, "hadlock_1984_hc_ac_fl"),  # 85
])  # fmt: skip
def test_bpd_of_an_unusual_head_does_not_date(ofd_mm: float, formula: str) -> None:
    found = assess(sized(**{**AT_30, "OFD": ofd_mm}))
    assert taken(found) == formula
    noted = any("cephalic index" in note for note in found.notes)
    assert noted is (formula == "hadlock_1984_hc_ac_fl")
    assert estimate(found, "hadlock_1984_bpd").weeks is not None


def test_a_given_age_is_scored_against_and_compared() -> None:
    found = assess(sized(**AT_30), given=THIRTY)
    age = found.gestational_age
    assert age is not None
    assert (age.basis, age.weeks, age.text, age.formula) == ("given", 30.0, "30+0", None)
    assert "30+0" in str(age.guarantee)
    assert len(age.estimates) == 17
    # 29.315 weeks is 4.8 days before 30.
    assert any("29+2" in note and "5 days less than given" in note for note in found.notes)
    assert not any("same sizes" in note for note in found.notes)
    head = centile(found, "HC", "INTERGROWTH")
    assert head.median == pytest.approx(278.4, abs=0.1)
    assert head.z == pytest.approx((275 - 278.4) / 9.1, abs=0.05)


def test_an_estimated_age_is_called_circular() -> None:
    assert any("same sizes" in note for note in assess(sized(**AT_30)).notes)


def test_outer_outer_bpd_is_converted_for_hadlock_and_who_alone() -> None:
    as_given = assess(sized(**AT_30), given=THIRTY)
    measured = assess(sized(**AT_30), given=THIRTY, bpd_convention="outer-outer")
    by_hand = assess(sized(**{**AT_30, "BPD": outer_inner_mm(75.0)}), given=THIRTY)
    one = "hadlock_1984_bpd"
    assert estimate(measured, one).weeks == estimate(by_hand, one).weeks
    assert estimate(measured, one).weeks != estimate(as_given, one).weeks
    assert centile(measured, "BPD", "WHO") == centile(by_hand, "BPD", "WHO")
    assert centile(measured, "BPD", "INTERGROWTH") == centile(as_given, "BPD", "INTERGROWTH")
    assert any("converted to outer-inner" in note for note in measured.notes)
    assert any("as given" in note for note in as_given.notes)
    no_bpd = assess(sized(HC=275.0))
    assert not any("BPD" in note for note in no_bpd.notes)


def test_the_bpd_interval_is_converted_too() -> None:
    sizes = sized(2.0, BPD=75.0)
    found = assess(sizes, bpd_convention="outer-outer")
    expected = assess({"BPD": Size(outer_inner_mm(75), (outer_inner_mm(73), outer_inner_mm(77)))})
    one = "hadlock_1984_bpd"
    assert estimate(found, one).interval == pytest.approx(estimate(expected, one).interval)


def test_without_measuring_error_the_interval_is_the_formulas_own() -> None:
    found = estimate(assess(sized(HC=275.0)), "hadlock_1984_hc")
    assert found.weeks is not None
    assert found.interval is not None
    own = 1.96 * SIZES_CM["HC"].sd_weeks(found.weeks)
    assert found.interval == pytest.approx((found.weeks - own, found.weeks + own))
    assert "formula's own error alone" in str(found.guarantee)
    assert "derived from Hadlock 1984" in str(found.guarantee)


def test_measuring_error_widens_the_interval_as_a_root_of_squares() -> None:
    exact = estimate(assess(sized(HC=275.0)), "hadlock_1984_hc")
    measured = estimate(assess(sized(6.0, HC=275.0)), "hadlock_1984_hc")
    assert exact.interval is not None
    assert measured.interval is not None
    own = (exact.interval[1] - exact.interval[0]) / 2
    # d(weeks) / d(mm) = (0.540 + 3 * 0.0003 * 27.5**2) / 10
    from_size = 6 * (0.540 + 0.0009 * 27.5**2) / 10
    half = (measured.interval[1] - measured.interval[0]) / 2
    assert half == pytest.approx(math.hypot(own, from_size), rel=1e-6)
    assert "measuring error of HC" in str(measured.guarantee)
    assert "alone" not in str(measured.guarantee)


def test_one_input_without_measuring_error_leaves_all_of_it_out() -> None:
    mixed = {"HC": Size(275.0, (270.0, 280.0)), "FL": Size(56.0)}
    found = estimate(assess(mixed), "hadlock_1984_hc_fl")
    assert (
        found.interval == estimate(assess(sized(HC=275.0, FL=56.0)), "hadlock_1984_hc_fl").interval
    )
    assert "is not known" in str(found.guarantee)


def test_a_one_sided_measuring_error_makes_a_one_sided_interval() -> None:
    found = estimate(assess({"HC": Size(275.0, (275.0, 285.0))}), "hadlock_1984_hc")
    assert found.interval is not None
    assert found.weeks is not None
    assert found.interval[1] - found.weeks > found.weeks - found.interval[0]


def test_weight_intervals_are_factors() -> None:
    weight = assess(sized(HC=275.0, AC=250.0, FL=56.0)).fetal_weight
    assert weight is not None
    assert weight.grams is not None
    assert weight.interval is not None
    low, high = weight.interval
    factor = math.exp(1.96 / 2 * math.log(1.15))
    assert (low, high) == pytest.approx((weight.grams / factor, weight.grams * factor))
    assert "15 %" in str(weight.guarantee)
    measured = assess(sized(5.0, HC=275.0, AC=250.0, FL=56.0)).fetal_weight
    assert measured is not None
    assert measured.interval is not None
    assert measured.interval[0] < low
    assert measured.interval[1] > high


def test_weight_without_a_femur_is_by_intergrowth() -> None:
    weight = assess(sized(HC=290.0, AC=260.0)).fetal_weight
    assert weight is not None
    assert weight.formula == "intergrowth_2017_hc_ac"
    assert weight.grams == pytest.approx(1499, abs=0.5)
    assert "was not verified" in str(weight.guarantee)
    assert assess(sized(HC=290.0, FL=56.0)).fetal_weight is None


def test_weights_are_scored_on_the_chart_of_their_formula() -> None:
    found = assess(sized(**AT_30), given=THIRTY)
    formulas = {
        each.chart.partition(" ")[0]: each.formula
        for each in found.centiles
        if each.measure == "EFW"
    }
    assert formulas == {
        "Hadlock": "hadlock_1985_bpd_hc_ac_fl",
        "WHO": "hadlock_1985_hc_ac_fl",
        "INTERGROWTH-21st": "intergrowth_2017_hc_ac",
    }
    hadlock = centile(found, "EFW", "Hadlock")
    assert hadlock.centile == pytest.approx(
        find_chart("EFW", "hadlock").centile(1393.1, 30), abs=0.1
    )
    no_head = assess(sized(AC=250.0, FL=56.0), given=THIRTY)
    charts = [each.chart for each in no_head.centiles if each.measure == "EFW"]
    assert charts == ["Hadlock 1991, United States"]


def test_a_centile_without_any_error_has_no_interval() -> None:
    head = centile(assess(sized(HC=275.0), given=THIRTY), "HC", "INTERGROWTH")
    assert head.centile is not None
    assert head.interval is None
    assert "no interval" in str(head.guarantee)


def test_a_centile_interval_holds_size_and_estimated_age() -> None:
    by_size = centile(assess(sized(5.0, HC=275.0), given=THIRTY), "HC", "INTERGROWTH")
    chart = find_chart("HC")
    ends = (chart.centile(270, 30), chart.centile(280, 30))
    assert by_size.interval == pytest.approx(ends, abs=1e-6)
    by_both = centile(assess(sized(5.0, HC=275.0)), "HC", "INTERGROWTH")
    assert by_both.interval is not None
    assert by_both.interval[0] < ends[0]
    assert "estimated age" in str(by_both.guarantee)
    assert "estimated age" not in str(by_size.guarantee)


def test_without_an_age_centiles_say_so() -> None:
    found = assess(sized(OFD=96.0))
    assert found.gestational_age is None
    assert [each.reason for each in found.centiles] == ["no gestational age"]
    assert any("No age" in note for note in found.notes)


def test_outside_a_charts_ages_there_is_a_reason_and_no_number() -> None:
    found = assess(sized(HC=345.0, AC=350.0, FL=75.0), given=GivenAge(40.5, "40+3"))
    head = centile(found, "HC", "INTERGROWTH")
    assert (head.z, head.centile, head.median) == (None, None, None)
    assert head.reason == "40+3 is outside the chart's 14+0 to 40+0"
    assert centile(found, "EFW", "Hadlock").centile is not None


def test_beyond_whos_outermost_centile_there_is_a_reason() -> None:
    small = centile(assess(sized(AC=200.0), given=THIRTY), "AC", "WHO")
    assert small.reason == "below centile 1, the chart's outermost"
    assert small.centile is None
    assert small.median is not None


def test_an_implausible_size_is_left_out_with_the_reason() -> None:
    found = assess(sized(HC=27.5, AC=250.0, FL=56.0), given=THIRTY)
    assert "27.5 cm (give 275)" in str(estimate(found, "hadlock_1984_hc_ac_fl").reason)
    assert estimate(found, "hadlock_1984_ac_fl").weeks is not None
    assert "too small" in str(centile(found, "HC", "INTERGROWTH").reason)
    assert found.fetal_weight is not None
    assert found.fetal_weight.formula == "hadlock_1985_ac_fl"
    assert any(note.startswith("HC 27.5 mm is too small") for note in found.notes)


def test_measures_that_date_far_apart_are_named() -> None:
    uneven = assess(sized(HC=300.0, AC=230.0, FL=58.0), given=GivenAge(32.0, "32+0"))
    assert any(note.startswith("HC alone dates at 33+1, AC alone") for note in uneven.notes)
    even = assess(sized(**AT_30), given=THIRTY)
    assert not any("alone dates" in note for note in even.notes)


def test_nothing_known_is_an_empty_assessment() -> None:
    found = assess({"TAD": Size(80.0)})
    assert (found.gestational_age, found.fetal_weight, found.centiles) == (None, None, [])


def test_a_size_must_be_finite() -> None:
    with pytest.raises(ValueError, match="finite"):
        Size(math.nan)


@given(
    st.floats(14.5, 39.5),
    st.floats(-2, 2),
    st.floats(0.1, 8),
    st.sampled_from(["HC", "AC", "BPD", "FL"]),
)
def test_intervals_hold_their_value(
    weeks: float, z: float, half_width: float, measure: str
) -> None:
    size_mm = find_chart(measure).value_of(z, weeks)
    found = assess(sized(half_width, **{measure: size_mm}), given=GivenAge(weeks, "test"))
    assert found.gestational_age is not None
    for each in found.gestational_age.estimates:
        assert (each.weeks is None) is (each.reason is not None)
        if each.weeks is not None and each.interval is not None:
            assert each.interval[0] < each.weeks < each.interval[1]
    for entry in found.centiles:
        assert (entry.centile is None) is (entry.reason is not None)
        if entry.centile is not None and entry.interval is not None:
            assert 0 <= entry.interval[0] <= entry.centile <= entry.interval[1] <= 100
