"""Everything that ``predict`` can write beside what it prints; a new kind is an entry and its file.

Read by the command line, which makes an option of each entry, so it imports nothing heavy.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Output:
    """One kind of output.

    Attributes:
        writer: "module:Class" of the ``Writer``.
        help: for the command's help.
        into: a ``file`` that the user names, or the ``folder`` of ``--out``.
        metavar: what stands for the file in the help.
    """

    writer: str
    help: str
    into: Literal["file", "folder"] = "file"
    metavar: str | None = None


WRITERS: dict[str, Output] = {
    "overlay": Output(
        "biometry_cli.jobs.writers.pictures:OverlayWriter",
        "Write STEM_overlay.png into --out.",
        into="folder",
    ),
    "masks": Output(
        "biometry_cli.jobs.writers.pictures:MaskWriter",
        "Write STEM_mask.png (class indices) into --out.",
        into="folder",
    ),
    "csv": Output("biometry_cli.jobs.writers.tables:CsvWriter", "Write one line an image."),
    "hc18_csv": Output(
        "biometry_cli.jobs.writers.tables:Hc18Writer",
        "Write the head ellipses as the HC18 challenge takes them.",
    ),
    "report": Output(
        "biometry_cli.jobs.writers.page:PageWriter",
        "Write one self-contained page with pictures, charts and provenance.",
        metavar="FILE.html",
    ),
}
"""By the name of its option; in the order in which answers reach them."""


def flag(name: str) -> str:
    """The option of an output: ``--hc18-csv``."""
    return f"--{name.replace('_', '-')}"
