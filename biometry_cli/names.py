"""Names as text that can be shown: a file's name is bytes, and may hold signs that no text has.

There is one representation for JSON, tables, pages, pictures and terminals: a byte that is not
UTF-8 is written ``\\xNN``, as is a sign that would act on what shows it.
"""

import re
from typing import Any

# How Python hands on the bytes of a name that are not UTF-8, and halves of pairs from elsewhere.
_HALVES = re.compile("[\ud800-\udfff]")
# Control characters (a terminal obeys them), marks that turn the direction of writing (a name
# would read as another), and separators of lines that are no line ends.
_ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def valid(text: str) -> str:
    """``text`` as Unicode that any encoding of Unicode can write: ``k\\xf6pf.png``."""
    return _HALVES.sub(_escape, text)


def valid_values(value: Any) -> Any:
    """A value as JSON has it, with every text in it made ``valid``; others stay as they are."""
    match value:
        case str():
            return valid(value)
        case list():
            return [valid_values(each) for each in value]
        case tuple() if type(value) is tuple:
            return tuple(valid_values(each) for each in value)
        case dict():
            return {valid_values(key): valid_values(each) for key, each in value.items()}
        case _:
            return value


def shown_lines(text: str) -> str:
    """``text`` without signs that act on what shows them; line ends and tabs stay."""
    return _ACTING.sub(_escape, text)


def shown(text: str) -> str:
    """``text`` on one line, without signs that act on what shows them."""
    return shown_lines(text).replace("\n", r"\n").replace("\t", r"\t")


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00  # the byte itself
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
