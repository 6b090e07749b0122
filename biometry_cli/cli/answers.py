"""Prints what ``predict`` answers, as it comes in, and ends with its exit code."""

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from biometry_cli.jobs.predict import PredictionJob
    from biometry_cli.results.prediction import ExamResult, FailedFile


def print_answers(job: "PredictionJob", *, as_json: bool) -> None:
    """Print every answer, or exam; the errors of files that failed go to standard error."""
    if job.makes_exams:
        _print_exams(job, as_json=as_json)
    else:
        _print_images(job, as_json=as_json)


def _print_images(job: "PredictionJob", *, as_json: bool) -> None:
    from biometry_cli.report.consoles import err, out
    from biometry_cli.report.sheet.prediction import prediction_sheet
    from biometry_cli.report.terminal import render
    from biometry_cli.results.prediction import FailedFile

    failed: list[FailedFile] = []
    answered = 0
    for answer in job.run():
        if as_json:
            typer.echo(answer.model_dump_json())
        elif not isinstance(answer, FailedFile):
            out().print(render(prediction_sheet(answer)), "")
        if isinstance(answer, FailedFile):
            failed.append(answer)
            _print_failed(answer)
        else:
            answered += 1
    _print_remarks(job)
    if failed:
        err().print(f"{len(failed)} of {answered + len(failed)} images could not be answered.")
    _leave(failed=len(failed), answered=answered)


def _print_exams(job: "PredictionJob", *, as_json: bool) -> None:
    from biometry_cli.report.consoles import err, out
    from biometry_cli.report.sheet.exam import exam_sheet
    from biometry_cli.report.terminal import render
    from biometry_cli.results.prediction import FailedFile

    done: list[ExamResult] = []
    failed = 0
    for result in job.exams():
        if as_json:
            typer.echo(result.model_dump_json())
        else:
            out().print(render(exam_sheet(result.exam)), "")
        for image in result.images:
            if isinstance(image, FailedFile):
                failed += 1
                _print_failed(image)
        if not result.exam.measurements:
            reasons = "; ".join(dict.fromkeys(left.reason for left in result.exam.left_out))
            err().print(
                f"Error: exam {result.exam.name} offers no usable measure ({reasons}).",
                style="red",
                soft_wrap=True,
            )
        done.append(result)
    _print_remarks(job)
    empty = sum(not each.exam.measurements for each in done)
    # An exam without a measure has failed; one that lost an image is done in part.
    _leave(failed=empty or failed, answered=len(done) - empty)


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
