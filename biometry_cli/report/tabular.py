"""Results as files for spreadsheets and scripts: CSV and JSON."""

import csv
import math
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from biometry_cli.files import replacing, write_text
from biometry_cli.report.words import spacing_pair
from biometry_cli.results.evaluation import Evaluation
from biometry_cli.results.prediction import FailedFile, Prediction

Cell = float | str | None


def write_cases(path: Path, evaluation: Evaluation) -> None:
    """Write one line an evaluated image: ``file`` and every figure that any image has.

    Numbers have six significant digits; a figure that an image lacks is empty.

    Raises:
        UsageError: the file cannot be written.
    """
    names = list(dict.fromkeys(name for case in evaluation.cases for name in case.values))
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["file", *names])
        for case in evaluation.cases:
            writer.writerow([case.file, *(_cell(case.values.get(name)) for name in names)])


def write_metrics(path: Path, evaluation: Evaluation) -> None:
    """Write an evaluation without its cases as JSON; a number that is not finite becomes null.

    Raises:
        UsageError: the file cannot be written.
    """
    write_text(path, evaluation.model_dump_json(exclude={"cases"}, indent=2) + "\n")


class PredictionCsv:
    """A CSV that grows by one line an image and appears under its name when it is complete.

    Args:
        path: the file.
        measures: names of the measures that the model can give, a column each.
        classes: names of the classes of a classifier, a column ``p_CLASS`` each.

    Raises:
        UsageError: the file cannot be written.
    """

    def __init__(self, path: Path, measures: Sequence[str], classes: Sequence[str]) -> None:
        self._path, self._measures, self._classes = path, tuple(measures), tuple(classes)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            temporary = stack.enter_context(replacing(self._path))
            stream = stack.enter_context(temporary.open("w", encoding="utf-8", newline=""))
            self._writer = csv.writer(stream, lineterminator="\n")
            self._writer.writerow(
                ["file", "spacing_row_mm", "spacing_column_mm", "unit", *self._measures, "label"]
                + [f"p_{name}" for name in self._classes]
                + ["flags", "error"]
            )
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        return self._stack.__exit__(kind, error, trace)

    def add(self, answer: Prediction | FailedFile) -> None:
        """Write the line of one image. ``unit`` is that of lengths: mm or px."""
        if isinstance(answer, FailedFile):
            empty = [""] * (4 + len(self._measures) + len(self._classes) + 1)
            self._writer.writerow([answer.file, *empty, answer.error.message])
            return
        spacing = spacing_pair(answer.spacing_mm)
        values = {measure.name: measure.value for measure in answer.measurements}
        probabilities = answer.probabilities or {}
        length_unit = "mm" if spacing else "px"
        self._writer.writerow(
            [
                answer.file,
                *(map(_cell, spacing) if spacing else ("", "")),
                length_unit if self._measures else "",
                *(_cell(values.get(name)) for name in self._measures),
                answer.label or "",
                *(_cell(probabilities.get(name)) for name in self._classes),
                " ".join(answer.flags),
                "",
            ]
        )


def _cell(value: Cell) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None or not math.isfinite(value) else f"{value:.6g}"
