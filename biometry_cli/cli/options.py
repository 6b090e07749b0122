"""Flags that several commands share. Defaults are None: a value not given must not hide a setting.

The default that a help text shows is the settings' own; a test compares the two.
"""

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

RUN, LEARNING, MACHINE = "Run", "Learning", "Machine"
SETTINGS, FILES, FETUS = "Settings", "Files", "Fetus"

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
Measuring = Annotated[
    list[Path] | None,
    typer.Option(
        "--weights",
        help="Model file (.safetensors, .onnx) or run folder; with --planes, may be repeated.",
        show_default="the latest run",
    ),
]
Planes = Annotated[
    Path | None,
    typer.Option(
        metavar="MODEL",
        help="First recognise each image's plane by this model; measure what that plane shows.",
        show_default=False,
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
    typer.Option(help="Processor threads.", show_default="measured", rich_help_panel=MACHINE),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON alone on standard output.")]
OutFolder = Annotated[
    Path | None,
    typer.Option(
        "--out",
        help="Folder for overlays and masks.",
        show_default=False,
        rich_help_panel=FILES,
    ),
]
Report = Annotated[
    Path | None,
    typer.Option(
        "--report",
        metavar="FILE.html",
        help="Write one self-contained page with pictures, charts and provenance.",
        show_default=False,
        rich_help_panel=FILES,
    ),
]
Exam = Annotated[
    bool, typer.Option("--exam", help="Treat all images as one fetus.", rich_help_panel=FETUS)
]
GroupBy = Annotated[
    str | None,
    typer.Option(
        metavar="REGEX",
        help="An exam for each name that this finds in the files' stems.",
        show_default=False,
        rich_help_panel=FETUS,
    ),
]
Choice = Annotated[
    str | None,
    typer.Option(
        help="Value of an exam from several images: best or median.",
        show_default="best",
        rich_help_panel=FETUS,
    ),
]
KeepUnlike = Annotated[
    bool,
    typer.Option(
        "--keep-unlike",
        help="Let an exam use images unlike the training images.",
        rich_help_panel=FETUS,
    ),
]
Age = Annotated[
    str | None,
    typer.Option(
        "--ga",
        metavar="WEEKS+DAYS",
        help="Gestational age to score sizes against, such as 24+3.",
        show_default="estimated",
        rich_help_panel=FETUS,
    ),
]
LastPeriod = Annotated[
    str | None,
    typer.Option(
        "--lmp",
        metavar="DATE",
        help="First day of the last menstrual period, instead of --ga.",
        show_default=False,
        rich_help_panel=FETUS,
    ),
]
ScanDate = Annotated[
    str | None,
    typer.Option(
        "--scan-date",
        metavar="DATE",
        help="Day of the scan, with --lmp.",
        show_default=False,
        rich_help_panel=FETUS,
    ),
]
Task = Annotated[
    str | None,
    typer.Option(
        help="segment, classify, landmarks, or segment,landmarks.", show_default="from the folder"
    ),
]
Structures = Annotated[
    str | None,
    typer.Option(
        metavar="NAMES",
        help="Names of the mask's classes 1, 2, ... with commas between.",
        show_default="from dataset.toml",
    ),
]


def offering(options: Mapping[str, Any]) -> Callable[[Any], Any]:
    """Give a command further options, which reach its ``**`` parameter, None where not given.

    Args:
        options: the annotated type of each, by the parameter's name.
    """

    def widen(command: Any) -> Any:
        parameters = [
            each.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for each in inspect.signature(command).parameters.values()
            if each.kind is not inspect.Parameter.VAR_KEYWORD
        ]
        parameters += [
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation
            )
            for name, annotation in options.items()
        ]
        # What typer reads a command's options from.
        command.__signature__ = inspect.Signature(parameters)
        command.__annotations__ = {each.name: each.annotation for each in parameters}
        return command

    return widen
