"""CSV and JSON files that other programs read back."""

import csv
import json
from pathlib import Path

import pytest

from biometry_cli.errors import UsageError
from biometry_cli.report.tabular import PredictionCsv, write_cases, write_metrics
from biometry_cli.results.clinical import FetalWeight, GestationalAge
from biometry_cli.results.evaluation import Case, Evaluation
from biometry_cli.results.measures import Measurement
from biometry_cli.results.prediction import ErrorDetail, FailedFile, FoundPoint, Prediction
from tests.report.report_readings import on_plane, plane_prediction, read_truth

CASES = [
    Case(file="a, b.png", values={"dice": 0.123456789, "flags": 'x "y"'}),
    Case(file="c.png", values={"dice": None, "hc_mm": 250.0, "bad": float("nan")}),
]


def evaluation(**changes: object) -> Evaluation:
    fields = {"task": "segment", "split": "test", "n": 2, "metrics": {"dice": 0.5}, "cases": CASES}
    return Evaluation.model_validate(fields | changes)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_cases_have_the_union_of_all_columns(tmp_path: Path) -> None:
    write_cases(tmp_path / "new" / "cases.csv", evaluation())
    first, second = rows_of(tmp_path / "new" / "cases.csv")
    assert list(first) == ["file", "dice", "flags", "hc_mm", "bad"]
    assert first == {
        "file": "a, b.png", "dice": "0.123457", "flags": 'x "y"', "hc_mm": "", "bad": ""
    }  # fmt: skip
    assert second == {"file": "c.png", "dice": "", "flags": "", "hc_mm": "250", "bad": ""}


def test_metrics_are_strict_json_without_cases(tmp_path: Path) -> None:
    metrics = {"dice": 0.5, "hd95_mm": float("nan"), "assd_mm": None, "auroc": float("inf")}
    write_metrics(tmp_path / "metrics.json", evaluation(metrics=metrics, data="Köpfe"))

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    text = (tmp_path / "metrics.json").read_text(encoding="utf-8")
    read = json.loads(text, parse_constant=refuse)
    assert "cases" not in read
    assert read["metrics"] == {"dice": 0.5, "hd95_mm": None, "assd_mm": None, "auroc": None}
    assert read["data"] == "Köpfe"
    assert '\n  "n": 2' in text


def test_predictions_grow_line_by_line_and_appear_when_complete(tmp_path: Path) -> None:
    path = tmp_path / "out" / "p.csv"
    measures = [
        Measurement(name="HC", value=251.23456789, unit="mm", interval=(249.5, 253)),
        Measurement(name="FL", value=50, unit="mm"),
    ]
    with PredictionCsv(path, ["HC", "FL"], []) as table:
        table.add(
            Prediction(
                file="a,1.png", task="segment", model="m", spacing_mm=(0.25, 0.5),
                spacing_origin="scans/spacing.csv",
                measurements=measures, flags=["head:touches_border", "head:two_components"],
                gestational_age=GestationalAge(basis="estimated", weeks=27.123456),
                fetal_weight=FetalWeight(grams=1034.2), unlike_training=0.25,
            )
        )  # fmt: skip
        table.add(Prediction(file="b.png", task="segment", model="m", flags=["no_spacing"]))
        failed = ErrorDetail(code="data", message='c.png: is "no" image,\nreally.')
        table.add(FailedFile(file="c.png", error=failed))
        assert not path.exists()
    rows = rows_of(path)
    assert list(rows[0]) == [
        "file", "spacing_row_mm", "spacing_column_mm", "unit",
        "HC", "HC_low", "HC_high", "FL", "FL_low", "FL_high", "ga_weeks", "efw_g",
        "label", "unlike_training", "flags", "error", "spacing_origin",
    ]  # fmt: skip
    assert [list(row.values()) for row in rows] == [
        ["a,1.png", "0.25", "0.5", "mm", "251.235", "249.5", "253", "50", "", "",
         "27.1235", "1034.2", "", "0.25", "head:touches_border head:two_components", "",
         "scans/spacing.csv"],
        ["b.png", "", "", "px", *[""] * 10, "no_spacing", "", ""],
        ["c.png", *[""] * 14, 'c.png: is "no" image,\nreally.', ""],
    ]  # fmt: skip


