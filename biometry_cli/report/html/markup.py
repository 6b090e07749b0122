"""HTML that cannot be broken by what it quotes: text is escaped unless it is markup already."""

from collections.abc import Iterable
from html import escape

_VOID = ("br", "img", "meta")  # elements without an end tag


class Markup(str):
    """A piece of HTML. Every other string is text, and is escaped where it is put in."""

    __slots__ = ()


NOTHING = Markup("")


def markup(content: str) -> Markup:
    """Text, escaped; markup as it is."""
    if isinstance(content, Markup):
        return content
    # File names that are not valid UTF-8 reach Python with lone surrogates, which no file can hold.
    readable = content.encode("utf-8", "replace").decode("utf-8")
    return Markup(escape(readable))


def element(tag: str, /, *children: str, **attributes: str | int | float | bool | None) -> Markup:
    """One element around its children.

    Attributes are named as Python allows: ``class_`` is class, ``aria_label`` is aria-label.
    None and False leave an attribute out, True gives it without a value.
    """
    parts = [tag]
    for key, value in attributes.items():
        html_key = key.rstrip("_").replace("_", "-")
        if value is True:
            parts.append(html_key)
        elif value is not None and value is not False:
            parts.append(f'{html_key}="{markup(str(value))}"')
    start = f"<{' '.join(parts)}>"
    if tag in _VOID:
        return Markup(start)
    return Markup(f"{start}{joined(children)}</{tag}>")


def joined(parts: Iterable[str], between: str = "") -> Markup:
    """Parts after each other; empty ones are skipped."""
    return Markup(markup(between).join(markup(part) for part in parts if part))
