"""The skeleton of a report: one HTML file that needs nothing else and runs nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from biometry_cli.report.charts.palette import DARK, LIGHT, css_variables
from biometry_cli.report.html.markup import NOTHING, Markup, element, joined

NOTICE = "Research software, not a medical device."
# Nothing may be fetched or run, whatever a file's name or a message tries to smuggle in.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


@dataclass(frozen=True)
class Section:
    """A part of the page with a heading of its own; ``key`` is its unique id."""

    key: str
    heading: str
    body: Markup


def page(title: str, lead: Sequence[str], sections: Sequence[Section]) -> str:
    """A whole HTML document.

    Args:
        title: of the document and of its first heading.
        lead: facts below the title, in one line.
        sections: in order; those without a body are left out.
    """
    shown = [section for section in sections if section.body]
    style = element("style", Markup(_style()))
    head = [
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        style,
    ]
    facts = joined(element("span", fact) for fact in lead)
    top = element(
        "header", _notice(), element("h1", title), element("p", facts, class_="lead"), _nav(shown)
    )
    main = element("main", joined(_section(section) for section in shown))
    body = element("body", top, main, element("footer", _notice()))
    document = element("html", element("head", joined(head)), body, lang="en")
    return f"<!DOCTYPE html>\n{document}\n"


def _notice() -> Markup:
    return element("p", NOTICE, class_="notice", role="note")


def _nav(sections: Sequence[Section]) -> Markup:
    if len(sections) < 2:
        return NOTHING
    links = [
        element("li", element("a", section.heading, href=f"#{section.key}")) for section in sections
    ]
    return element("nav", element("ul", joined(links)), aria_label="Contents")


def _section(section: Section) -> Markup:
    heading = element("h2", section.heading, id=f"{section.key}-heading")
    return element(
        "section", heading, section.body, id=section.key, aria_labelledby=f"{section.key}-heading"
    )


def _style() -> str:
    rules = resources.files("biometry_cli.report.html").joinpath("page.css").read_text("utf-8")
    light, dark = css_variables(LIGHT), css_variables(DARK)
    # On paper the page is light, whatever the screen shows.
    return (
        f":root {{ color-scheme: light dark; {light} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n{rules}"
    )
