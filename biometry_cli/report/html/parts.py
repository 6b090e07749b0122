"""Small parts that several reports share: cards, flags, remarks, folded content."""

from collections.abc import Sequence

from biometry_cli.report.html.markup import NOTHING, Markup, element, joined


def flags_list(sentences: Sequence[str]) -> Markup:
    """What speaks against the values, in a frame that asks for attention."""
    if not sentences:
        return NOTHING
    return element("ul", joined(element("li", each) for each in sentences), class_="flags")


def remarks(sentences: Sequence[str]) -> Markup:
    """Sentences that a reader needs beside the numbers."""
    if not sentences:
        return NOTHING
    return element("ul", joined(element("li", each) for each in sentences), class_="remarks")


def folded(summary: str, *content: str) -> Markup:
    """Content behind a line that opens it; printed open."""
    return element("details", element("summary", summary), joined(content))


def card(label: str, value: str, *below: str) -> Markup:
    """One figure, large, with what belongs to it in lines below."""
    lines = joined(element("p", line) for line in below if line)
    return element(
        "div",
        element("p", label, class_="label"),
        element("p", value, class_="value"),
        lines,
        class_="card",
    )


def cards(*each: Markup) -> Markup:
    """Cards side by side."""
    return element("div", joined(each), class_="cards")
