"""``history.csv`` and ``curves.png``: how a run went, redrawn after every epoch."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from biometry_cli.files import write_text


def write_history(table: Path, picture: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Write all rows so far as CSV and as curves. Raises UsageError where it cannot be written."""
    from biometry_cli.report.charts.curves import main_curves
    from biometry_cli.report.charts.style import write_png

    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(value) for name, value in row.items()})
    write_text(table, text.getvalue())
    charts = main_curves(rows)
    if charts:
        write_png(picture, *charts)


def read_history(table: Path) -> list[dict[str, float]]:
    """The rows of a ``history.csv``, empty cells left out."""
    with table.open(encoding="utf-8", newline="") as stream:
        return [
            {name: float(cell) for name, cell in row.items() if cell}
            for row in csv.DictReader(stream)
        ]


def _cell(value: Any) -> Any:
    return f"{value:.6g}" if isinstance(value, float) else value
