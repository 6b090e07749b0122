"""Results as files for spreadsheets and scripts: CSV and JSON."""

import csv
import json
import math
from collections.abc import Sequence
from pathlib import Path

from biometry_cli.files import replacing, write_text
from biometry_cli.names import shown
from biometry_cli.report.growing_csv import GrowingCsv, csv_header, safe_cell
from biometry_cli.report.sheet.words import spacing_pair
from biometry_cli.results.evaluation import Evaluation
from biometry_cli.results.measures import Measurement
from biometry_cli.results.prediction import FailedFile, Prediction

Cell = float | str | None
_SCORES = ("dice", "points_missed", "probability_of_label")
_PLANE_COLUMNS = ("plane", "plane_probability", "not_measured")


def write_cases(path: Path, evaluation: Evaluation) -> None:
    """Write one line an evaluated image: ``file`` and every figure that any image has.

    Numbers have six significant digits; a figure that an image lacks is empty.

    Raises:
        UsageError: the file cannot be written.
    """
    names = list(dict.fromkeys(name for case in evaluation.cases for name in case.values))
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["file", *map(safe_cell, names)])
        for case in evaluation.cases:
            cells = [shown(case.file), *(_cell(case.values.get(name)) for name in names)]
            writer.writerow(map(safe_cell, cells))


def write_metrics(path: Path, evaluation: Evaluation) -> None:
    """Write an evaluation without its cases as JSON; a number that is not finite becomes null.

    Raises:
        UsageError: the file cannot be written.
    """
    write_text(path, evaluation.model_dump_json(exclude={"cases"}, indent=2) + "\n")


class PredictionCsv(GrowingCsv):
    """One line an image.

    Its columns, which stand there whether or not an image fills them:

    - ``file``; with ``planes``, ``plane`` and ``plane_probability`` as recognised, and
      ``not_measured``, why an image was not;
    - ``spacing_row_mm``, ``spacing_column_mm``; ``unit`` of lengths, mm or px;
    - ``HC``, ``HC_low``, ``HC_high``, and so each measure: value and 95 % interval; of a model of
      masks and points also ``HC_points``, ``HC_points_low``, ``HC_points_high``;
    - ``ga_weeks``, ``efw_g``: gestational age and estimated fetal weight;
    - ``label`` and ``p_CLASS`` of a classifier;
    - ``POINT_x``, ``POINT_y`` in px and ``POINT_confidence`` of each landmark; all three are empty
      where it is not visible;
    - ``unlike_training``: above 1 the image is unlike those that the model learned from;
    - ``flags``, with spaces between; ``error``, why the image has no answer;
    - ``spacing_origin``: "given", or the file that the pixel size comes from.

    Numbers have six significant digits; what is not known is empty.

    Args:
        path: the file.
        measures: names of the measures that the model can give, three columns each.
        classes: names of the classes of a classifier, a column ``p_CLASS`` each.
        points: names of the landmarks, three columns each.
        planes: whether each image's plane is recognised first.

    Raises:
        UsageError: the file cannot be written.
    """

    def __init__(
        self,
        path: Path,
        measures: Sequence[str],
        classes: Sequence[str],
        points: Sequence[str] = (),
        *,
        planes: bool = False,
    ) -> None:
        self._measures = tuple(measures)
        super().__init__(path, prediction_columns(measures, classes, points, planes=planes))

    def add(self, answer: Prediction | FailedFile) -> None:
        """Write the line of one image."""
        cells = _error_cells(answer) if isinstance(answer, FailedFile) else self._cells(answer)
        self.write([cells.get(name, "") for name in self._columns])

    def _cells(self, answer: Prediction) -> dict[str, str]:
        spacing = spacing_pair(answer.spacing_mm)
        cells = {
            "file": shown(answer.file),
            "label": answer.label or "",
            "unlike_training": _cell(answer.unlike_training),
            "flags": " ".join(answer.flags),
            "spacing_origin": answer.spacing_origin or "",
        }
        if answer.plane is not None:
            found = (answer.plane.label, answer.plane.probability, answer.plane.reason)
            cells |= zip(_PLANE_COLUMNS, map(_cell, found), strict=True)
            cells["label"] = ""
        if spacing is not None:
            cells["spacing_row_mm"], cells["spacing_column_mm"] = map(_cell, spacing)
        if self._measures:
            cells["unit"] = "mm" if spacing else "px"
        for measure in answer.measurements:
            cells |= _measure_cells(measure.name, measure)
        for measure in answer.point_measurements:
            cells |= _measure_cells(points_column(measure.name), measure)
        for name, point in (answer.points or {}).items():
            if point is not None:
                figures = (point.x, point.y, point.confidence)
                cells |= zip(_point_columns(name), map(_cell, figures), strict=True)
        if answer.gestational_age is not None:
            cells["ga_weeks"] = _cell(answer.gestational_age.weeks)
        if answer.fetal_weight is not None:
            cells["efw_g"] = _cell(answer.fetal_weight.grams)
        return cells | {f"p_{name}": _cell(p) for name, p in (answer.probabilities or {}).items()}


