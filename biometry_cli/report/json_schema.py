"""What ``--json`` prints, as JSON schemas (draft 2020-12)."""

from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from biometry_cli.results.clinical import Calculation
from biometry_cli.results.evaluation import Evaluation
from biometry_cli.results.prediction import ExamResult, FailedFile, Prediction

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _Printed(GenerateJsonSchema):
    """A printed result has all of its fields, those at their defaults too."""

    def field_is_required(self, field: Any, total: bool) -> bool:  # noqa: ARG002
        return True


def result_schemas() -> dict[str, Schema]:
    """The schemas by name.

    ``prediction`` is one line of ``predict --json``, ``exam`` what ``predict --exam --json``
    prints, ``evaluation`` that of ``eval --json`` and ``calculation`` that of ``calc --json``.
    All fields are always printed, so all are required.
    """
    return {
        "prediction": _schema(Prediction | FailedFile, "one line of predict --json"),
        "exam": _schema(ExamResult, "predict --exam --json"),
        "evaluation": _without_cases(_schema(Evaluation, "eval --json")),
        "calculation": _schema(Calculation, "calc --json"),
    }


def _schema(printed: Any, title: str) -> Schema:
    schema = TypeAdapter(printed).json_schema(mode="serialization", schema_generator=_Printed)
    return {"$schema": DIALECT} | schema | {"title": title}


def _without_cases(schema: Schema) -> Schema:
    """``cases`` stand in ``cases.csv``, and are not printed."""
    schema["properties"].pop("cases")
    schema["required"].remove("cases")
    schema["$defs"].pop("Case")
    return schema
