"""``biometry schema``."""

from typing import Annotated

import typer

from biometry_cli.errors import UsageError


def schema(
    result: Annotated[
        str,
        typer.Argument(help="prediction, exam, evaluation, calculation or all."),
    ] = "all",
) -> None:
    """Print the JSON schema of what --json prints."""
    import json

    from biometry_cli.cli.console import print_json
    from biometry_cli.report.json_schema import result_schemas

    schemas = result_schemas()
    if result != "all" and result not in schemas:
        raise UsageError(
            f"there is no schema of {result}", mend=f"Take one of {', '.join(schemas)} or all"
        )
    print_json(json.dumps(schemas if result == "all" else schemas[result], indent=2))