def prediction_columns(
    measures: Sequence[str], classes: Sequence[str], points: Sequence[str], *, planes: bool
) -> list[str]:
    """The header of a ``PredictionCsv``."""
    return [
        *("file", *(_PLANE_COLUMNS if planes else ())),
        *("spacing_row_mm", "spacing_column_mm", "unit"),
        *(name for measure in measures for name in _interval_columns(measure)),
        *("ga_weeks", "efw_g", "label"),
        *(f"p_{name}" for name in classes),
        *(name for point in points for name in _point_columns(point)),
        *("unlike_training", "flags", "error", "spacing_origin"),
    ]


def is_prediction_csv(path: Path) -> bool:
    """Whether a file is a ``PredictionCsv`` by its header. Raises OSError or UnicodeError."""
    header = csv_header(path)
    if not {"unit", "ga_weeks", "label", "unlike_training"} <= set(header):
        return False
    sizes = header[header.index("unit") + 1 : header.index("ga_weeks")]
    rest = header[header.index("label") + 1 : header.index("unlike_training")]
    points = [name.removesuffix("_confidence") for name in rest if name.endswith("_confidence")]
    classes = [name.removeprefix("p_") for name in rest[: len(rest) - 3 * len(points)]]
    planes = _PLANE_COLUMNS[0] in header
    columns = prediction_columns(sizes[::3], classes, points, planes=planes)
    written = list(map(safe_cell, columns))
    return header in (written, written[:-1])  # before pixel sizes were named by their origin


def is_cases_csv(path: Path) -> bool:
    """Whether a file is a table of cases by its header. Raises OSError or UnicodeError."""
    header = csv_header(path)
    # What masks, points and classes have, each their own.
    return header[:1] == ["file"] and "flags" in header and bool({*_SCORES} & {*header})


def is_metrics(path: Path) -> bool:
    """Whether a file is an evaluation's JSON. Raises OSError or UnicodeError."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return False
    keys = {"task", "split", "n", "metrics", "counts", "agreement", "model", "data"}
    return isinstance(found, dict) and keys <= set(found)


def points_column(measure: str) -> str:
    """The column of a measure between points beside the same one from a mask."""
    return f"{measure}_points"


def _measure_cells(name: str, measure: Measurement) -> dict[str, str]:
    figures = (measure.value, *(measure.interval or (None, None)))
    return dict(zip(_interval_columns(name), map(_cell, figures), strict=True))


def _point_columns(point: str) -> tuple[str, str, str]:
    return f"{point}_x", f"{point}_y", f"{point}_confidence"


def _interval_columns(measure: str) -> tuple[str, str, str]:
    return measure, f"{measure}_low", f"{measure}_high"


def _error_cells(failed: FailedFile) -> dict[str, str]:
    return {"file": shown(failed.file), "error": failed.error.message}


def _cell(value: Cell) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None or not math.isfinite(value) else f"{value:.6g}"
