"""Writing what an importer read, and reading the new folder's own files back."""

import csv
import tomllib
from pathlib import Path
from typing import Any

from biometry_cli.data.importers.plan import Plan, Point
from biometry_cli.data.importers.writing import write_plan

SPLITS = ("train", "val", "test")


def write(plan: Plan, folder: Path) -> Path:
    """The plan as a data folder; gives ``folder``."""
    write_plan(plan, folder, link=False, seed=0, split_shares=(0.5, 0.25, 0.25))
    return folder


def lines(folder: Path, table: str) -> dict[str, dict[str, str]]:
    """The lines of ``table`` in all splits by file name; every one must name an image."""
    found: dict[str, dict[str, str]] = {}
    for split in SPLITS:
        path = folder / split / table
        if path.is_file():
            with path.open(newline="", encoding="utf-8") as file:
                for row in csv.DictReader(file):
                    assert (folder / split / "images" / row["filename"]).is_file()
                    found[row["filename"]] = row
    return found


def landmarks(folder: Path) -> dict[str, dict[str, Point | None]]:
    """``landmarks.csv`` of all splits: points by name, by file name."""
    return {
        name: {
            column[:-2]: (float(row[column]), float(row[f"{column[:-2]}_y"]))
            if row[column]
            else None
            for column in row
            if column.endswith("_x")
        }
        for name, row in lines(folder, "landmarks.csv").items()
    }


def splits(folder: Path) -> dict[str, str]:
    """The split by file name."""
    return {path.name: path.parts[-3] for path in folder.glob("*/images/*")}


def declared(folder: Path) -> dict[str, Any]:
    """The content of ``dataset.toml``."""
    return tomllib.loads((folder / "dataset.toml").read_text())


def reasons(plan: Plan) -> dict[str, str]:
    """Why each thing stayed behind."""
    return {left.file: left.reason for left in plan.left}


def points(plan: Plan) -> dict[str, dict[str, Point | None]]:
    """Each item's points by its name."""
    return {item.name: dict(item.points or {}) for item in plan.items}
