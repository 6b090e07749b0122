"""Prints what ``predict`` answers, as it comes in, and ends with its exit code."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import typer

from biometry_cli.errors import OutputError

if TYPE_CHECKING:
    from biometry_cli.jobs.predict import PredictionJob
    from biometry_cli.report.sheet.blocks import Block
    from biometry_cli.results.base import Result
    from biometry_cli.results.prediction import ExamResult, FailedFile


def print_answers(job: "PredictionJob", *, as_json: bool) -> None:
    """Print every answer, or exam; the errors of files that failed go to standard error.

    Raises:
        OutputError: standard output cannot be written. Where files are written too, that is said
            when they are complete.
        KeyboardInterrupt: after a word of what was answered.
    """
    if job.makes_exams:
        _print_exams(job, as_json=as_json)
    else:
        _print_images(job, as_json=as_json)


def _print_images(job: "PredictionJob", *, as_json: bool) -> None:
    from biometry_cli.report.consoles import err
    from biometry_cli.report.sheet.prediction import prediction_sheet
    from biometry_cli.results.prediction import FailedFile

    results = _Results(job, as_json=as_json)
    failed: list[FailedFile] = []
    answered = 0
    with _counting(job, lambda: f"{answered + len(failed)} of {job.inputs} images"):
        for answer in job.run():
            if isinstance(answer, FailedFile):
                failed.append(answer)
                results.show(answer, None)
                _print_failed(answer)
            else:
                answered += 1
                results.show(answer, partial(prediction_sheet, answer))
    _print_remarks(job)
    if failed:
        err().print(f"{len(failed)} of {answered + len(failed)} images could not be answered.")
    results.close()
    _leave(failed=len(failed), answered=answered)


def _print_exams(job: "PredictionJob", *, as_json: bool) -> None:
    from biometry_cli.names import shown
    from biometry_cli.report.consoles import err
    from biometry_cli.report.sheet.exam import exam_sheet
    from biometry_cli.results.prediction import FailedFile

    results = _Results(job, as_json=as_json)
    done: list[ExamResult] = []
    failed = 0
    with _counting(job, lambda: f"{len(done)} exams"):
        for result in job.exams():
            results.show(result, partial(exam_sheet, result.exam))
            for image in result.images:
                if isinstance(image, FailedFile):
                    failed += 1
                    _print_failed(image)
            if not result.exam.measurements:
                reasons = "; ".join(dict.fromkeys(left.reason for left in result.exam.left_out))
                told = f"Error: exam {result.exam.name} offers no usable measure ({reasons})."
                err().print(shown(told), style="red", soft_wrap=True)
            done.append(result)
    _print_remarks(job)
    results.close()
    empty = sum(not each.exam.measurements for each in done)
    # An exam without a measure has failed; one that lost an image is done in part.
    _leave(failed=empty or failed, answered=len(done) - empty)


class _Results:
    """Standard output. Once it is lost, nothing more is shown, and files are written on."""

    def __init__(self, job: "PredictionJob", *, as_json: bool) -> None:
        self._goes_on, self._as_json = job.writes, as_json
        self._lost: OutputError | None = None

    def show(self, result: "Result", sheet: "Callable[[], Iterable[Block]] | None") -> None:
        """Print one result; one without a sheet is printed as JSON alone."""
        from biometry_cli.cli.console import print_json, say, show

        if self._lost is not None:
            return
        try:
            if self._as_json:
                print_json(result.model_dump_json())
            elif sheet is not None:
                show(sheet())
                say("")
        except OutputError as error:
            if not self._goes_on:
                raise
            self._lost = error

    def close(self) -> None:
        """Raise what was held back."""
        if self._lost is not None:
            raise self._lost


@contextmanager
def _counting(job: "PredictionJob", answered: Callable[[], str]) -> Iterator[None]:
    """Say what was answered when a signal stops the work."""
    from biometry_cli.report.consoles import err

    try:
        yield
    except KeyboardInterrupt:
        _print_remarks(job)
        kept = ", and the files that were asked for hold these" if job.writes else ""
        err().print(f"{answered()} were answered{kept}.", soft_wrap=True)
        raise


def _print_failed(answer: "FailedFile") -> None:
    from biometry_cli.report.consoles import err

    err().print(f"Error: {answer.error.message}", style="red", soft_wrap=True)


def _print_remarks(job: "PredictionJob") -> None:
    from biometry_cli.report.consoles import err

    for remark in job.remarks:
        err().print(remark, style="yellow", soft_wrap=True)


def _leave(*, failed: int, answered: int) -> None:
    from biometry_cli.errors import PARTIAL_EXIT_CODE, DataError

    if failed:
        raise typer.Exit(PARTIAL_EXIT_CODE if answered else DataError.exit_code)
