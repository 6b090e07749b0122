"""``biometry schema``: what ``--json`` prints fits it."""

import json
import subprocess
import sys
from typing import Any

import pytest

from biometry_cli.evaluation.agreement import Pair, agreement
from biometry_cli.report.json_schema import result_schemas
from biometry_cli.results.clinical import (
    AgeEstimate,
    Calculation,
    Centile,
    FetalWeight,
    GestationalAge,
    WeightEstimate,
)
from biometry_cli.results.evaluation import Case, Evaluation, Stratum
from biometry_cli.results.measures import EllipseShape, Measurement, Structure
from biometry_cli.results.prediction import (
    ErrorDetail,
    Exam,
    ExamMeasurement,
    ExamResult,
    FailedFile,
    LeftOut,
    PlaneFound,
    Prediction,
)

SCHEMAS = result_schemas()
TYPES = {
    "string": str, "number": (int, float), "integer": int, "boolean": bool, "null": type(None),
    "array": list, "object": dict,
}  # fmt: skip
KNOWN = {
    "$schema", "$defs", "$ref", "title", "description", "default", "anyOf", "type", "properties",
    "required", "additionalProperties", "items", "prefixItems", "minItems", "maxItems",
    "enum",
}  # fmt: skip


def fits(value: Any, schema: dict[str, Any], definitions: dict[str, Any]) -> bool:
    """Whether a value fits a schema; all keywords of ours are heeded, another one is refused."""
    assert set(schema) <= KNOWN, set(schema) - KNOWN
    if "$ref" in schema:
        return fits(value, definitions[schema["$ref"].removeprefix("#/$defs/")], definitions)
    if "anyOf" in schema:
        return any(fits(value, each, definitions) for each in schema["anyOf"])
    if not isinstance(value, TYPES[schema["type"]]) or (
        isinstance(value, bool) and schema["type"] != "boolean"
    ):
        return False
    if value not in schema.get("enum", [value]):
        return False
    if isinstance(value, list):
        first = schema.get("prefixItems", [])
        rest = schema.get("items", {"anyOf": []})
        wanted = [*first, *[rest] * (len(value) - len(first))]
        least, most = schema.get("minItems", 0), schema.get("maxItems", len(value))
        return least <= len(value) <= most and all(
            fits(item, each, definitions) for item, each in zip(value, wanted, strict=True)
        )
    if isinstance(value, dict):
        properties, rest = schema.get("properties", {}), schema.get("additionalProperties", {})
        if not set(schema.get("required", ())) <= set(value):
            return False
        return all(
            rest is not False and fits(item, rest, definitions)
            if name not in properties
            else fits(item, properties[name], definitions)
            for name, item in value.items()
        )
    return True


def fits_printed(printed: str, name: str) -> bool:
    schema = SCHEMAS[name]
    return fits(json.loads(printed), schema, schema.get("$defs", {}))


MEASUREMENT = Measurement(
    name="HC", value=250.5, unit="mm", interval=(248, 253), guarantee="95 %", method="ellipse",
    convention="outer-outer", calipers=((1, 2), (3, 4.5)), flags=["touches_border"],
)  # fmt: skip
AGE = GestationalAge(
    basis="estimated", weeks=27.25, text="27+1", interval=(26, 28.5), formula="hadlock_1984_hc",
    estimates=[AgeEstimate(formula="hadlock_1984_hc", source="Hadlock 1984", inputs=("HC",))],
)  # fmt: skip
WEIGHT = FetalWeight(
    grams=1100,
    estimates=[WeightEstimate(formula="a", source="b", inputs=("AC", "FL"), reason="no AC")],
)
CENTILE = Centile(measure="HC", chart="INTERGROWTH-21st", value=250.5, unit="mm", z=-0.5)
PREDICTION = Prediction(
    file="a.png", task="segment", model="unet:12", spacing_mm=(0.2, 0.3),
    structures=[
        Structure(
            name="head", area_px=9, area_fraction=0.5,
            ellipse=EllipseShape(
                center_x_px=1, center_y_px=2, semi_major_px=4, semi_minor_px=3, angle_deg=0
            ),
        ),
        Structure(name="femur", area_px=9, area_fraction=0.5),
    ],
    measurements=[MEASUREMENT], unlike_training=0.4, gestational_age=AGE, fetal_weight=WEIGHT,
    centiles=[CENTILE], notes=["a note"], flags=["head:touches_border"],
)  # fmt: skip
ROUTED = PREDICTION.model_copy(
    update={
        "plane": PlaneFound(
            label="abdomen", probability=0.75, probabilities={"abdomen": 0.75, "x": 0.25},
            structure="abdomen", unlike_training=0.3, model="p",
        )
    }
)  # fmt: skip
UNMEASURED = Prediction(
    file="d.png", task="classify", model="p", label="x", probabilities={"x": 1.0},
    plane=PlaneFound(
        label="x", probability=1.0, probabilities={"x": 1.0}, reason="shows the x", model="p"
    ),
    flags=["not_measured"],
)  # fmt: skip
CLASSIFIED = Prediction(
    file="b.png", task="classify", model="m", label="x", probabilities={"x": 0.75, "y": 0.25}
)
FAILED = FailedFile(file="c.png", error=ErrorDetail(code="data", message="is no image"))
AGREEMENT = agreement(
    "HC", [Pair(f"{i}", f"{i}", "HC", 200 + i, 201 + i * 0.9, (199, 203)) for i in range(6)]
)
EVALUATION = Evaluation(
    task="segment", split="test", n=6, metrics={"dice": 0.9, "hd95_mm": float("nan")},
    counts={"hc_mm": 6}, classes=["background", "head"], agreement=[AGREEMENT], by="device",
    strata=[Stratum(value="A", n=6, agreement=[AGREEMENT])], model="m", data="d",
    cases=[Case(file="a", values={"dice": 0.9})],
)  # fmt: skip
EXAM = ExamResult(
    exam=Exam(
        name="e", choice="median", files=["a.png"], gestational_age=AGE, fetal_weight=WEIGHT,
        measurements=[
            ExamMeasurement(**MEASUREMENT.model_dump(), files=["a.png"], candidates=2)
        ],
        left_out=[LeftOut(file="b.png", reason="no structure")], centiles=[CENTILE],
    ),
    images=[PREDICTION, ROUTED, UNMEASURED, CLASSIFIED, FAILED],
)  # fmt: skip
CALCULATION = Calculation(
    inputs={"HC": 250.5}, gestational_age=AGE, fetal_weight=WEIGHT, centiles=[CENTILE],
    notes=["a note"],
)  # fmt: skip


