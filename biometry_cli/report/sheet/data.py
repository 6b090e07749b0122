"""What is said of data folders: what a check found in one, what an import put into a new one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from biometry_cli.data.check import DataReport
from biometry_cli.data.importers.writing import ImportReport
from biometry_cli.report.sheet.blocks import Block, Cell, Column, Heading, Note, Row, Rows, Tone
from biometry_cli.report.sheet.words import count_text, percent

_SIZES_SHOWN = 3
_MESSAGES_SHOWN = 20
_NAMES_SHOWN = 3
_REASONS_SHOWN = 12
_ANNOTATIONS = ("masks", "landmarks", "labels")


def check_sheet(report: DataReport) -> Iterator[Block]:
    """Splits, shares of the classes, notes, warnings and errors of a data folder."""
    named = ", ".join([*report.classes, *report.points])
    yield Heading(report.folder, (Cell(f"{report.task}: {named}"),))
    heads = ("Images", "Subjects", "With pixel size")
    rows = []
    for name, split in report.splits.items():
        sizes = [f"{size} ({count})" for size, count in split.sizes.items()]
        more = len(sizes) - _SIZES_SHOWN
        if more > 0:
            sizes[_SIZES_SHOWN:] = [f"{more} more"]
        counts = (split.images, split.subjects, split.calibrated)
        rows.append(_row(name, counts, _counted(split.references), ", ".join(sizes) or "none"))
    yield _table("Split", heads, rows, ("Reference measures", "Sizes in px"))
    of = "of images" if report.task == "classify" else "of area"
    yield _by_split(
        "Class",
        report,
        of,
        {
            name: [percent(split.class_shares.get(name, 0.0)) for split in report.splits.values()]
            for name in report.classes
        },
    )
    yield _by_split(
        "Landmark",
        report,
        "images that show it",
        {
            name: [str(split.points.get(name, 0)) for split in report.splits.values()]
            for name in report.points
        },
    )
    yield from _messages("note", report.notes, "")
    yield from _messages("warning", report.warnings, "doubt")
    yield from _messages("error", report.errors, "bad")
    if not report.errors:
        yield Note(("No errors.",), tone="good")


def import_sheet(report: ImportReport) -> Iterator[Block]:
    """The new folder by split, what stayed behind by reason, and notes."""
    yield Heading(report.folder, (Cell(f"from {report.source} ({report.kind})"),))
    counts = {name: split.model_dump() for name, split in report.splits.items()}
    kinds = [kind for kind in _ANNOTATIONS if any(split[kind] for split in counts.values())]
    heads = ("Images", "Subjects", *(kind.capitalize() for kind in kinds), "With pixel size")
    fields = ("images", "subjects", *kinds, "calibrated")
    rows = [
        _row(name, [split[field] for field in fields], _counted(split["references"]))
        for name, split in counts.items()
    ]
    yield _table("Split", heads, rows, ("Reference measures",))
    yield _left(report)
    yield from _messages("note", report.notes, "")


def _left(report: ImportReport) -> Rows:
    by_reason: dict[str, list[str]] = {}
    for each in report.left:
        by_reason.setdefault(each.reason, []).append(each.file)
    ordered = sorted(by_reason.items(), key=lambda pair: -len(pair[1]))
    rows = []
    for reason, files in ordered[:_REASONS_SHOWN]:
        names = ", ".join(files[:_NAMES_SHOWN]) + (", ..." if len(files) > _NAMES_SHOWN else "")
        rows.append(_row(reason, [len(files)], names, tone="doubt"))
    rest = [len(files) for _, files in ordered[_REASONS_SHOWN:]]
    if rest:
        more = f"{count_text(len(rest), 'more reason')}; --json lists all"
        rows.append(_row(more, [sum(rest)], "", tone="doubt"))
    return _table("Left, because", ("Files",), rows, ("Such as",))


def _table(head: str, numeric: Iterable[str], rows: Iterable[Row], words: Iterable[str]) -> Rows:
    numbers = (Column(name, numeric=True) for name in numeric)
    return Rows("", (Column(head), *numbers, *map(Column, words)), tuple(rows))


def _row(name: str, counts: Iterable[int], *words: str, tone: Tone = "name") -> Row:
    return Row((Cell(name, tone=tone), *(Cell(str(count)) for count in counts), *map(Cell, words)))


def _by_split(head: str, report: DataReport, of: str, rows: Mapping[str, Sequence[str]]) -> Rows:
    columns = [Column(f"{split}, {of}", numeric=True) for split in report.splits]
    cells = ((Cell(name, tone="name"), *map(Cell, texts)) for name, texts in rows.items())
    return Rows("", (Column(head), *columns), tuple(map(Row, cells)))


def _counted(references: Mapping[str, int]) -> str:
    return ", ".join(f"{measure} {count}" for measure, count in references.items()) or "none"


def _messages(kind: str, messages: Sequence[str], tone: Tone) -> Iterator[Note]:
    lines = [f"{kind}: {message}" for message in messages[:_MESSAGES_SHOWN]]
    more = len(messages) - _MESSAGES_SHOWN
    if more > 0:
        lines.append(f"and {more} more; --json lists all")
    yield Note(tuple(lines), tone=tone)
