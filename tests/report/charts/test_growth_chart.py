"""A growth chart shows its curves, and the fetus where it stands."""

from itertools import pairwise
from pathlib import Path

from biometry_cli.measure.growth.catalog import GrowthCurves
from biometry_cli.report.charts.growth import FetusPoint, growth
from biometry_cli.report.charts.palette import LIGHT
from biometry_cli.report.charts.style import write_png
from tests.report.charts.chart_reading import drawn, texts

CURVES = GrowthCurves(
    measure="HC",
    chart="a chart",
    source="a journal",
    unit="mm",
    weeks=(20.0, 30.0, 40.0),
    values={
        50.0: (170.0, 280.0, 340.0),
        3.0: (155.0, 260.0, 318.0),
        97.0: (185.0, 300.0, 362.0),
    },
)
FETUS = FetusPoint(30.5, 271.0, (29.0, 32.0), (265.0, 277.0))


def test_each_centile_is_a_curve_with_its_name() -> None:
    axes = drawn(growth(CURVES))
    curves = {tuple(map(float, line.get_ydata())) for line in axes.lines}
    assert curves == set(CURVES.values.values())
    assert texts(axes) == ["3", "50", "97"]
    assert axes.get_ylabel() == "HC, mm"
    assert axes.get_xlabel() == "gestational age, weeks"


def test_the_fetus_is_a_point_with_both_intervals() -> None:
    axes = drawn(growth(CURVES, FETUS))
    point = axes.lines[-1]
    assert [float(point.get_xdata()[0]), float(point.get_ydata()[0])] == [30.5, 271.0]
    bars = [
        segment.tolist()
        for collection in axes.collections
        if hasattr(collection, "get_segments")
        for segment in collection.get_segments()
    ]
    assert [[29.0, 271.0], [32.0, 271.0]] in bars
    assert [[30.5, 265.0], [30.5, 277.0]] in bars
    assert point.get_color() == LIGHT["series-2"]
    assert "30.5 weeks and 271.0 mm" in growth(CURVES, FETUS).description


def test_names_of_close_curves_stay_apart_and_in_order() -> None:
    close = {3.0: (1.0, 100.0), 10.0: (1.0, 100.1), 50.0: (1.0, 100.2), 90.0: (1.0, 100.3)}
    axes = drawn(growth(GrowthCurves("FL", "c", "", "mm", (20.0, 40.0), close)))
    heights = [text.xy[1] for text in axes.texts]
    steps = [b - a for a, b in pairwise(heights)]
    assert min(steps) > 3
    assert heights[2] == 100.2  # the middle one stays at its curve


def test_it_can_be_a_file(tmp_path: Path) -> None:
    write_png(tmp_path / "g.png", growth(CURVES, FETUS))
    assert (tmp_path / "g.png").read_bytes().startswith(b"\x89PNG")
