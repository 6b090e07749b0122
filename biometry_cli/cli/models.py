"""``biometry models``."""

from biometry_cli.cli.options import Json


def models(as_json: Json = False) -> None:
    """List the networks to choose from."""
    import json

    from biometry_cli.cli.console import print_json, show
    from biometry_cli.models.catalog import TIMM, described, entry
    from biometry_cli.report.sheet.model import models_sheet

    networks = described()
    if as_json:
        print_json(json.dumps(networks))
        return
    rows = [(each["name"], each["tasks"], each["parameters"], each["purpose"]) for each in networks]
    any_of_timm = entry(f"{TIMM}NAME")
    show(models_sheet([*rows, (f"{TIMM}NAME", any_of_timm.tasks, None, any_of_timm.purpose)]))
