"""``history.csv`` and ``curves.png``: how a run went, redrawn after every epoch."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from biometry_cli.files import replacing, write_text

_SCORES = {"val_dice": "Dice", "val_closeness": "closeness", "val_accuracy": "accuracy"}
_ERRORS = {"val_mre_mm": "MRE, mm", "val_mre_px": "MRE, px"}


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

    panels = _panels({name for row in rows for name in row})
    figure = Figure(figsize=(4 * len(panels), 3.4), layout="constrained")
    for axis, (title, curves) in zip(figure.subplots(1, len(panels)), panels.items(), strict=True):
        for key, label in curves.items():
            points = [(row["epoch"], row[key]) for row in rows if row.get(key) is not None]
            if points:
                axis.plot(*zip(*points, strict=True), marker=".", label=label)
        if len(curves) > 1:
            axis.legend()
        axis.set_title(title)
        axis.set_xlabel("epoch")
        axis.grid(alpha=0.3)
        if title in ("loss", *_ERRORS.values()) and rows:
            axis.set_ylim(bottom=0)
    with replacing(picture) as temporary:
        figure.savefig(temporary, dpi=110)


def _panels(names: set[str]) -> dict[str, dict[str, str]]:
    """What is drawn: for each panel its curves as column -> label.

    The figures that choose the checkpoint share a panel; an error in mm stands above one in px.
    """
    scores = {key: label for key, label in _SCORES.items() if key in names}
    errors = [key for key in _ERRORS if key in names][:1]
    return {
        "loss": {"train_loss": "training"},
        " and ".join(scores.values()) or "score": scores,
        **{_ERRORS[key]: {key: "mean radial error"} for key in errors},
        "learning rate": {"learning_rate": "learning rate"},
    }
