"""Where text goes: results to standard output, everything else to standard error."""

import os
import sys

from rich.console import Console

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
    return Console(
        stderr=stderr,
        highlight=False,
        # A file may be called "[red].png" or ":heart:.png"; what is printed is never markup.
        markup=False,
        emoji=False,
        force_interactive=is_terminal and os.environ.get("TERM") != "dumb",
        # COLUMNS, where set, is rich's own first choice.
        width=None if is_terminal or "COLUMNS" in os.environ else _PIPED_COLUMNS,
    )
