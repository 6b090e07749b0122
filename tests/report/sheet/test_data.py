"""What is said of data folders, as a reader of a terminal sees it."""

import io
from collections.abc import Iterable

from rich.console import Console

from biometry_cli.data.check import DataReport, SplitReport
from biometry_cli.data.importers.plan import Left
from biometry_cli.data.importers.writing import ImportReport, SplitCounts
from biometry_cli.report.sheet.blocks import Block
from biometry_cli.report.sheet.data import check_sheet, import_sheet
from biometry_cli.report.terminal import render

SPLIT = SplitReport(
    images=10,
    subjects=7,
    sizes={"800 x 540": 6, "1 x 1": 1, "2 x 2": 1, "3 x 3": 1, "4 x 4": 1},
    class_shares={"background": 0.75, "head": 0.25},
    points={"ofd_1": 9},
    calibrated=9,
    references={"HC": 8},
)


def printed(blocks: Iterable[Block], width: int = 100) -> str:
    stream = io.StringIO()
    Console(file=stream, width=width, highlight=False).print(render(blocks))
    return stream.getvalue()


def row_of(text: str, name: str) -> list[str]:
    """The words of the line that starts with ``name``."""
    return next(line.split() for line in text.splitlines() if line.split()[:1] == [name])


def checked(**changed: object) -> DataReport:
    known = {
        "folder": "[data]", "task": "segment", "classes": ["background", "head"],
        "splits": {"train": SPLIT}, "notes": ["chosen: masks"], "warnings": ["some"], "errors": [],
    }  # fmt: skip
    return DataReport.model_validate(known | changed)


def test_a_check_shows_splits_shares_and_messages() -> None:
    text = printed(check_sheet(checked(errors=[f"image {i}: bad" for i in range(50)])), 140)
    assert "[data] segment: background, head" in " ".join(text.split())
    assert row_of(text, "train")[:6] == ["train", "10", "7", "9", "HC", "8"]
    assert "800 x 540 (6), 1 x 1 (1), 2 x 2 (1), 2 more" in text
    assert row_of(text, "head") == ["head", "25.0", "%"]
    for words in ("note: chosen: masks", "warning: some", "error: image 0: bad", "and 30 more"):
        assert words in text
    assert "No errors" not in text
    assert "ofd_1" not in text


def test_a_check_without_errors_says_so_and_lists_landmarks() -> None:
    text = printed(check_sheet(checked(task="landmarks", classes=[], points=["ofd_1"])))
    assert "No errors." in text
    assert row_of(text, "ofd_1") == ["ofd_1", "9"]
    assert "background" not in text


def test_an_import_shows_what_came_and_what_was_left() -> None:
    counts = SplitCounts(
        images=5, subjects=4, masks=5, landmarks=0, labels=0, calibrated=3, references={"AC": 3}
    )
    left = [Left(f"{n}.png", "no mask") for n in range(5)] + [Left("x.png", "[odd]")]
    left += [Left("y.png", f"reason {n}") for n in range(12)]
    report = ImportReport(
        kind="hc18", source="src", folder="new", splits={"train": counts}, left=tuple(left),
        notes=("a note",),
    )  # fmt: skip
    words = " ".join(printed(import_sheet(report)).split())
    assert "new from src (hc18)" in words
    assert "landmarks" not in words.lower()
    assert "0.png, 1.png, 2.png, ..." in words
    assert "[odd]" in words
    assert "2 more reasons; --json lists all" in words
    assert "note: a note" in words
    assert max(map(len, printed(import_sheet(report), 40).splitlines())) <= 40
