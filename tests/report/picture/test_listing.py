"""The rows that a panel gets: the prediction's own values with their intervals."""

from dataclasses import replace

import pytest
from PIL import Image

from biometry_cli.data.phantom.scan import STRUCTURES, Structure
from biometry_cli.inference.reading import Reading
from biometry_cli.jobs.scans import scan_of
from biometry_cli.measure.calipers import measure_calipers
from biometry_cli.report.picture.exam_sheet import list_exam
from biometry_cli.report.picture.listing import list_blocks
from biometry_cli.report.picture.overlay import list_scan
from biometry_cli.report.picture.panel import Panel
from biometry_cli.report.picture.pen import PINK, WHITE, YELLOW, Color
from biometry_cli.report.picture.scan import structure_styles
from biometry_cli.report.sheet.exam import caption
from biometry_cli.results.clinical import FetalWeight, GestationalAge
from biometry_cli.results.measures import Measurement
from biometry_cli.results.prediction import Exam, ExamMeasurement, FoundPoint, LeftOut
from tests.report.report_readings import on_plane, plane_prediction, read_points, read_truth


class TypedPanel(Panel):
    """A panel that also keeps its rows as text."""

    def __init__(self) -> None:
        super().__init__(340, 1, 1)
        self.rows: dict[str, str] = {}
        self.marks: dict[str, str | None] = {}
        self.colors: dict[str, Color] = {}
        self.lines: list[str] = []
        self.titles: list[str] = []
        self.in_order: list[tuple[str, str, Color]] = []

    def row(
        self,
        name: str,
        value: str,
        color: Color = (255, 255, 255),
        *,
        interval: str = "",
        mark: str | None = None,
        mark_color: Color = YELLOW,
    ) -> None:
        self.in_order.append((name, value, color))
        self.rows[name] = f"{value} {interval}".strip()
        self.marks[name], self.colors[name] = mark, color
        super().row(name, value, color, interval=interval, mark=mark, mark_color=mark_color)

    def title(self, text: str, color: Color = (255, 255, 255)) -> None:
        self.titles.append(text)
        super().title(text, color)

    def small(self, text: str, color: Color = (0, 0, 0)) -> None:
        self.lines.append(text)
        super().small(text, color)


AGE = GestationalAge(
    basis="estimated", weeks=20.2, text="20+1", interval=(19.0, 21.3), formula="hadlock_1984_hc"
)
WEIGHT = FetalWeight(grams=1392.4, interval=(1190.2, 1604.0), formula="hadlock_1985_ac_fl")


def listed(reading: Reading, **update: object) -> TypedPanel:
    panel = TypedPanel()
    prediction = reading.prediction.model_copy(update=update)
    list_scan(panel, scan_of(replace(reading, prediction=prediction)))
    return panel


def test_values_are_those_of_the_prediction_with_their_intervals() -> None:
    measures = [
        Measurement(name="HC", value=172.36, unit="mm", interval=(168.92, 175.91)),
        Measurement(
            name="BPD", value=48.0, unit="mm", flags=["touches_border"], calipers=((1, 2), (3, 4))
        ),
    ]
    panel = listed(read_truth("head"), measurements=measures)
    assert panel.rows == {"HC": "172.4 mm (168.9 to 175.9)", "BPD": "48.0 mm"}
    assert panel.marks == {"HC": "", "BPD": "+"}
    assert panel.colors["BPD"] == YELLOW != panel.colors["HC"]
    assert "in brackets: 95 % interval" in panel.lines


def test_age_and_weight_stand_below_the_measures() -> None:
    panel = listed(read_truth("head"), gestational_age=AGE, fetal_weight=WEIGHT)
    assert list(panel.rows)[-2:] == ["GA", "EFW"]
    assert panel.rows["GA"] == "20+1 weeks (19+0 to 21+2)"
    assert panel.rows["EFW"] == "1,392 g (1,190 to 1,604)"
    given = GestationalAge(basis="given", weeks=20.2, text="20+1")
    panel = listed(read_truth("head"), gestational_age=given)
    assert panel.rows["GA"] == "20+1 weeks"
    assert "as given, 20.20 weeks" in panel.lines
    assert "GA" not in listed(read_truth("head")).rows


def test_a_value_of_no_found_structure_is_not_lost() -> None:
    measures = [Measurement(name="CRL", value=60, unit="mm")]
    assert listed(read_truth("femur"), measurements=measures).rows == {"CRL": "60.0 mm"}


@pytest.mark.parametrize("structure", STRUCTURES)
def test_the_legend_names_what_is_drawn(structure: Structure) -> None:
    legend = " ".join(listed(read_truth(structure)).lines)
    assert ("ellipse" in legend) == (structure != "femur")
    assert "calipers" in legend


