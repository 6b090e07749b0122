"""Blocks and tables as a reader of a terminal sees them."""

import io
from collections.abc import Iterable

from rich.console import Console, RenderableType

from biometry_cli.report.sheet.blocks import Block
from biometry_cli.report.terminal import render


def printed(renderable: RenderableType, width: int = 80) -> str:
    """What a console of that width prints."""
    stream = io.StringIO()
    Console(file=stream, width=width, highlight=False).print(renderable)
    return stream.getvalue()


def shown(blocks: Iterable[Block], width: int = 80) -> str:
    """What a console of that width shows of a sheet."""
    return printed(render(tuple(blocks)), width)


def row_of(text: str, name: str) -> list[str]:
    """The words of the line that starts with ``name``."""
    return next(line.split() for line in text.splitlines() if line.split()[:1] == [name])
