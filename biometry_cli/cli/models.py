"""``biometry models``."""

from typing import Any

from biometry_cli.cli.options import Json


def models(as_json: Json = False) -> None:
    """List the networks to choose from."""
    import json

    from biometry_cli.cli.console import print_json
    from biometry_cli.errors import require_torch
    from biometry_cli.models.catalog import (
        CATALOG,
        EXAMPLE_OUTPUTS,
        TIMM,
        count_parameters,
        entry,
    )
    from biometry_cli.report.consoles import out
    from biometry_cli.report.sheet.model import models_sheet
    from biometry_cli.report.terminal import render

    require_torch()  # counts the parameters
    rows: list[dict[str, Any]] = [
        {
            "name": name,
            "tasks": list(entry.tasks),
            "parameters": count_parameters(name, EXAMPLE_OUTPUTS[entry.tasks[0]]),
            "width": entry.default_width,
            "purpose": entry.purpose,
        }
        for name, entry in CATALOG.items()
    ]
    if as_json:
        print_json(json.dumps(rows))
        return
    shown = [
        (row["name"], "\n".join(row["tasks"]), f"{row['parameters']:,}", row["purpose"])
        for row in rows
    ]
    any_of_timm = entry(f"{TIMM}NAME")
    shown.append((f"{TIMM}NAME", "\n".join(any_of_timm.tasks), "", any_of_timm.purpose))
    out().print(render(models_sheet(shown)))
