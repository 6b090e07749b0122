"""Charts of predictions against references show every image where it belongs."""

import statistics
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from biometry_cli.report.charts.pairs import (
    bland_altman,
    error_by_size,
    pair_charts,
    scatter,
    strata,
)
from biometry_cli.report.charts.palette import LIGHT, SERIES
from biometry_cli.report.charts.style import Chart, svg, write_png
from biometry_cli.results.evaluation import Agreement, Figure
from biometry_cli.results.scores import Measured
from tests.report.charts.chart_reading import (
    PAIRS,
    drawn,
    levels,
    measured,
    points,
    svg_texts,
    texts,
)

CHARTS = (bland_altman, scatter, error_by_size)


def agreement() -> Agreement:
    none = Figure()
    return Agreement(
        measure="HC",
        n=3,
        subjects=3,
        missing=0,
        bias=Figure(value=2.5, interval=(1.5, 3.5)),
        loa_low=Figure(value=-4.0, interval=(-5.0, -3.0)),
        loa_high=Figure(value=9.0, interval=(8.0, 10.0)),
        sd=none,
        mae=none,
        mape=none,
        icc=none,
        within_5_percent=none,
        ga_error_days=none,
        coverage=none,
        interval_width_mm=none,
    )


def test_differences_stand_over_means_with_bias_and_limits_of_the_pairs() -> None:
    axes = drawn(bland_altman(measured(PAIRS)))
    assert points(axes) == {(201.5, 3.0), (249.5, -1.0), (302.0, 4.0)}
    spread = 1.96 * statistics.stdev([3, -1, 4])
    assert levels(axes, LIGHT["accent"]) == [2.0]
    assert levels(axes, LIGHT["warning"]) == pytest.approx([2 + spread, 2 - spread])
    assert texts(axes) == ["+1.96 SD\n+7.19", "bias\n+2.00", "−1.96 SD\n−3.19"]


def test_given_figures_are_drawn_as_they_are_with_their_intervals() -> None:
    axes = drawn(bland_altman(Measured(agreement(), PAIRS)))
    assert levels(axes, LIGHT["accent"]) == [2.5]
    assert levels(axes, LIGHT["warning"]) == [9.0, -4.0]
    bands = [patch.get_extents().transformed(axes.transData.inverted()) for patch in axes.patches]
    assert sorted((round(b.y0, 6), round(b.y1, 6)) for b in bands) == [
        (-5, -3),
        (1.5, 3.5),
        (8, 10),
    ]
    assert "n = 3" in bland_altman(measured(PAIRS)).title


def test_one_pair_has_a_bias_and_no_limits() -> None:
    axes = drawn(bland_altman(measured(PAIRS[:1])))
    assert levels(axes, LIGHT["accent"]) == [3.0]
    assert levels(axes, LIGHT["warning"]) == []


def test_predictions_stand_over_references_on_an_identity_line() -> None:
    axes = drawn(scatter(measured(PAIRS)))
    assert points(axes) == {(200.0, 203.0), (250.0, 249.0), (300.0, 304.0)}
    lines = [line for line in axes.lines if hasattr(line, "get_slope")]
    assert [(line.get_slope(), line.get_xy1()) for line in lines] == [(1, (200.0, 200.0))]
    upright = [s for c in axes.collections for s in c.get_segments()]
    assert {tuple(map(tuple, segment.tolist())) for segment in upright} == {
        ((200.0, 195.0), (200.0, 211.0)),
        ((300.0, 296.0), (300.0, 312.0)),
    }


def test_errors_stand_over_references_with_a_line_at_5_percent() -> None:
    axes = drawn(error_by_size(measured(PAIRS)))
    assert points(axes) == {(200.0, 3.0), (250.0, 1.0), (300.0, 4.0)}
    dashed = next(line for line in axes.lines if line.get_color() == LIGHT["warning"])
    for x, y in zip(dashed.get_xdata(), dashed.get_ydata(), strict=True):
        assert y == pytest.approx(0.05 * x)
    assert axes.get_ylim()[0] == 0
    assert axes.get_ylim()[1] > 15


@pytest.mark.parametrize("make", CHARTS)
def test_every_stratum_has_a_look_and_a_name(make: Callable[..., Chart]) -> None:
    axes = drawn(make(measured(PAIRS)))
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["x", "y"]
    dots = [line for line in axes.lines if line.get_linestyle() == "None"]
    assert (
        len({line.get_marker() for line in dots}) == len({line.get_color() for line in dots}) == 2
    )


@pytest.mark.parametrize("make", CHARTS)
def test_without_strata_there_is_no_legend(make: Callable[..., Chart]) -> None:
    plain = [replace(pair, stratum=None) for pair in PAIRS]
    assert drawn(make(measured(plain))).get_legend() is None


def test_an_odd_stratum_name_keeps_its_place_in_the_legend() -> None:
    names = ("_hidden", "$x$ <b>", None)
    odd = [replace(pair, stratum=name) for pair, name in zip(PAIRS, names, strict=False)]
    found = [text.strip() for text in svg_texts(svg(scatter(measured(odd, "FL")), "k"))]
    assert {"_hidden", "$x$ &lt;b&gt;", "not given"} <= set(found)


def test_42_strata_look_different() -> None:
    many = [replace(PAIRS[0], stratum=f"{number:02}") for number in range(42)]
    looks = {(marker, role) for _, marker, role, _ in strata(many)}
    assert len(looks) == 42
    assert {role for _, role in looks} == set(SERIES)


@pytest.mark.parametrize("make", CHARTS)
def test_axes_name_their_unit(make: Callable[..., Chart]) -> None:
    axes = drawn(make(measured(PAIRS)))
    assert axes.get_xlabel().endswith(", mm")
    assert axes.get_ylabel().endswith(", mm")


def test_every_measure_with_a_pair_has_three_files(tmp_path: Path) -> None:
    found = pair_charts(measured(PAIRS, "HC_POINTS"))
    assert list(found) == [
        "hc_points_bland_altman", "hc_points_scatter", "hc_points_error_by_size",
    ]  # fmt: skip
    assert all("HC (points)" in chart.title for chart in found.values())
    for stem, chart in found.items():
        write_png(tmp_path / f"{stem}.png", chart)
        assert (tmp_path / f"{stem}.png").read_bytes().startswith(b"\x89PNG")
    assert pair_charts(measured(PAIRS[3:])) == {}
