"""``biometry calc``."""

from typing import Annotated

import typer

from biometry_cli.cli.options import Json

SIZES, AGE = "Sizes in mm", "Gestational age"

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
    ga: Annotated[
        str | None,
        typer.Option(
            help="Age known beforehand: 24+3, 24w3d or 24.5.",
            metavar="AGE",
            show_default="estimated from the sizes",
            rich_help_panel=AGE,
        ),
    ] = None,
    lmp: Annotated[
        str | None,
        typer.Option(
            help="First day of the last menstrual period; with --scan-date.",
            metavar="DATE",
            rich_help_panel=AGE,
        ),
    ] = None,
    scan_date: Annotated[
        str | None,
        typer.Option(
            help="Day of the scan, such as 2026-06-20.", metavar="DATE", rich_help_panel=AGE
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Age, weight and growth centiles from sizes given by hand, in mm."""
    from biometry_cli.jobs.calc import calculate, known_age
    from biometry_cli.report.clinical_tables import assessment_tables
    from biometry_cli.report.consoles import out

    given = {"HC": hc, "BPD": bpd, "OFD": ofd, "AC": ac, "FL": fl, "CRL": crl}
    sizes_mm = {name: value for name, value in given.items() if value is not None}
    calculation = calculate(sizes_mm, known_age(ga, lmp, scan_date))
    if as_json:
        typer.echo(calculation.model_dump_json())
        return
    out().print(assessment_tables(calculation))
