"""Where a report's numbers come from: model, software, settings and the very files."""

from biometry_cli.report.html.markup import NOTHING, Markup, element, joined
from biometry_cli.report.html.page import Section
from biometry_cli.report.html.parts import folded
from biometry_cli.report.html.tables import Column, facts, table
from biometry_cli.report.sheet.provenance import Provenance

_MANY_INPUTS = 12


def provenance_section(provenance: Provenance) -> Section:
    """The last section of every report."""
    groups = {
        "Model": provenance.model,
        **provenance.further_models,
        "Settings": provenance.settings,
        "Software": provenance.software,
    }
    columns = [
        element("div", element("h3", name), facts(list(values.items())))
        for name, values in groups.items()
        if values
    ]
    made = element("p", f"Report made {provenance.created}.", class_="small")
    body = joined([element("div", joined(columns), class_="columns"), _inputs(provenance), made])
    return Section("provenance", "Provenance", body)


def _inputs(provenance: Provenance) -> Markup:
    if not provenance.inputs:
        return NOTHING
    rows = [[file, element("code", digest)] for file, digest in provenance.inputs]
    shown = table(
        "Input files", [Column("File"), Column("SHA-256, first digits")], rows, stacked=True
    )
    if len(rows) > _MANY_INPUTS:
        return folded(f"{len(rows)} input files and their SHA-256", shown)
    return shown
