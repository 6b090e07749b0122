"""``predict`` over many files: answers one by one or exam by exam, files written as it goes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from biometry_cli.errors import BiometryError, UsageError
from biometry_cli.inference.exam import combine_exam
from biometry_cli.inference.reading import Failure, Reading
from biometry_cli.inference.sources import with_spacing
from biometry_cli.jobs.groups import group_files
from biometry_cli.jobs.inputs import expand_inputs, output_stems
from biometry_cli.jobs.models import open_models
from biometry_cli.jobs.prediction_files import PredictionFiles, WantedFiles
from biometry_cli.measure.growth.assess import GivenAge
from biometry_cli.results.prediction import ErrorDetail, ExamResult, FailedFile, Prediction
from biometry_cli.settings import Settings

Answer = Prediction | FailedFile


@dataclass(frozen=True)
class ExamPlan:
    """The images are exams: one each name that ``group_by`` finds in their stems, or one of all."""

    group_by: str | None = None


class PredictionJob:
    """Everything is checked when the job is made; ``run`` or ``exams`` then answers.

    Args:
        settings: weights, planes, batch size, device and how exams are put together.
        inputs: as the user names them.
        spacing_mm: (row, column) for all images; None looks for a ``spacing.csv``.
        wanted: files to write.
        age: the gestational age that sizes are scored against; estimated when None.
        plan: how images make exams; None for ``run``.

    Raises:
        ModelFileError: no usable model.
        UsageError: nothing named, models that do not fit together, one age for several exams,
            files that the models cannot give, or an unwritable place.
        DataError: a folder or pattern without images, or an unusable ``spacing.csv``.
    """

    def __init__(
        self,
        settings: Settings,
        inputs: list[str],
        *,
        spacing_mm: tuple[float, float] | None = None,
        wanted: WantedFiles | None = None,
        age: GivenAge | None = None,
        plan: ExamPlan | None = None,
    ) -> None:
        wanted = wanted or WantedFiles()
        wanted.require_writable()
        self._models = open_models(settings)
        self._settings, self._age = settings.predict, age
        self._files = expand_inputs(inputs)
        self._groups = None if plan is None else group_files(self._files, plan.group_by)
        if age is not None and self._groups is not None and len(self._groups) > 1:
            raise UsageError(
                f"one gestational age is given for {len(self._groups)} exams",
                mend="Call `biometry predict` once for each, or leave the age out",
            )
        self._sources = with_spacing(self._files, spacing_mm)
        self._stems = output_stems(self._files)
        self._outputs = PredictionFiles(wanted, self._models, settings, self._files)

    @property
    def makes_exams(self) -> bool:
        """Whether the images are answered exam by exam."""
        return self._groups is not None

    @property
    def remarks(self) -> list[str]:
        """What is to be said of the written files, once all are answered."""
        return self._outputs.remarks

    def run(self) -> Iterator[Answer]:
        """Answer every file in order; a failed one gives its error in its place.

        Raises:
            UsageError: a result that cannot be written.
        """
        with self._outputs as outputs:
            for _, answer in self._answers(range(len(self._files))):
                yield answer
            outputs.finish([])

    def exams(self) -> Iterator[ExamResult]:
        """Answer exam by exam, in the order of their first images.

        Raises:
            UsageError: a result that cannot be written.
        """
        exams = []
        with self._outputs as outputs:
            for name, places in (self._groups or {}).items():
                pairs = list(self._answers(places))
                exam = combine_exam(
                    name,
                    [reading for reading, _ in pairs],
                    choice=self._settings.exam_choice,
                    keep_unlike=self._settings.keep_unlike,
                    age=self._age,
                )
                exams.append(exam)
                outputs.add_exam(exam, [each for each, _ in pairs if isinstance(each, Reading)])
                yield ExamResult(exam=exam, images=[answer for _, answer in pairs])
            outputs.finish(exams)

    def _answers(self, places: Sequence[int]) -> Iterator[tuple[Reading | Failure, Answer]]:
        sources = [self._sources[place] for place in places]
        reader, batch_size = self._models.reader, self._settings.batch_size
        readings = reader.readings(sources, batch_size, age=self._age)
        for place, reading in zip(places, readings, strict=True):
            answer = _answer(reading)
            self._outputs.add(reading, answer, self._stems[place])
            # An exam of many images needs their figures, not their probability maps.
            light = replace(reading, masks=None) if isinstance(reading, Reading) else reading
            yield light, answer


def failed_file(file: Path, error: BiometryError) -> FailedFile:
    """An error as a result."""
    detail = ErrorDetail(code=error.code, message=error.paragraph())
    return FailedFile(file=str(file), error=detail)


def _answer(reading: Reading | Failure) -> Answer:
    if isinstance(reading, Failure):
        return failed_file(reading.file, reading.error)
    return reading.prediction
