"""The report of ``predict``: one page with every answer, its pictures and where it comes from."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from biometry_cli.inference.reading import Reading
from biometry_cli.jobs.provenance import further_facts, growth_curves, provenance
from biometry_cli.jobs.scans import scan_of
from biometry_cli.jobs.writers.writer import Answered, Answering, Examined, Writer, require_page
from biometry_cli.report.manifest import InputFacts
from biometry_cli.report.page.page import is_page
from biometry_cli.report.page.prediction import PredictionPage
from biometry_cli.report.picture.overlay import draw_scan

_MOST_CHARTED = 4  # inputs: a dozen charts for each of hundreds would bury everything else


class PageWriter(Writer):
    """Writes each answer and its picture as they come; the memory keeps neither."""

    kind = "report"

    def __init__(self, target: Path, answering: Answering) -> None:
        super().__init__(target, answering)
        charted = answering.of_exams or len(answering.inputs) <= _MOST_CHARTED
        self._page = PredictionPage(
            target, curves=growth_curves() if charted else {}, of_exams=answering.of_exams
        )
        self._inputs: list[InputFacts] = []
        self._exams: list[str] = []

    @classmethod
    def require_target(cls, target: Path) -> None:
        """A page's name ends in .html."""
        require_page(target)

    @classmethod
    def is_ours(cls, path: Path) -> bool:
        """By what it says of its generator."""
        return is_page(path)

    def __enter__(self) -> Self:
        self.stack.enter_context(self._page)
        return self

    def add(self, answered: Answered) -> None:
        """Write one answer with its picture."""
        self._inputs.append(answered.facts)
        reading = answered.reading
        picture = draw_scan(scan_of(reading)) if isinstance(reading, Reading) else None
        self._page.add(answered.answer, picture)

    def add_exam(self, examined: Examined) -> None:
        """Write what the images of an exam say together; they are there already."""
        self._exams.append(examined.exam.name)
        self._page.add_exam(examined.exam)

    def close(self) -> None:
        """Put the page together."""
        models = self.answering.models
        origin = provenance(
            models.answering[0], self.answering.settings, self._inputs, further_facts(models)
        )
        self._page.close(_title(self._exams, self.answering.inputs), origin)
        self.written.append(self.target)


def _title(exams: Sequence[str], inputs: Sequence[Path]) -> str:
    if len(exams) == 1:
        return f"Fetal biometry: exam {exams[0]}"
    if exams:
        return f"Fetal biometry: {len(exams)} exams"
    return f"Fetal biometry: {inputs[0].name if len(inputs) == 1 else f'{len(inputs)} images'}"
