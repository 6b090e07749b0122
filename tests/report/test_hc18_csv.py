"""Submissions to the HC18 challenge: the same ellipse, in millimetres."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.data.phantom.scan import STRUCTURES, draw_phantom
from biometry_cli.errors import UsageError
from biometry_cli.inference.reading import Reading
from biometry_cli.measure.structures import measure_structure
from biometry_cli.report.hc18_csv import Hc18Csv, head_ellipse_mm
from biometry_cli.results.measures import EllipseShape, Structure
from biometry_cli.results.prediction import ErrorDetail, FailedFile, Prediction
from tests.report.report_readings import on_plane, read_points, read_truth

HEADER = "filename,center_x_mm,center_y_mm,semi_axes_a_mm,semi_axes_b_mm,angle_rad"


def prediction(
    shape: EllipseShape | None,
    spacing_mm: float | tuple[float, float] | None = 0.2,
    file: str = "scans/a.png",
    name: str = "head",
) -> Prediction:
    structure = Structure(name=name, area_px=1, area_fraction=0.1, ellipse=shape)
    return Prediction(
        file=file, task="segment", model="m", spacing_mm=spacing_mm, structures=[structure]
    )


def shape_of(x: float, y: float, major: float, minor: float, angle_deg: float) -> EllipseShape:
    return EllipseShape(
        center_x_px=x, center_y_px=y, semi_major_px=major, semi_minor_px=minor, angle_deg=angle_deg
    )


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def ramanujan_mm(a_mm: float, b_mm: float) -> float:
    h = ((a_mm - b_mm) / (a_mm + b_mm)) ** 2
    return math.pi * (a_mm + b_mm) * (1 + 3 * h / (10 + math.sqrt(4 - 3 * h)))


@pytest.mark.parametrize("spacing_mm", [(0.15, 0.15), (0.21, 0.14), (0.1, 0.3)])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_axes_give_the_measured_circumference(
    tmp_path: Path, spacing_mm: tuple[float, float], seed: int
) -> None:
    phantom = draw_phantom("head", np.random.default_rng(seed))
    found = measure_structure("head", phantom.coverage[STRUCTURES.index("head")], spacing_mm)
    assert found is not None
    assert found.ellipse_px is not None
    ellipse = found.ellipse_px
    shape = shape_of(
        ellipse.center_x, ellipse.center_y, ellipse.semi_major, ellipse.semi_minor,
        math.degrees(ellipse.angle_rad),
    )  # fmt: skip
    with Hc18Csv(tmp_path / "hc18.csv") as table:
        table.add(prediction(shape, spacing_mm))
    (row,) = rows_of(tmp_path / "hc18.csv")
    hc_mm = next(m.value for m in found.measures if m.name == "HC")
    a_mm, b_mm = float(row["semi_axes_a_mm"]), float(row["semi_axes_b_mm"])
    assert a_mm >= b_mm
    assert ramanujan_mm(a_mm, b_mm) == pytest.approx(hc_mm, abs=1e-4)


px = st.floats(20, 300)
spacings_mm = st.floats(0.05, 0.5)


@given(px, px, px, px, st.floats(0, 180), spacings_mm, spacings_mm)
def test_every_point_of_the_outline_lies_on_the_written_ellipse(
    x: float, y: float, one: float, other: float, angle_deg: float, row_mm: float, column_mm: float
) -> None:
    major, minor = max(one, other), min(one, other)
    found = head_ellipse_mm(
        prediction(shape_of(x, y, major, minor, angle_deg), (row_mm, column_mm))
    )
    assert found is not None
    assert found.semi_major >= found.semi_minor
    assert 0 <= found.angle_rad < math.pi
    turn, along = math.radians(angle_deg), np.linspace(0, 2 * math.pi, 24)
    across = x + major * np.cos(along) * math.cos(turn) - minor * np.sin(along) * math.sin(turn)
    down = y + major * np.cos(along) * math.sin(turn) + minor * np.sin(along) * math.cos(turn)
    dx, dy = across * column_mm - found.center_x, down * row_mm - found.center_y
    cosine, sine = math.cos(found.angle_rad), math.sin(found.angle_rad)
    u = (dx * cosine + dy * sine) / found.semi_major
    v = (dy * cosine - dx * sine) / found.semi_minor
    assert u**2 + v**2 == pytest.approx(np.ones(24))


def test_a_line_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "new" / "hc18.csv"
    with Hc18Csv(path) as table:
        table.add(prediction(shape_of(400, 270, 300, 200, 30), 0.2))
        # Twice as high pixels make the upright axis the longer one.
        table.add(prediction(shape_of(400, 270, 300, 200, 0), (0.4, 0.2), "x/b.png"))
        assert not path.exists()
    assert path.read_text().splitlines() == [
        HEADER,
        "a.png,80.000000,54.000000,60.000000,40.000000,0.52359878",
        "b.png,80.000000,108.000000,80.000000,60.000000,1.57079633",
    ]


def test_the_angle_is_written_below_pi(tmp_path: Path) -> None:
    with Hc18Csv(tmp_path / "hc18.csv") as table:
        table.add(prediction(shape_of(400, 270, 300, 200, 180 - 1e-9)))
        table.add(prediction(shape_of(400, 270, 300, 200, 180)))
    first, second = (float(row["angle_rad"]) for row in rows_of(tmp_path / "hc18.csv"))
    assert 3.14159 < first < math.pi
    assert second == pytest.approx(0, abs=1e-7)


def test_images_without_an_ellipse_or_spacing_are_left_out_and_named(tmp_path: Path) -> None:
    shape = shape_of(1, 2, 30, 20, 0)
    with Hc18Csv(tmp_path / "hc18.csv") as table:
        table.add(prediction(None, file="none.png"))
        table.add(prediction(shape, None, "pixels.png"))
        table.add(prediction(shape, file="abdomen.png", name="abdomen"))
        failed = ErrorDetail(code="data", message="is no image")
        table.add(FailedFile(file="broken.png", error=failed))
        table.add(prediction(shape, file="good.png"))
    assert [row["filename"] for row in rows_of(tmp_path / "hc18.csv")] == ["good.png"]
    assert table.written == 1
    assert table.left_out == [
        ("none.png", "no ellipse of a head"),
        ("pixels.png", "no pixel size"),
        ("abdomen.png", "no ellipse of a head"),
        ("broken.png", "is no image"),
    ]


def test_a_landmark_model_gives_the_ellipse_of_its_two_calipers(tmp_path: Path) -> None:
    reading = read_points("head")
    with Hc18Csv(tmp_path / "hc18.csv") as table:
        table.add(reading.prediction)
        table.add(read_points("femur").prediction)
        table.add(read_points("head", spacing=False).prediction)
    (row,) = rows_of(tmp_path / "hc18.csv")
    a_mm, b_mm = float(row["semi_axes_a_mm"]), float(row["semi_axes_b_mm"])
    found = {m.name: m.value for m in reading.prediction.measurements}
    assert (2 * a_mm, 2 * b_mm) == pytest.approx((found["OFD"], found["BPD"]), abs=1e-4)
    assert ramanujan_mm(a_mm, b_mm) == pytest.approx(found["HC"], abs=1e-4)
    skull = head_ellipse_mm(_with_ellipse(read_truth("head")))
    assert skull is not None
    # The phantom's points are exact, and a mask of pixels nearly so.
    for column, value in (("center_x_mm", skull.center_x), ("center_y_mm", skull.center_y)):
        assert float(row[column]) == pytest.approx(value, abs=0.3)
    assert float(row["angle_rad"]) == pytest.approx(skull.angle_rad, abs=0.02)
    assert [reason for _, reason in table.left_out] == ["no ellipse of a head", "no pixel size"]


def _with_ellipse(reading: Reading) -> Prediction:
    """The prediction with the shape of the head that its mask has."""
    shape = reading.measured[0].ellipse_px
    assert shape is not None
    ellipse = shape_of(
        shape.center_x, shape.center_y, shape.semi_major, shape.semi_minor,
        math.degrees(shape.angle_rad),
    )  # fmt: skip
    structure = Structure(name="head", area_px=1, area_fraction=0.1, ellipse=ellipse)
    return reading.prediction.model_copy(update={"structures": [structure]})


def test_an_interrupted_table_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), Hc18Csv(tmp_path / "hc18.csv"):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").touch()
    with pytest.raises(UsageError), Hc18Csv(tmp_path / "file" / "hc18.csv"):
        pass


def test_an_image_of_another_plane_is_left_out_with_its_reason(tmp_path: Path) -> None:
    thorax = Prediction(file="t.png", task="classify", model="m", spacing_mm=0.2, label="thorax")
    with Hc18Csv(tmp_path / "s.csv") as table:
        table.add(on_plane(thorax, "thorax", "shows the thorax"))
        table.add(on_plane(prediction(None), "abdomen"))
    assert table.left_out == [
        ("t.png", "shows the thorax"),
        ("scans/a.png", "no ellipse of a head"),
    ]
