"""``biometry calc``."""

from typing import Annotated

import typer

from biometry_cli.cli.options import Age, Json, LastPeriod, ScanDate

SIZES = "Sizes in mm"

Length = float | None


def calc(
    hc: Annotated[
        Length,
        typer.Option(help="Head circumference.", metavar="MM", rich_help_panel=SIZES),
    ] = None,
    bpd: Annotated[
        Length,
        typer.Option(help="Biparietal diameter.", metavar="MM", rich_help_panel=SIZES),
    ] = None,
    ofd: Annotated[
        Length,
        typer.Option(help="Occipitofrontal diameter.", metavar="MM", rich_help_panel=SIZES),
    ] = None,
    ac: Annotated[
        Length,
        typer.Option(help="Abdominal circumference.", metavar="MM", rich_help_panel=SIZES),
    ] = None,
    fl: Annotated[
        Length,
        typer.Option(help="Femur length.", metavar="MM", rich_help_panel=SIZES),
    ] = None,
    crl: Annotated[
        Length,
        typer.Option(help="Crown-rump length.", metavar="MM", rich_help_panel=SIZES),
    ] = None,
    age: Age = None,
    lmp: LastPeriod = None,
    scan_date: ScanDate = None,
    as_json: Json = False,
) -> None:
    """Age, weight and growth centiles from sizes given by hand, in mm."""
    from biometry_cli.jobs.calc import calculate, known_age
    from biometry_cli.report.clinical_tables import assessment_tables
    from biometry_cli.report.consoles import out

    given = {"HC": hc, "BPD": bpd, "OFD": ofd, "AC": ac, "FL": fl, "CRL": crl}
    sizes_mm = {name: value for name, value in given.items() if value is not None}
    calculation = calculate(sizes_mm, known_age(age, lmp, scan_date))
    if as_json:
        typer.echo(calculation.model_dump_json())
        return
    out().print(assessment_tables(calculation))
