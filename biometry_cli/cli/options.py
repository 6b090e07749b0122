"""Flags that several commands share. Defaults are None: a value not given must not hide a setting.

The default that a help text shows is the settings' own; a test compares the two.
"""

from pathlib import Path
from typing import Annotated

import typer

RUN, LEARNING, MACHINE = "Run", "Learning", "Machine"
SETTINGS = "Settings"

Config = Annotated[
    Path | None,
    typer.Option(help="Settings file (TOML), above biometry.toml.", rich_help_panel=SETTINGS),
]
Assignments = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="SECTION.KEY=VALUE",
        help="Any setting, such as augment.flip=0; may be repeated.",
        rich_help_panel=SETTINGS,
    ),
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help="Print every setting and where it comes from, and stop.",
        rich_help_panel=SETTINGS,
    ),
]
Weights = Annotated[
    Path | None,
    typer.Option(
        help="Model file (.safetensors, .onnx) or run folder.", show_default="the latest run"
    ),
]
Spacing = Annotated[
    str | None,
    typer.Option(
        metavar="MM",
        help="Pixel size in mm, or ROW,COLUMN; above any spacing.csv.",
        show_default="from spacing.csv",
    ),
]
Device = Annotated[
    str | None,
    typer.Option(help="auto, cpu or cuda.", show_default="auto", rich_help_panel=MACHINE),
]
Threads = Annotated[
    int | None,
    typer.Option(help="Processor threads.", show_default="all cores", rich_help_panel=MACHINE),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON alone on standard output.")]
Task = Annotated[
    str | None, typer.Option(help="segment or classify.", show_default="from the folder")
]
Structures = Annotated[
    str | None,
    typer.Option(
        metavar="NAMES",
        help="Names of the mask's classes 1, 2, ... with commas between.",
        show_default="from dataset.toml",
    ),
]
