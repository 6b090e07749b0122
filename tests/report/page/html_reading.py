"""Reads a page as a strict reader would: every tag closed in its turn, every id once."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "img", "br"}


@dataclass
class _Reader(HTMLParser):
    open_tags: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute twice in <{tag}>"
        found = {name: value or "" for name, value in attrs}
        self.tags.append((tag, found))
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a":
            self.links.append(found["href"])
        if tag not in _VOID:
            self.open_tags.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open_tags, f"</{tag}> closes nothing"
        assert self.open_tags.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        if "style" not in self.open_tags:
            self.pieces.append(data)


@dataclass(frozen=True)
class ReadPage:
    """``text`` is what a reader sees, with one space between words."""

    text: str
    ids: list[str]
    links: list[str]
    tags: list[tuple[str, dict[str, str]]]


def read_page(html: str) -> ReadPage:
    """Fails on a page that is not well-formed."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open_tags == []
    text = " ".join(" ".join(reader.pieces).split())
    return ReadPage(text, reader.ids, reader.links, reader.tags)


def require_sound(html: str) -> ReadPage:
    """What holds for every report: unique ids, links that lead somewhere, nothing from outside."""
    page = read_page(html)
    assert len(page.ids) == len(set(page.ids))
    for link in page.links:
        assert link.startswith("#")
        assert link[1:] in page.ids, link
    for tag, attributes in page.tags:
        assert tag not in {"script", "link", "iframe", "object", "form"}
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "srcset", "action"):
            assert attributes.get(name, "data:").startswith("data:")
        for name in ("href", "xlink:href"):
            assert attributes.get(name, "#").startswith("#")
        for name in ("aria-labelledby", "aria-describedby"):
            assert set(attributes.get(name, "").split()) <= set(page.ids)
        if tag == "img":
            assert attributes["alt"]
    assert page.text.count("Research software, not a medical device.") == 2
    assert page.text.startswith(title_of(page))
    return page


def title_of(page: ReadPage) -> str:
    """Nothing but the title stands before the notice."""
    return page.text.split(" Research software")[0]
