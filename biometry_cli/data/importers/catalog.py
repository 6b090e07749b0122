"""The data sets that ``biometry data import`` reads; readable without numpy."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from biometry_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from biometry_cli.data.importers.plan import Evidence, Plan


@dataclass(frozen=True)
class Importer:
    """One kind of source.

    Attributes:
        target: "module:function" below ``biometry_cli.data.importers``; the function takes the
            source folder and gives a Plan. ``recognise`` beside it takes the source too and gives
            Evidence, or None for a source of another kind; it reads names and a header or two.
        reads: one line on what the source holds.
        options: names of further arguments that the function takes.
    """

    target: str
    reads: str
    options: tuple[str, ...] = ()


CATALOG: dict[str, Importer] = {
    "hc18": Importer(
        "hc18:read", "HC18 Grand Challenge: heads outlined by an ellipse, with pixel sizes"
    ),
    "multicentre": Importer(
        "multicentre:read", "Multicentre Fetal Biometry: caliper points on heads, abdomens, femurs"
    ),
    "fetal-planes": Importer(
        "fetal_planes:read", "FETAL_PLANES_DB: scans by standard plane, with patients"
    ),
    "fu-biometry": Importer(
        "fu_biometry:read", "FU_Biometry challenge: points of heads, abdomens, femurs and hearts"
    ),
    "psfhs": Importer("psfhs:read", "PSFHS challenge: pubic symphysis and fetal head as .mha"),
    "coco": Importer("coco:read", "COCO annotations: outlines, run lengths or key points in JSON"),
    "masks-rgb": Importer(
        "masks_rgb:read", "images/ and masks/ with a colour for each structure", ("colors",)
    ),
}


def importer(kind: str) -> Importer:
    """The catalog's entry. Raises UsageError for an unknown kind."""
    if kind not in CATALOG:
        raise UsageError(
            f"there is no importer {kind!r}", mend=f"The kinds are {', '.join(CATALOG)}"
        )
    return CATALOG[kind]


def read_source(kind: str, source: Path, **options: Any) -> "Plan":
    """Find out what ``source`` holds; nothing is written.

    Args:
        kind: key of the catalog.
        source: the data set as its makers ship it.
        options: what the entry's ``options`` names.

    Raises:
        UsageError: an unknown kind.
        DataError: the source is not of this kind, or a table in it cannot be used.
    """
    module_name, _, function_name = importer(kind).target.partition(":")
    read: Callable[..., Plan] = getattr(_module(module_name), function_name)
    return read(source, **options)


def recognise(source: Path) -> "dict[str, Evidence]":
    """The kinds that ``source`` looks like at a glance, with what tells them."""
    seen = {}
    for kind, each in CATALOG.items():
        evidence = _module(each.target.partition(":")[0]).recognise(source)
        if evidence is not None:
            seen[kind] = evidence
    return seen


def hint(source: Path) -> str:
    """How to import ``source``, in a sentence, where it looks like a data set as shipped; or ""."""
    import shlex

    lines = [
        f"This looks like {CATALOG[kind].reads.partition(':')[0]} ({evidence.saw}): run "
        f"`biometry data import {kind} {shlex.quote(str(source))} NEW_FOLDER`"
        for kind, evidence in recognise(source).items()
    ]
    return "; or ".join(lines)


def _module(name: str) -> Any:
    import importlib

    return importlib.import_module(f"biometry_cli.data.importers.{name}")
