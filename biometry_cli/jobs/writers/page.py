"""The report of ``predict``: one page with every answer, its pictures and where it comes from."""

from collections.abc import Sequence
from pathlib import Path

from biometry_cli.files import write_text
from biometry_cli.inference.reading import Reading
from biometry_cli.jobs.provenance import further_facts, growth_curves, provenance
from biometry_cli.jobs.writers.writer import Answered, Answering, Examined, Writer, require_page
from biometry_cli.report.html.prediction_page import Shown, prediction_page
from biometry_cli.report.manifest import InputFacts
from biometry_cli.report.overlay import draw_scan
from biometry_cli.results.prediction import Exam, FailedFile


class PageWriter(Writer):
    """Collects answers and pictures, and writes the page when all are there."""

    def __init__(self, target: Path, answering: Answering) -> None:
        super().__init__(target, answering)
        self._shown: list[Shown | FailedFile] = []
        self._exams: list[Exam] = []
        self._inputs: list[InputFacts] = []

    @classmethod
    def require_target(cls, target: Path) -> None:
        """A page's name ends in .html."""
        require_page(target)

    def add(self, answered: Answered) -> None:
        """Keep one answer with its picture."""
        self._inputs.append(answered.facts)
        if isinstance(answered.answer, FailedFile):
            self._shown.append(answered.answer)
        elif isinstance(answered.reading, Reading):
            self._shown.append(Shown(answered.answer, draw_scan(answered.reading)))

    def add_exam(self, examined: Examined) -> None:
        """Keep an exam; its images are there already."""
        self._exams.append(examined.exam)

    def close(self) -> None:
        """Write the page."""
        models = self.answering.models
        page = prediction_page(
            self._shown,
            exam=self._exams,
            curves=growth_curves(),
            provenance=provenance(
                models.answering[0], self.answering.settings, self._inputs, further_facts(models)
            ),
            title=_title(self._exams, self.answering.inputs),
        )
        write_text(self.target, page)
        self.written.append(self.target)


def _title(exams: Sequence[Exam], inputs: Sequence[Path]) -> str:
    if len(exams) == 1:
        return f"Fetal biometry: exam {exams[0].name}"
    if exams:
        return f"Fetal biometry: {len(exams)} exams"
    return f"Fetal biometry: {inputs[0].name if len(inputs) == 1 else f'{len(inputs)} images'}"
