"""``biometry calc``."""

import inspect
from typing import Annotated, Any

import typer

from biometry_cli.cli.options import Age, Json, LastPeriod, ScanDate
from biometry_cli.measure.catalog import MEASURES, SIZED

SIZES = "Sizes in mm"


def _option(measure: str) -> Any:
    """The type of one size's option, as typer reads it."""
    term = MEASURES[measure].term
    return Annotated[
        float | None,
        typer.Option(help=f"{term[0].upper()}{term[1:]}.", metavar="MM", rich_help_panel=SIZES),
    ]


def _offering_sizes(command: Any) -> Any:
    """The command with an option for every size that the catalog knows, before its own."""
    own = inspect.signature(command).parameters.values()
    sizes = [
        inspect.Parameter(
            name.lower(), inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_option(name)
        )
        for name in SIZED
    ]
    kept = [
        each.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for each in own
        if each.kind is not inspect.Parameter.VAR_KEYWORD
    ]
    parameters = [*sizes, *kept]
    command.__signature__ = inspect.Signature(parameters)
    command.__annotations__ = {each.name: each.annotation for each in parameters}
    return command


@_offering_sizes
def calc(
    age: Age = None,
    lmp: LastPeriod = None,
    scan_date: ScanDate = None,
    as_json: Json = False,
    **sizes: float | None,
) -> None:
    """Age, weight and growth centiles from sizes given by hand, in mm."""
    from biometry_cli.jobs.calc import calculate, known_age
    from biometry_cli.report.clinical_tables import assessment_tables
    from biometry_cli.report.consoles import out

    sizes_mm = {name.upper(): value for name, value in sizes.items() if value is not None}
    calculation = calculate(sizes_mm, known_age(age, lmp, scan_date))
    if as_json:
        typer.echo(calculation.model_dump_json())
        return
    out().print(assessment_tables(calculation))
