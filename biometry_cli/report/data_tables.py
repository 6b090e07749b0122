"""What ``biometry data check`` found, as tables and lines."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from biometry_cli.data.check import DataReport

_SIZES_SHOWN = 3
_MESSAGES_SHOWN = 20


def data_report_tables(report: "DataReport") -> Group:
    """Splits, shares of the classes, notes, warnings and errors of a data folder."""
    heading = Text(report.folder, style="bold", overflow="fold")
    named = ", ".join([*report.classes, *report.points])
    heading.append(f"  {report.task}: {named}", style="not bold")
    parts: list[RenderableType] = [heading, _splits(report)]
    parts += [_classes(report)] if report.classes else []
    parts += [_points(report)] if report.points else []
    parts += _messages("note", report.notes, "cyan")
    parts += _messages("warning", report.warnings, "yellow")
    parts += _messages("error", report.errors, "red")
    if not report.errors:
        parts.append(Text("No errors.", style="green"))
    return Group(*parts)


def _splits(report: "DataReport") -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("split", style="cyan", no_wrap=True)
    for name in ("images", "subjects", "with pixel size"):
        table.add_column(name, justify="right")
    table.add_column("reference measures")
    table.add_column("sizes in px")
    for name, split in report.splits.items():
        sizes = [f"{size} ({count})" for size, count in split.sizes.items()]
        more = len(sizes) - _SIZES_SHOWN
        if more > 0:
            sizes[_SIZES_SHOWN:] = [f"{more} more"]
        references = [f"{measure} {count}" for measure, count in split.references.items()]
        table.add_row(
            name,
            str(split.images),
            str(split.subjects),
            str(split.calibrated),
            Text(", ".join(references) or "none"),
            Text(", ".join(sizes) or "none"),
        )
    return table


def _classes(report: "DataReport") -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("class", style="cyan", overflow="fold")
    kind = "of images" if report.task == "classify" else "of area"
    for split in report.splits:
        table.add_column(f"{split}, % {kind}", justify="right")
    for name in report.classes:
        shares = [split.class_shares.get(name, 0.0) for split in report.splits.values()]
        table.add_row(Text(name), *(f"{100 * share:.1f}" for share in shares))
    return table


def _points(report: "DataReport") -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("landmark", style="cyan", overflow="fold")
    for split in report.splits:
        table.add_column(f"{split}, images that show it", justify="right")
    for name in report.points:
        counts = [split.points.get(name, 0) for split in report.splits.values()]
        table.add_row(Text(name), *map(str, counts))
    return table


def _messages(kind: str, messages: list[str], style: str) -> Iterable[Text]:
    for message in messages[:_MESSAGES_SHOWN]:
        yield Text.assemble((f"{kind}: ", style), message, overflow="fold")
    more = len(messages) - _MESSAGES_SHOWN
    if more > 0:
        yield Text(f"and {more} more; --json lists all", style=style)
