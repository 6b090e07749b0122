"""What ``biometry data import`` took and what it left, as tables and lines."""

from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from biometry_cli.data.importers.writing import SplitCounts
    from biometry_cli.jobs.import_data import ImportReport

_NAMES_SHOWN = 3
_REASONS_SHOWN = 12
_ANNOTATIONS = ("masks", "landmarks", "labels")


def import_report_tables(report: "ImportReport") -> Group:
    """The new folder by split, what stayed behind by reason, and notes."""
    heading = Text(report.folder, style="bold", overflow="fold")
    heading.append(f"  from {report.source} ({report.kind})", style="not bold")
    parts: list[RenderableType] = [heading, _taken(report.splits)]
    if report.left:
        parts.append(_left(report))
    parts += [Text.assemble(("note: ", "cyan"), note, overflow="fold") for note in report.notes]
    return Group(*parts)


def _taken(splits: "dict[str, SplitCounts]") -> Table:
    counts = {name: split.model_dump() for name, split in splits.items()}
    kinds = [kind for kind in _ANNOTATIONS if any(split[kind] for split in counts.values())]
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("split", style="cyan", no_wrap=True)
    for name in ("images", "subjects", *kinds, "with pixel size"):
        table.add_column(name, justify="right")
    table.add_column("reference measures")
    for name, split in counts.items():
        figures = [split[kind] for kind in ("images", "subjects", *kinds, "calibrated")]
        references = ", ".join(f"{name} {count}" for name, count in split["references"].items())
        table.add_row(name, *map(str, figures), Text(references or "none"))
    return table


def _left(report: "ImportReport") -> Table:
    by_reason: dict[str, list[str]] = {}
    for each in report.left:
        by_reason.setdefault(each.reason, []).append(each.file)
    ordered = sorted(by_reason.items(), key=lambda pair: -len(pair[1]))
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("left, because", style="yellow", overflow="fold", ratio=3)
    table.add_column("files", justify="right")
    table.add_column("such as", overflow="fold", ratio=2)
    for reason, files in ordered[:_REASONS_SHOWN]:
        names = ", ".join(files[:_NAMES_SHOWN]) + (", ..." if len(files) > _NAMES_SHOWN else "")
        table.add_row(Text(reason), str(len(files)), Text(names))
    rest = ordered[_REASONS_SHOWN:]
    if rest:
        count = sum(len(files) for _, files in rest)
        table.add_row(Text(f"{len(rest)} more reasons; --json lists all"), str(count), "")
    return table
