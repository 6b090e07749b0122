"""What is said of an exam: several images of one fetus, taken together."""

from biometry_cli.names import shown
from biometry_cli.report.sheet.blocks import (
    PAGE,
    TERMINAL,
    Alert,
    Block,
    Card,
    Cell,
    Column,
    Heading,
    Note,
    Row,
    Rows,
)
from biometry_cli.report.sheet.clinical import Curves, age_card, closing, growth_blocks, weight_card
from biometry_cli.report.sheet.prediction import (
    alert,
    measure_blocks,
    measure_row,
    prediction_heading,
)
from biometry_cli.report.sheet.words import count_text, file_name
from biometry_cli.results.flags import flag_lines
from biometry_cli.results.prediction import Exam, ExamMeasurement, Prediction

_CHOICES = {
    "best": "the best image of each structure",
    "median": "the median of all images that show a measure",
}


def exam_sheet(exam: Exam, curves: Curves | None = None) -> tuple[Block, ...]:
    """Age and weight, measures with their images, what was left out, growth, every formula.

    Args:
        exam: what is said.
        curves: growth charts to draw.
    """
    images = f"{count_text(len(exam.files), 'image')}, {_choice(exam)}"
    blocks: list[Block] = [
        Heading(exam_title(exam), (Cell(images, tone="quiet"),), until=TERMINAL),
        Alert(tuple(flag_lines(exam.flags))),
        age_card(exam.gestational_age, TERMINAL),
        weight_card(exam.fetal_weight, TERMINAL),
        _images_card(exam),
        Note(tuple(exam.notes), listed=True),
        *_measures(exam),
        *_left_out(exam),
        *growth_blocks(exam, exam.measurements, curves),
    ]
    return (*blocks, closing()) if exam.measurements else tuple(blocks)


def exam_title(exam: Exam) -> str:
    """``Exam 7``; a name that says so already stands alone."""
    name = shown(exam.name)
    return name if name.lower().startswith("exam") else f"Exam {name}"


def caption(prediction: Prediction, exam: Exam) -> tuple[Block, ...]:
    """What stands below an image of an exam: name, plane, measures, why it was left out."""
    reasons = [each.reason for each in exam.left_out if each.file == prediction.file]
    spoken = [] if prediction.plane and prediction.plane.reason else alert(prediction).lines
    lines = (*(f"left out: {reason}" for reason in reasons), *spoken)
    return (prediction_heading(prediction), *measure_blocks(prediction), Alert(lines))


def _choice(exam: Exam) -> str:
    return _CHOICES.get(exam.choice, exam.choice)


def _images_card(exam: Exam) -> Card:
    behind = {file for each in exam.measurements for file in each.files}
    left = f"{len(exam.left_out)} left out" if exam.left_out else "none left out"
    count, _, unit = count_text(len(exam.files), "image").partition(" ")
    below = (f"{len(behind)} behind the values below, {left}", _choice(exam))
    return Card("Exam", Cell(count), unit, below, rank=PAGE)


def _measures(exam: Exam) -> list[Block]:
    if not exam.measurements:
        return [Note(("Nothing was measured.",), rank=PAGE)]
    columns = (
        Column("Measure"),
        Column("Value", numeric=True),
        Column("How it was read", rank=PAGE),
        Column("Image", rank=TERMINAL),
    )
    rows = []
    for each in exam.measurements:
        row = measure_row(each)
        rows.append(Row((*row.cells, _origin(each)), tone=row.tone))
    return [Rows("Measures", columns, tuple(rows), note_rank=TERMINAL)]


def _origin(measure: ExamMeasurement) -> Cell:
    """The images behind a value, and of how many."""
    used, shown = len(measure.files), measure.candidates
    text = f"median of {used}" if used > 1 else file_name(measure.files[0])
    if used == 1 < shown:
        text += f" (1 of {shown})"
    share = f"{used} of {shown} images that show it"
    below = "the only image that shows it" if shown == 1 else share
    return Cell(text, below=(Cell(below),), files=tuple(measure.files))


def _left_out(exam: Exam) -> list[Block]:
    if not exam.left_out:
        return []
    columns = (Column("Image"), Column("Why"))
    rows = [
        Row((Cell(file_name(each.file), files=(each.file,), tone="doubt"), Cell(each.reason)))
        for each in exam.left_out
    ]
    return [Rows("Images left out", columns, tuple(rows), rank=TERMINAL)]
