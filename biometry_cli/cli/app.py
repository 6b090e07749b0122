"""The command ``biometry``: its subcommands, and what every one of them does with an error."""

import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from biometry_cli import __version__
from biometry_cli.cli import (
    calc,
    data,
    demo,
    evaluate,
    export,
    info,
    models,
    predict,
    schema,
    train,
)
from biometry_cli.errors import BiometryError, ReaderGone


class ErrorReporting(TyperGroup):
    """Turns the errors that a user can meet into one paragraph and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BiometryError as error:
            _report(error)
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt as signal:
            from biometry_cli.interrupt import Terminated, exit_code

            told = "Terminated." if isinstance(signal, Terminated) else "Interrupted."
            if ctx.invoked_subcommand == "train":
                told += " `biometry train --resume` goes on with the run."
            typer.echo(told, err=True)
            raise typer.Exit(exit_code(signal)) from None


def _report(error: BiometryError) -> None:
    if isinstance(error, ReaderGone):
        return
    from biometry_cli.cli.console import print_error

    print_error(error)


app = typer.Typer(
    cls=ErrorReporting,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Research software, not a medical device.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"biometry {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Fetal ultrasound biometry: learn from scans, measure in millimetres, export."""


app.command("train")(train.train)
app.command("eval")(evaluate.evaluate)
app.command("predict")(predict.predict)
app.command("calc")(calc.calc)
app.command("export")(export.export)
app.command("info")(info.info)
app.command("models")(models.models)
app.command("schema")(schema.schema)
app.add_typer(data.app, name="data")
app.command("demo")(demo.demo)


def main() -> None:
    """Entry point of the installed command."""
    from biometry_cli.cli.streams import guard_streams
    from biometry_cli.cores import limit_spinning
    from biometry_cli.interrupt import stop_by_signals

    limit_spinning()
    guard_streams()
    stop_by_signals()
    try:
        app(prog_name="biometry")
    except BiometryError as error:  # of a help text, which is printed before any command begins
        _report(error)
        sys.exit(error.exit_code)
