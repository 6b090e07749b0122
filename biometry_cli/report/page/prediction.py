"""The page of ``predict``: exams first, then every image, then where it all comes from."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from biometry_cli.report.page.page import Page, Part
from biometry_cli.report.sheet.blocks import NONE, Block, Cell, Column, Row, Rows, Section
from biometry_cli.report.sheet.clinical import Curves
from biometry_cli.report.sheet.exam import exam_sheet, exam_title
from biometry_cli.report.sheet.points import visible_points
from biometry_cli.report.sheet.prediction import failed_sheet, plane_text, prediction_sheet
from biometry_cli.report.sheet.provenance import Provenance, provenance_section
from biometry_cli.report.sheet.words import count_text, file_name, percent, value_text
from biometry_cli.results.flags import flag_text
from biometry_cli.results.prediction import Exam, FailedFile, Prediction

if TYPE_CHECKING:
    from PIL import Image

_PARTS = (Part("exams"), Part("overview"), Part("images", "Images"))
_COLUMNS = (
    Column("Image"),
    Column("Plane"),
    Column("Found"),
    Column("Gestational age", numeric=True),
    Column("Weight", numeric=True),
    Column("Flags"),
)
_SPARSE = (1, 3, 4)  # columns of which a page without any value needs none


class PredictionPage:
    """Takes answers as they come; of each it keeps a row of the overview, and no picture.

    Args:
        path: the page, written when it is closed.
        curves: growth charts to draw for exams, and for images of no exam.
        of_exams: the images are those of exams, which hold age, weight and growth for them.
    """

    def __init__(self, path: Path, *, curves: Curves | None = None, of_exams: bool = False) -> None:
        self._page, self._curves, self._of_exams = Page(path, _PARTS), curves, of_exams
        self._rows: list[Row] = []
        self._failed = self._exams = 0
        self._models: set[str] = set()

    def __enter__(self) -> Self:
        self._page.__enter__()
        return self

    def __exit__(self, *_error: object) -> None:
        self._page.__exit__()

    def add(self, answer: Prediction | FailedFile, picture: "Image.Image | None" = None) -> None:
        """Write an image's article: its picture beside everything that was found in it."""
        self._rows.append(_overview_row(answer))
        blocks: tuple[Block, ...]
        if isinstance(answer, FailedFile):
            self._failed += 1
            blocks = failed_sheet(answer)
        else:
            plane = [answer.plane.model] if answer.plane is not None else []
            self._models |= {answer.model, *plane}
            blocks = prediction_sheet(
                answer, picture=picture, curves=self._curves, of_exam=self._of_exams
            )
        section = Section(f"image-{len(self._rows)}", file_name(answer.file), blocks)
        self._page.add("images", section, file=answer.file)

    def add_exam(self, exam: Exam) -> None:
        """Write what the images of an exam say together, before all images."""
        self._exams += 1
        blocks = exam_sheet(exam, self._curves)
        self._page.add("exams", Section(f"exam-{self._exams}", exam_title(exam), blocks))

    def close(self, title: str, provenance: Provenance) -> None:
        """Write the page in one step. Raises UsageError where it cannot be written."""
        if len(self._rows) > 1:
            self._page.add("overview", Section("overview", "Overview", (_overview(self._rows),)))
        lead = [count_text(len(self._rows), "image")]
        lead += [f"{self._failed} not answered"] if self._failed else []
        lead += [f"model {model}" for model in sorted(self._models)]
        self._page.close(title, [*lead, provenance.created], provenance_section(provenance))


def _overview(rows: Sequence[Row]) -> Rows:
    """A row an image. Images of an exam have no age or weight, and most models know no planes."""
    shown = [
        place
        for place in range(len(_COLUMNS))
        if place not in _SPARSE or any(row.cells[place].text != NONE for row in rows)
    ]
    kept = tuple(Row(tuple(row.cells[place] for place in shown)) for row in rows)
    columns = tuple(_COLUMNS[place] for place in shown)
    return Rows("Every image, and what was found in it", columns, kept)


def _overview_row(answer: Prediction | FailedFile) -> Row:
    image = Cell(file_name(answer.file), files=(answer.file,))
    nothing = Cell(NONE)
    if isinstance(answer, FailedFile):
        failed = Cell("not answered", tone="doubt")
        return Row((image, nothing, nothing, nothing, nothing, failed))
    found = [f"{each.name} {value_text(each.value, each.unit)}" for each in answer.measurements]
    if answer.points is not None and not found:
        found += [each.name for each in visible_points(answer.points)]
    if answer.label is not None and answer.plane is None:
        share = (answer.probabilities or {}).get(answer.label)
        found.append(answer.label if share is None else f"{answer.label} {percent(share)}")
    age, weight = answer.gestational_age, answer.fetal_weight
    flags = tuple(Cell(flag_text(flag), tone="doubt") for flag in answer.flags)
    cells = (
        image,
        Cell(plane_text(answer.plane)) if answer.plane is not None else nothing,
        Cell(", ".join(found) or NONE),
        Cell(age.text) if age is not None and age.text else nothing,
        Cell(value_text(weight.grams, "g")) if weight is not None else nothing,
        Cell("", below=flags) if flags else nothing,
    )
    return Row(cells)