def test_a_landmark_model_lists_measures_confidences_and_what_is_not_visible() -> None:
    reading = read_points("head", singles={"cavum_septi": (100, 80)})
    panel = listed(reading)
    assert [name for name, _, _ in panel.in_order[:4]] == ["HC", "BPD", "OFD", "CI"]
    assert (panel.marks["HC"], panel.marks["CI"]) == ("", "")
    assert panel.titles == ["000_head.png", "head", "Points"]
    assert panel.rows["cavum septi"] == "87 %"
    assert panel.marks["cavum septi"] == "○"
    assert ("OFD", "87 %, 87 %", WHITE) in panel.in_order
    assert "not visible: TAD, APAD, FL" in panel.lines
    assert "yellow dots: calipers, yellow rings: points" in panel.lines[-1]
    assert "ellipse of both diameters" in panel.lines[-1]


def test_a_model_without_confidences_lists_single_points_alone() -> None:
    points = {name: FoundPoint(x=1, y=2) for name in ("ofd_1", "ofd_2", "csp")}
    panel = listed(read_points("head"), points=points)
    assert panel.rows["csp"] == "–"
    assert "87 %" not in " ".join(panel.rows.values())
    assert not any("not visible" in line for line in panel.lines)


def test_both_readings_of_a_measure_stand_together_and_yellow_where_they_disagree() -> None:
    reading = read_points("head", beside_masks=True)
    measures = [
        each.model_copy(update={"flags": ["readings_disagree"]} if each.name == "BPD" else {})
        for each in reading.prediction.measurements
    ]
    panel = listed(reading, measurements=measures)
    names = [name for name, _, _ in panel.in_order][:8]
    assert names == ["HC", "points", "BPD", "points", "OFD", "points", "CI", "points"]
    colors = [color for _, _, color in panel.in_order][:8]
    assert colors == [WHITE, PINK, YELLOW, YELLOW, WHITE, PINK, WHITE, PINK]
    by_points = {each.name: each.value for each in reading.prediction.point_measurements}
    assert panel.in_order[1][1] == f"{by_points['HC']:.1f} mm"
    assert (
        "yellow dots: calipers of the masks, pink rings: calipers between points" in panel.lines[-1]
    )


def test_what_only_the_points_measured_is_not_lost() -> None:
    reading = replace(read_points("head", beside_masks=True), measured=())
    panel = listed(reading, measurements=[])
    assert panel.in_order[0][::2] == ("HC", PINK)


def test_a_caliper_of_another_name_has_its_own_mark() -> None:
    ends = {"nt": ((10.0, 10.0), (10.0, 20.0))}
    measured = measure_calipers(ends, (0.1, 0.1))
    points = {"nt_1": FoundPoint(x=10, y=10), "nt_2": FoundPoint(x=10, y=20)}
    measures = [Measurement(name="NT", value=1.0, unit="mm", calipers=ends["nt"])]
    panel = listed(
        replace(read_points("head"), measured=measured), measurements=measures, points=points
    )
    assert panel.rows == {"NT": "1.0 mm"}
    assert panel.marks == {"NT": "+"}


def test_the_plane_and_why_nothing_was_measured_on_it() -> None:
    head = read_truth("head")
    measured = listed(replace(head, prediction=on_plane(head.prediction, "trans-thalamic")))
    assert measured.lines[0] == "trans-thalamic 93.4 %"
    assert "HC" in measured.rows
    thorax = on_plane(plane_prediction("t.png", {"thorax": 1.0}), "thorax", "shows the thorax")
    panel = listed(replace(head, prediction=thorax, measured=()))
    assert "! not measured: shows the thorax" in panel.lines
    assert sum("not measured" in line for line in panel.lines) == 1
    below, left = TypedPanel(), LeftOut(file="t.png", reason="shows the thorax")
    exam = Exam(name="x", choice="best", files=["t.png"], left_out=[left])
    list_blocks(below, caption(thorax, exam))
    assert below.lines == ["thorax 93.4 %", "! left out: shows the thorax"]


def test_styles_are_steady_and_distinct() -> None:
    few, many = structure_styles(["femur"]), structure_styles(["cervix", "head", "bladder"])
    assert few["femur"] == many["femur"]
    assert len(set(many.values())) == 5


def test_an_exam_lists_its_measures_and_what_follows_from_them() -> None:
    measure = ExamMeasurement(
        name="AC", value=150, unit="mm", interval=(145, 155), files=["a.png"], candidates=2
    )
    exam = Exam(
        name="x",
        choice="median",
        files=["a.png", "b.png"],
        measurements=[measure],
        gestational_age=AGE,
        notes=["A note."],
        flags=["AC:implausible_size"],
    )
    measures, rest = TypedPanel(), TypedPanel()
    list_exam(measures, rest, exam)
    assert measures.rows == {"AC": "150.0 mm (145.0 to 155.0)"}
    assert measures.lines[0] == "2 images, the median of all images that show a measure"
    assert list(rest.rows) == ["GA"]
    assert "A note." in rest.lines
    assert any(line.startswith("! AC: ") for line in rest.lines)


def test_a_long_interval_takes_a_line_of_its_own() -> None:
    def height(interval: str) -> int:
        panel = Panel(340, 1, 1)
        panel.row("area", "123,456 mm²", interval=interval)
        picture: Image.Image = panel.picture
        return picture.height

    assert height("(120,000–130,000)") == height("")
    assert height("(120,000,000,000–130,000,000,000)") > height("")
