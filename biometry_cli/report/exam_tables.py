"""An exam in the terminal: what was measured on which image, and what it means."""

from pathlib import Path

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from biometry_cli.report.clinical_tables import assessment_tables
from biometry_cli.report.words import flag_lines, interval_text, value_text
from biometry_cli.results.clinical import Assessment
from biometry_cli.results.prediction import Exam, ExamMeasurement

_CHOICES = {"best": "best image of each structure", "median": "median of all images"}


def exam_table(exam: Exam) -> RenderableType:
    """The exam's measures with their images, what was left out, then age, weight and centiles."""
    heading = Text(f"exam {exam.name}", style="bold", overflow="fold")
    images = f"{len(exam.files)} image" + ("" if len(exam.files) == 1 else "s")
    heading.append(f"  {images}, {_CHOICES[exam.choice]}", style="not bold dim")
    parts: list[RenderableType] = [heading]
    if exam.measurements:
        parts += [_measures(exam), *_guarantees(exam)]
    for left in exam.left_out:
        parts.append(Text(f"! {Path(left.file).name} left out: {left.reason}", style="yellow"))
    parts += [Text(f"! {line}", style="yellow") for line in flag_lines(exam.flags)]
    if exam.measurements:
        known = {name: getattr(exam, name) for name in Assessment.model_fields}
        parts += ["", assessment_tables(Assessment(**known))]
    return Group(*parts, "")


def _measures(exam: Exam) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("", style="cyan", no_wrap=True)
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("95 % interval", no_wrap=True)
    table.add_column("image", overflow="fold")
    for each in exam.measurements:
        between = interval_text(each.interval, each.unit) or "–"
        value = value_text(each.value, each.unit)
        table.add_row(Text(each.name), value, between, Text(_origin(each)))
    return table


def _guarantees(exam: Exam) -> list[Text]:
    """What the intervals promise: measures of one promise share its line."""
    said: dict[str, list[str]] = {}
    for each in exam.measurements:
        if each.guarantee:
            said.setdefault(each.guarantee, []).append(each.name)
    return [Text(f"{', '.join(names)}: {text}", style="dim") for text, names in said.items()]


def _origin(measure: ExamMeasurement) -> str:
    if len(measure.files) > 1:
        return f"median of {len(measure.files)}"
    of = f" (1 of {measure.candidates})" if measure.candidates > 1 else ""
    return Path(measure.files[0]).name + of
