"""``history.csv`` and ``curves.png``: how a run went, redrawn after every epoch."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from biometry_cli.files import replacing, write_text


def write_history(table: Path, picture: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Write all rows so far as CSV and as curves. Raises UsageError where it cannot be written."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(value) for name, value in row.items()})
    write_text(table, text.getvalue())
    _draw(picture, rows)


def _cell(value: Any) -> Any:
    return f"{value:.6g}" if isinstance(value, float) else value


def _draw(picture: Path, rows: Sequence[dict[str, Any]]) -> None:
    from matplotlib.figure import Figure

    score = "val_dice" if any("val_dice" in row for row in rows) else "val_accuracy"
    panels = [
        ("loss", {"training": "train_loss"}),
        ("Dice" if score == "val_dice" else "accuracy", {"validation": score}),
        ("learning rate", {"": "learning_rate"}),
    ]
    figure = Figure(figsize=(12, 3.4), layout="constrained")
    for axis, (title, curves) in zip(figure.subplots(1, 3), panels, strict=True):
        for label, key in curves.items():
            points = [(row["epoch"], row[key]) for row in rows if row.get(key) is not None]
            if points:
                axis.plot(*zip(*points, strict=True), marker=".", label=label or None)
        axis.set_title(title)
        axis.set_xlabel("epoch")
        axis.grid(alpha=0.3)
        if title == "loss" and rows:
            axis.set_ylim(bottom=0)
    with replacing(picture) as temporary:
        figure.savefig(temporary, dpi=110)
