"""``predict`` over many files: answers one by one or exam by exam, files written as it goes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from biometry_cli.data.calibrations import remarks_on_spacing
from biometry_cli.data.frames import Source, with_spacing
from biometry_cli.errors import BiometryError, UsageError
from biometry_cli.inference.exam import combine_exam
from biometry_cli.inference.reading import Failure, Reading
from biometry_cli.interrupt import DeferredInterrupt
from biometry_cli.jobs.inputs import (
    drawn_note,
    expand_inputs,
    group_files,
    output_stems,
    without_drawn,
)
from biometry_cli.jobs.models import Models, open_models
from biometry_cli.jobs.outputs import Outputs, Wanted, require_targets
from biometry_cli.jobs.writers.writer import Answered, Answering, Examined
from biometry_cli.measure.growth.assess import GivenAge
from biometry_cli.names import shown
from biometry_cli.results.prediction import ErrorDetail, ExamResult, FailedFile, Prediction
from biometry_cli.settings import PredictSettings, Settings

Answer = Prediction | FailedFile


@dataclass(frozen=True)
class ExamPlan:
    """The images are exams: one each name that ``group_by`` finds in their stems, or one of all."""

    group_by: str | None = None


def settle(
    settings: Settings,
    inputs: list[str],
    *,
    spacing_mm: tuple[float, float] | None = None,
    wanted: Wanted | None = None,
    age: GivenAge | None = None,
    plan: ExamPlan | None = None,
) -> "PredictionJob":
    """Check all that can be checked before work, and open the models.

    Args:
        settings: weights, planes, batch size, device and how exams are put together.
        inputs: as the user names them.
        spacing_mm: (row, column) for all images; None looks for a ``spacing.csv``.
        wanted: files to write.
        age: the gestational age that sizes are scored against; estimated when None.
        plan: how images make exams; None answers each image alone.

    Raises:
        ModelFileError: no usable model.
        UsageError: nothing named, models that do not fit together, one age for several exams,
            files that the models cannot give, or an unwritable place.
        DataError: a folder or pattern without images, or an unusable ``spacing.csv``.
    """
    require_targets(wanted or {})
    models = open_models(settings)
    files, drawn = without_drawn(expand_inputs(inputs))
    groups = None if plan is None else group_files(files, plan.group_by)
    if age is not None and groups is not None and len(groups) > 1:
        raise UsageError(
            f"one gestational age is given for {len(groups)} exams",
            mend="Call `biometry predict` once for each, or leave the age out",
        )
    stems = output_stems(files)
    exams = None if groups is None else list(groups)
    return PredictionJob(
        models,
        with_spacing(files, spacing_mm),
        settings.predict,
        Outputs(wanted or {}, Answering(models, settings, files, stems, exams)),
        stems=stems,
        groups=groups,
        age=age,
        notes=[
            *([drawn_note(drawn)] if drawn else []),
            *([] if spacing_mm is not None else remarks_on_spacing(files)),
        ],
    )


class PredictionJob:
    """Answers images that are settled; ``settle`` makes one from what a user names.

    Args:
        models: what answers.
        sources: the images.
        settings: batch size and how exams are put together.
        outputs: fed with every answer.
        stems: a name for each image's files.
        groups: places of the images of each exam; None answers each image alone.
        age: the gestational age that sizes are scored against; estimated when None.
        notes: what there is to say of the inputs.
    """

    def __init__(
        self,
        models: Models,
        sources: Sequence[Source],
        settings: PredictSettings,
        outputs: Outputs,
        *,
        stems: Sequence[str],
        groups: Mapping[str, Sequence[int]] | None = None,
        age: GivenAge | None = None,
        notes: Sequence[str] = (),
    ) -> None:
        self._notes = notes
        self._models, self._sources, self._settings = models, sources, settings
        self._outputs, self._stems, self._groups, self._age = outputs, stems, groups, age

    @property
    def makes_exams(self) -> bool:
        """Whether the images are answered exam by exam."""
        return self._groups is not None

    @property
    def remarks(self) -> list[str]:
        """What is to be said of inputs and written files, once all are answered."""
        return [*self._notes, *self._outputs.remarks]

    @property
    def inputs(self) -> int:
        """The number of files to answer."""
        return len(self._sources)

    @property
    def writes(self) -> bool:
        """Whether files are written, beside what the answers are used for."""
        return bool(self._outputs)

    def run(self) -> Iterator[Answer]:
        """Answer every file in order; a failed one gives its error in its place.

        A signal to stop is heeded behind an answer: the files then hold what was answered.

        Raises:
            UsageError: a result that cannot be written.
            KeyboardInterrupt: by a signal, when the files are written.
        """
        with DeferredInterrupt() as interrupt:
            with self._outputs as outputs:
                for _, answer in self._answers(range(len(self._sources))):
                    yield answer
                    if interrupt.asked:
                        break
                outputs.close()
            interrupt.check()

    def exams(self) -> Iterator[ExamResult]:
        """Answer exam by exam, in the order of their first images; signals as in ``run``.

        Raises:
            UsageError: a result that cannot be written.
            KeyboardInterrupt: by a signal, when the files are written.
        """
        with DeferredInterrupt() as interrupt:
            with self._outputs as outputs:
                for name, places in (self._groups or {}).items():
                    pairs = []
                    for pair in self._answers(places):
                        pairs.append(pair)
                        if interrupt.asked:
                            break
                    if interrupt.asked:
                        break  # an exam that lacks images would tell something else
                    yield self._exam(name, pairs)
                    if interrupt.asked:
                        break
                outputs.close()
            interrupt.check()

    def _exam(self, name: str, pairs: Sequence[tuple[Reading | Failure, Answer]]) -> ExamResult:
        exam = combine_exam(
            name,
            [reading for reading, _ in pairs],
            choice=self._settings.exam_choice,
            keep_unlike=self._settings.keep_unlike,
            age=self._age,
        )
        readings = [each for each, _ in pairs if isinstance(each, Reading)]
        self._outputs.add_exam(Examined(exam, readings))
        return ExamResult(exam=exam, images=[answer for _, answer in pairs])

    def _answers(self, places: Sequence[int]) -> Iterator[tuple[Reading | Failure, Answer]]:
        sources = [self._sources[place] for place in places]
        readings = self._models.reader.readings(sources, self._settings.batch_size, age=self._age)
        for stem, reading in _named([self._stems[place] for place in places], readings):
            answer = _answer(reading)
            self._outputs.add(Answered(reading, answer, stem))
            # An exam of many images needs their figures, not their probability maps.
            light = replace(reading, masks=None) if isinstance(reading, Reading) else reading
            yield light, answer


def failed_file(file: Path, error: BiometryError) -> FailedFile:
    """An error as a result."""
    detail = ErrorDetail(code=error.code, message=shown(error.paragraph()))
    return FailedFile(file=str(file), error=detail)


def _named(
    stems: Sequence[str], readings: Iterable[Reading | Failure]
) -> Iterator[tuple[str, Reading | Failure]]:
    """Readings with a name for the files of each: that of its file, with the frame's number."""
    left = iter(stems)
    stem, numbered = "", False
    for reading in readings:
        number = None if isinstance(reading, Failure) else reading.number
        # A file that fails after some of its frames has had its name.
        if not (number or (numbered and isinstance(reading, Failure))):
            stem = next(left)
        numbered = number is not None
        yield (stem if number is None else f"{stem}_{number}"), reading


def _answer(reading: Reading | Failure) -> Answer:
    if isinstance(reading, Failure):
        return failed_file(reading.file, reading.error)
    return reading.prediction
