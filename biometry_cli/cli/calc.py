"""``biometry calc``."""

from typing import Annotated, Any

import typer

from biometry_cli.cli.options import Age, Json, LastPeriod, ScanDate, offering
from biometry_cli.measure.catalog import MEASURES, SIZED

SIZES = "Sizes in mm"


def _size(measure: str) -> Any:
    term = MEASURES[measure].term
    option = typer.Option(help=f"{term[0].upper()}{term[1:]}.", metavar="MM", rich_help_panel=SIZES)
    return Annotated[float | None, option]


@offering({name.lower(): _size(name) for name in SIZED})
def calc(
    age: Age = None,
    lmp: LastPeriod = None,
    scan_date: ScanDate = None,
    as_json: Json = False,
    **sizes: float | None,
) -> None:
    """Age, weight and growth centiles from sizes given by hand, in mm."""
    from biometry_cli.cli.console import print_json, show
    from biometry_cli.jobs.calc import calculate, known_age
    from biometry_cli.report.sheet.clinical import calculation_sheet

    sizes_mm = {name.upper(): value for name, value in sizes.items() if value is not None}
    calculation = calculate(sizes_mm, known_age(age, lmp, scan_date))
    if as_json:
        print_json(calculation.model_dump_json())
        return
    show(calculation_sheet(calculation))
