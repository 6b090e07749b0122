"""``biometry models``."""

import typer

from biometry_cli.cli.options import Json


def models(as_json: Json = False) -> None:
    """List the networks to choose from."""
    import json

    from biometry_cli.models.catalog import (
        CATALOG,
        EXAMPLE_CLASSES,
        TIMM,
        count_parameters,
        entry,
    )
    from biometry_cli.report.consoles import out
    from biometry_cli.report.tables import models_table

    rows = [
        {
            "name": name,
            "task": entry.task,
            "parameters": count_parameters(name, EXAMPLE_CLASSES[entry.task]),
            "width": entry.default_width,
            "purpose": entry.purpose,
        }
        for name, entry in CATALOG.items()
    ]
    if as_json:
        typer.echo(json.dumps(rows))
        return
    shown = [
        (str(r["name"]), str(r["task"]), f"{r['parameters']:,}", str(r["purpose"])) for r in rows
    ]
    any_of_timm = entry(f"{TIMM}NAME")
    shown.append((f"{TIMM}NAME", any_of_timm.task, "", any_of_timm.purpose))
    out().print(models_table(shown))
