"""Tables that ``predict`` writes line by line."""

from pathlib import Path
from typing import Self

from biometry_cli.data.labels import LabelSchema
from biometry_cli.errors import UsageError
from biometry_cli.jobs.models import Models
from biometry_cli.jobs.writers.writer import Answered, Answering, Writer
from biometry_cli.measure.calipers import caliper_measures
from biometry_cli.measure.catalog import measure_names
from biometry_cli.report.growing_csv import csv_header
from biometry_cli.report.hc18_csv import COLUMNS, Hc18Csv
from biometry_cli.report.sheet.words import file_name
from biometry_cli.report.tabular import PredictionCsv, is_prediction_csv, points_column


class CsvWriter(Writer):
    """One line an image, with columns for all that the models can give."""

    kind = "table of answers"

    @classmethod
    def is_ours(cls, path: Path) -> bool:
        """By its header, of whatever model."""
        return is_prediction_csv(path)

    def __enter__(self) -> Self:
        self._table = self.stack.enter_context(_table(self.target, self.answering.models))
        return self

    def add(self, answered: Answered) -> None:
        """Write the line of one image."""
        self._table.add(answered.answer)


class Hc18Writer(Writer):
    """The head ellipses as the HC18 challenge takes them."""

    kind = "table of head ellipses"

    @classmethod
    def is_ours(cls, path: Path) -> bool:
        """By its header."""
        return csv_header(path) == list(COLUMNS)

    @classmethod
    def require_models(cls, models: Models) -> None:
        """One of the models must know heads."""
        labels = [each.card.labels for each in models.answering]
        if not any(map(_knows_heads, labels)):
            names = " and ".join(each.name for each in models.answering)
            known = [
                name for each in labels for name in each.structures or each.points or each.classes
            ]
            raise UsageError(
                "--hc18-csv needs a model of heads, by masks or by the calipers ofd and bpd, and "
                f"{names} knows {', '.join(known)}",
                mend="Name another model by --weights",
            )

    def __init__(self, target: Path, answering: Answering) -> None:
        super().__init__(target, answering)
        self._table = Hc18Csv(target)

    def __enter__(self) -> Self:
        self.stack.enter_context(self._table)
        return self

    def add(self, answered: Answered) -> None:
        """Write the line of one image, or note why it has none."""
        self._table.add(answered.answer)

    def close(self) -> None:
        """Say how many images have no line: such a submission is not complete."""
        if self._table.left_out:
            file, reason = self._table.left_out[0]
            self.remarks.append(
                f"{self.target}: {len(self._table.left_out)} of {len(self.answering.inputs)} "
                f"images have no line, such as {file_name(file)} ({reason})"
            )


def _knows_heads(labels: LabelSchema) -> bool:
    """Whether HC can be measured, by a mask or between points."""
    between = caliper_measures(labels.calipers)
    return "head" in labels.structures or "HC" in between.get("head", ())


def _table(path: Path, models: Models) -> PredictionCsv:
    """The table with columns for all that the models can give."""
    measures: list[str] = []
    classes: list[str] = []
    points: list[str] = []
    for labels in (each.card.labels for each in models.answering):
        measures += [name for each in labels.structures for name in measure_names(each)]
        between = [name for names in caliper_measures(labels.calipers).values() for name in names]
        measures += [points_column(name) if labels.segments else name for name in between]
        points += labels.points
        if labels.task == "classify":
            classes += labels.classes
    return PredictionCsv(path, measures, classes, points, planes=models.planes is not None)