@pytest.mark.parametrize("answer", [PREDICTION, ROUTED, UNMEASURED, CLASSIFIED, FAILED])
def test_predictions_and_failures_fit(answer: Prediction | FailedFile) -> None:
    assert fits_printed(answer.model_dump_json(), "prediction")


def test_exams_evaluations_and_calculations_fit() -> None:
    assert fits_printed(EXAM.model_dump_json(), "exam")
    assert fits_printed(EVALUATION.model_dump_json(exclude={"cases"}), "evaluation")
    classified = Evaluation(
        task="classify", split="val", n=2, metrics={"auroc": None}, confusion_matrix=[[1, 0]]
    )
    assert fits_printed(classified.model_dump_json(exclude={"cases"}), "evaluation")
    assert fits_printed(CALCULATION.model_dump_json(), "calculation")


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("file",), None),
        (("file",), "absent"),
        (("measurements", 0, "value"), "250"),
        (("measurements", 0, "interval"), [1.0]),
        (("measurements", 0, "calipers"), [[1, 2, 3]]),
        (("structures", 0, "ellipse", "angle_deg"), None),
        (("plane",), "absent"),
        (("plane",), "abdomen"),
        (("new_field",), 1),
    ],
)
def test_what_is_not_printed_does_not_fit(path: tuple[str | int, ...], wrong: object) -> None:
    value = json.loads(PREDICTION.model_dump_json())
    at = value
    for step in path[:-1]:
        at = at[step]
    if wrong == "absent":
        del at[path[-1]]
    else:
        at[path[-1]] = wrong
    assert not fits_printed(json.dumps(value), "prediction")


def test_results_read_back_are_the_same() -> None:
    for result in (PREDICTION, CLASSIFIED, FAILED, EXAM, CALCULATION):
        assert type(result).model_validate_json(result.model_dump_json()) == result


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_field_has_a_type(name: str) -> None:
    schema = SCHEMAS[name]
    models = [*schema["$defs"].values(), *([schema] if "properties" in schema else [])]
    assert models
    for model in models:
        for field, kind in model["properties"].items():
            assert {"type", "anyOf", "$ref"} & set(kind), f"{model['title']}.{field}"


def test_the_command_prints_all_schemas_or_one(biometry, tmp_path) -> None:
    everything = biometry("schema", cwd=tmp_path)
    assert everything.returncode == 0
    assert everything.json() == SCHEMAS
    assert set(SCHEMAS) == {"prediction", "exam", "evaluation", "calculation"}
    one = biometry("schema", "evaluation", cwd=tmp_path).json()
    assert one == SCHEMAS["evaluation"]
    assert one["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "cases" not in one["properties"], "they are not printed"


def test_another_name_is_usage(biometry, tmp_path) -> None:
    result = biometry("schema", "predictions", cwd=tmp_path)
    assert result.returncode == 2
    assert result.stdout == ""
    assert "prediction, exam, evaluation, calculation" in " ".join(result.stderr.split())


def test_schemas_need_neither_torch_nor_numpy() -> None:
    program = (
        "import sys\n"
        "from biometry_cli.cli.app import app\n"
        "try:\n    app(['schema'], prog_name='biometry')\n"
        "finally:\n    print(*{'torch', 'numpy'} & set(sys.modules), file=sys.stderr, end='')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert done.stderr == ""
