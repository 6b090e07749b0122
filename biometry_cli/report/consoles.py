"""Where text goes: results to standard output, everything else to standard error."""

import os
import sys

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook, RenderResult
from rich.control import Control
from rich.segment import Segment

from biometry_cli.names import shown_lines

# A pipe or a log file has no width of its own; rich would take 80, too narrow for file names.
_PIPED_COLUMNS = 100


def out() -> Console:
    """A console on standard output, for results."""
    return _console(stderr=False)


def err() -> Console:
    """A console on standard error, for progress, warnings and errors."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    # Asked of the stream itself: FORCE_COLOR colours a pipe, but must not animate bars into it.
    is_terminal = (sys.stderr if stderr else sys.stdout).isatty()
    console = Console(
        stderr=stderr,
        highlight=False,
        # A file may be called "[red].png" or ":heart:.png"; what is printed is never markup.
        markup=False,
        emoji=False,
        force_interactive=is_terminal and os.environ.get("TERM") != "dumb",
        # COLUMNS, where set, is rich's own first choice.
        width=None if is_terminal or "COLUMNS" in os.environ else _PIPED_COLUMNS,
    )
    console.push_render_hook(_Harmless())
    return console


class _Harmless(RenderHook):
    """What is printed may hold names from anywhere: none of them gives orders to the terminal."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [
            each if isinstance(each, Control) else _Escaped(each)  # its own orders
            for each in renderables
        ]


class _Escaped:
    def __init__(self, shown: ConsoleRenderable) -> None:
        self._shown = shown

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for text, style, control in console.render(self._shown, options):
            yield Segment(text if control else shown_lines(text), style, control)
