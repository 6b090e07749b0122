"""Where a page's numbers come from: model, software, settings and the very files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from biometry_cli.report.sheet.blocks import (
    Block,
    Cell,
    Column,
    Fold,
    Note,
    Row,
    Rows,
    Section,
    Sides,
    facts,
)

_MANY_INPUTS = 12


@dataclass(frozen=True)
class Provenance:
    """What it takes to get the same numbers again, as labels and texts.

    Attributes:
        model: name, hash, task, classes, the data it learned from, when it was made, ...
        software: versions.
        settings: what was set.
        inputs: each file and the first digits of its SHA-256.
        created: when the report was made.
        further_models: further models as ``model``, by a heading.
    """

    model: Mapping[str, str]
    software: Mapping[str, str]
    settings: Mapping[str, str]
    inputs: Sequence[tuple[str, str]]
    created: str
    further_models: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def provenance_section(provenance: Provenance) -> Section:
    """The last section of every page."""
    named = {
        "Model": provenance.model,
        **provenance.further_models,
        "Settings": provenance.settings,
        "Software": provenance.software,
    }
    groups = tuple((facts(pairs.items(), name),) for name, pairs in named.items() if pairs)
    made = Note((f"Report made {provenance.created}.",))
    return Section("provenance", "Provenance", (Sides(groups), *_inputs(provenance), made))


def _inputs(provenance: Provenance) -> list[Block]:
    columns = (Column("File"), Column("SHA-256, first digits"))
    rows = tuple(Row((Cell(file), Cell(digest))) for file, digest in provenance.inputs)
    table = Rows("Input files", columns, rows)
    if len(rows) > _MANY_INPUTS:
        return [Fold(f"{len(rows)} input files and their SHA-256", (table,))]
    return [table]