def test_an_age_or_weight_that_is_not_known_is_empty(tmp_path: Path) -> None:
    with PredictionCsv(tmp_path / "p.csv", ["HC"], []) as table:
        table.add(
            Prediction(
                file="a.png", task="segment", model="m",
                gestational_age=GestationalAge(basis="estimated"), fetal_weight=FetalWeight(),
            )
        )  # fmt: skip
    (row,) = rows_of(tmp_path / "p.csv")
    assert (row["ga_weeks"], row["efw_g"], row["HC"]) == ("", "", "")


def test_a_classifiers_predictions_have_a_column_a_class(tmp_path: Path) -> None:
    with PredictionCsv(tmp_path / "p.csv", [], ["head", "femur"]) as table:
        table.add(
            Prediction(
                file="a.png", task="classify", model="m", spacing_mm=0.3, label="head",
                probabilities={"femur": 0.25, "head": 0.75},
            )
        )  # fmt: skip
    (row,) = rows_of(tmp_path / "p.csv")
    assert (row["label"], row["p_head"], row["p_femur"]) == ("head", "0.75", "0.25")
    assert (row["unit"], row["spacing_row_mm"]) == ("", "0.3")


def test_points_and_second_readings_have_columns_of_their_own(tmp_path: Path) -> None:
    columns = ["HC", "HC_points"]
    with PredictionCsv(tmp_path / "p.csv", columns, [], ["ofd_1", "csp", "fl_1"]) as table:
        table.add(
            Prediction(
                file="a.png", task="segment,landmarks", model="m", spacing_mm=0.25,
                measurements=[Measurement(name="HC", value=250, unit="mm")],
                point_measurements=[
                    Measurement(name="HC", value=247.5, unit="mm", interval=(240, 255))
                ],
                points={
                    "ofd_1": FoundPoint(x=12.25, y=-0.5, confidence=0.875),
                    "csp": FoundPoint(x=3, y=4), "fl_1": None,
                },
            )
        )  # fmt: skip
    (row,) = rows_of(tmp_path / "p.csv")
    known = {name: cell for name, cell in row.items() if cell}
    assert known == {
        "file": "a.png", "spacing_row_mm": "0.25", "spacing_column_mm": "0.25", "unit": "mm",
        "HC": "250", "HC_points": "247.5", "HC_points_low": "240", "HC_points_high": "255",
        "ofd_1_x": "12.25", "ofd_1_y": "-0.5", "ofd_1_confidence": "0.875",
        "csp_x": "3", "csp_y": "4",
    }  # fmt: skip
    assert {"csp_confidence", "fl_1_x", "fl_1_y", "fl_1_confidence"} <= set(row)


def test_an_interrupted_table_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), PredictionCsv(tmp_path / "p.csv", [], []):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_table_without_a_place_is_the_users_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError), PredictionCsv(tmp_path / "file" / "p.csv", [], []):
        pass


def test_planes_have_columns_of_their_own(tmp_path: Path) -> None:
    thorax = plane_prediction("t.png", {"thorax": 1.0})
    with PredictionCsv(tmp_path / "p.csv", ["HC"], [], planes=True) as table:
        table.add(on_plane(read_truth("head").prediction, "trans-thalamic"))
        table.add(on_plane(thorax, "thorax", "shows the thorax, no head"))
    head, other = rows_of(tmp_path / "p.csv")
    assert list(head)[:4] == ["file", "plane", "plane_probability", "not_measured"]
    assert list(head.values())[1:4] == ["trans-thalamic", "0.934", ""]
    assert list(other.values())[1:4] == ["thorax", "0.934", "shows the thorax, no head"]
    assert (other["HC"], other["label"], other["flags"]) == ("", "", "not_measured")
    with PredictionCsv(tmp_path / "q.csv", ["HC"], []) as table:
        table.add(read_truth("head").prediction)
    assert "plane" not in rows_of(tmp_path / "q.csv")[0]
