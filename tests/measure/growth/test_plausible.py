"""Sizes that no fetus has, and the slip that they look like."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.measure.growth.catalog import find_chart
from biometry_cli.measure.growth.plausible import (
    SIZE_RANGES_MM,
    measure_flags,
    relation_reasons,
    size_reason,
)

TERM_MM = {"HC": 345.0, "BPD": 95.0, "OFD": 118.0, "AC": 355.0, "FL": 74.0}


@pytest.mark.parametrize("measure", sorted(TERM_MM))
@given(weeks=st.floats(14, 40), z=st.floats(-5, 5))
def test_every_size_of_the_charts_is_plausible(measure: str, weeks: float, z: float) -> None:
    size_mm = find_chart(measure).value_of(z, weeks)
    assert measure == "FL" or size_reason(measure, size_mm) is None
    if measure == "FL" and size_mm >= 8:
        assert size_reason(measure, size_mm) is None


@given(st.floats(14, 40), st.floats(-3, 3), st.floats(-3, 3), st.floats(-3, 3))
def test_fetuses_of_very_uneven_growth_are_plausible(
    weeks: float, head: float, abdomen: float, femur: float
) -> None:
    z = {"HC": head, "BPD": head, "OFD": head, "AC": abdomen, "FL": femur}
    sizes = {name: find_chart(name).value_of(z[name], weeks) for name in z}
    assert relation_reasons(sizes) == []


@pytest.mark.parametrize("measure", sorted(TERM_MM))
def test_centimetres_are_told_from_millimetres(measure: str) -> None:
    size_mm = TERM_MM[measure]
    reason = size_reason(measure, size_mm / 10)
    assert "too small" in str(reason)
    assert f"{size_mm / 10:g} cm (give {size_mm:g})" in str(reason)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HC", 10.8, "10.8 in (give 274.3)"),
        ("HC", 0.275, "0.275 m (give 275)"),
        ("HC", 2750, "2750 without its decimal point (give 275)"),
        ("FL", 0, "not a length"),
        ("FL", -56, "not a length"),
        ("AC", math.nan, "not a number"),
        ("AC", math.inf, "not a number"),
    ],
)
def test_other_slips_are_named(name: str, value: float, said: str) -> None:
    assert said in str(size_reason(name, value))


@pytest.mark.parametrize(("name", "limits"), SIZE_RANGES_MM.items())
def test_the_range_includes_its_ends(name: str, limits: tuple[float, float]) -> None:
    assert [size_reason(name, end) for end in limits] == [None, None]
    assert size_reason(name, limits[0] - 0.1) is not None
    assert size_reason(name, limits[1] + 0.1) is not None


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ({"BPD": 96, "OFD": 75}, "exchanged"),
        ({"FL": 90, "OFD": 80}, "FL 90 mm is too long beside OFD 80 mm"),
        ({"FL": 9, "AC": 300}, "FL 9 cm would fit: give 90"),
        ({"FL": 90, "AC": 200}, "too long beside AC"),
        ({"HC": 275, "FL": 9}, "too short beside HC"),
        ({"HC": 275, "CRL": 60}, "too large beside CRL"),
        ({"HC": 275, "BPD": 50}, "too large beside BPD"),
        ({"HC": 400, "AC": 200}, "too large beside AC"),
        ({"HC": 312, "BPD": 75, "OFD": 96}, "about 269 mm around"),
    ],
)
def test_sizes_that_do_not_belong_together(sizes: dict[str, float], said: str) -> None:
    reasons = relation_reasons(sizes)
    assert any(said in reason for reason in reasons), reasons


def test_a_whole_fetus_raises_no_doubt() -> None:
    assert relation_reasons(TERM_MM) == []
    assert relation_reasons({"HC": 275.0, "TAD": 2.0}) == []


@pytest.mark.parametrize(
    ("name", "value", "flags"),
    [
        ("HC", 275, []),
        ("HC", 27.5, ["implausible_size"]),
        ("HC", math.nan, ["implausible_size"]),
        ("HC", 60, ["out_of_chart_range"]),
        ("HC", 385, ["out_of_chart_range"]),
        ("OFD", 20, ["out_of_chart_range"]),
        ("OFD", 98, []),
        ("CRL", 60, []),
        ("CRL", 10, ["out_of_chart_range"]),
        ("FL", 9, []),  # within the chart's scatter at 14+0
        ("FL", 90, ["out_of_chart_range"]),
        ("TAD", 1, []),
        ("CI", 78, []),
    ],
)
def test_flags_of_one_measure(name: str, value: float, flags: list[str]) -> None:
    assert measure_flags(name, value) == flags


def test_what_was_measured_has_no_slip_of_typing() -> None:
    for name, value in (("HC", 27.4), ("BPD", 7.6), ("FL", 5.6)):
        typed, measured = (size_reason(name, value, typed=each) for each in (True, False))
        assert typed is not None
        assert measured is not None
        assert "give" in typed
        assert "give" not in measured
        assert "pixel size" in measured
    sizes = {"HC": 275.0, "AC": 27.5}
    assert "give" in relation_reasons(sizes)[0]
    assert "give" not in relation_reasons(sizes, typed=False)[0]


def test_a_size_just_beyond_its_range_is_written_beyond_it() -> None:
    assert "HC 450.01 mm is too large for an HC (45 to 450 mm)" in (size_reason("HC", 450.01) or "")


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ("BPD", "OFD", 0.55, 1.0),
        ("HC", "BPD", 3.0, 4.7),
        ("HC", "OFD", 2.3, 3.3),
        ("FL", "HC", 0.04, 0.30),
        ("FL", "BPD", 0.12, 1.05),
        ("FL", "OFD", 0.10, 0.95),
        ("FL", "AC", 0.05, 0.34),
        ("HC", "AC", 0.60, 1.80),
        ("BPD", "AC", 0.15, 0.60),
        ("OFD", "AC", 0.20, 0.80),
        ("HC", "CRL", 0.50, 2.50),
        ("BPD", "CRL", 0.15, 0.80),
        ("OFD", "CRL", 0.20, 1.00),
        ("AC", "CRL", 0.40, 2.20),
        ("FL", "CRL", 0.02, 0.40),
    ],
)
def test_two_sizes_are_doubted_just_outside_their_quotients(
    first: str, second: str, low: float, high: float
) -> None:
    for ratio in (1.01 * low, 0.99 * high):
        assert relation_reasons({first: 100 * ratio, second: 100.0}) == []
    for ratio in (0.99 * low, 1.01 * high):
        assert len(relation_reasons({first: 100 * ratio, second: 100.0})) == 1


@pytest.mark.parametrize(
    ("share", "fits"), [(1.149, True), (0.851, True), (1.151, False), (0.849, False)]
)
def test_a_circumference_is_within_15_per_cent_of_its_diameters(share: float, fits: bool) -> None:
    around = math.pi * (75 + 96) / 2
    assert (relation_reasons({"HC": share * around, "BPD": 75, "OFD": 96}) == []) is fits
