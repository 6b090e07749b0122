"""Words that the clinical layer has for its intervals and ranges."""

from collections.abc import Sequence


def inputs_text(inputs: Sequence[str]) -> str:
    """``HC, AC and FL``."""
    *first, last = inputs
    return f"{', '.join(first)} and {last}" if first else last


def error_guarantee(inputs: Sequence[str], measured: bool, own_error: str) -> str:
    """What the interval of a formula's value holds.

    Args:
        inputs: the measures that go in.
        measured: whether the measuring error of all of them is known, and so in the interval.
        own_error: the size and source of the formula's own error.
    """
    if measured:
        return (
            f"approximate 95 %: measuring error of {inputs_text(inputs)} and the formula's own "
            f"error ({own_error}), taken as independent"
        )
    return (
        f"approximate 95 %: the formula's own error alone ({own_error}); the measuring error of "
        f"{inputs_text(inputs)} is not known"
    )


def outside_text(value: float, low: float, high: float, digits: int = 1) -> str:
    """A value outside ``low`` to ``high`` with as many decimals as show that it is outside."""
    for places in range(digits, 9):
        text = f"{value:.{places}f}"
        if not low <= float(text) <= high:
            return text
    return repr(value)
