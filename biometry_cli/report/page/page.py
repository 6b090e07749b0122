"""A page: one HTML file that needs nothing else and runs nothing, written as its answers come."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import cache
from importlib import resources
from itertools import groupby
from pathlib import Path
from typing import IO, Any, NamedTuple, Self

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from biometry_cli.files import make_folder, replacing
from biometry_cli.names import shown_lines
from biometry_cli.report.charts.palette import DARK, LIGHT, css_variables
from biometry_cli.report.charts.style import Chart, svg
from biometry_cli.report.page.drawing import data_uri, shape_of
from biometry_cli.report.sheet.blocks import (
    PAGE,
    Block,
    Card,
    Drawn,
    Heading,
    Picture,
    Rows,
    Section,
    Sides,
    for_reader,
    with_intervals,
)
from biometry_cli.report.sheet.words import DISCLAIMER, file_name
from biometry_cli.targets import follow

_GENERATOR = b'<meta name="generator" content="biometry">'


class Part(NamedTuple):
    """A place in a page. With a heading it holds articles, without one whole sections."""

    key: str
    heading: str = ""


class Page:
    """Writes a page.

    What is added lies in a temporary file for each part, beside the page, until ``close`` puts
    the parts together in their order: the memory holds neither answers nor pictures.

    Args:
        path: the page.
        parts: in the order of the document.

    Raises:
        UsageError: when entered, where the folder cannot be made.
    """

    def __init__(self, path: Path, parts: Sequence[Part]) -> None:
        self._path, self._parts = path, {part.key: part for part in parts}
        self._content = _Content()
        self._contents: dict[str, list[tuple[str, str]]] = {part.key: [] for part in parts}
        self._stack = ExitStack()
        self._files: dict[str, IO[bytes]] = {}

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            target = follow(self._path)
            folder = None if target.is_stream else make_folder(target.path.parent)
            for key in self._parts:
                self._files[key] = stack.enter_context(tempfile.TemporaryFile(dir=folder))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def add(self, part: str, section: Section, *, file: str = "") -> None:
        """Write a section, or an article of a part that has a heading, behind what is there.

        Args:
            part: its key.
            section: left out where it holds nothing that a page shows.
            file: the image that it is about: names of that file link to the first such section.
        """
        if not any(for_reader(section.blocks, PAGE)):
            return
        if file:
            self._content.anchors.setdefault(file, section.key)
        heading = self._parts[part].heading
        if not heading:
            self._contents[part].append((section.key, section.heading))
        elif not self._contents[part]:
            self._contents[part].append((part, heading))
        _write(self._files[part], self._content.section(section, article=bool(heading)))

    def close(self, title: str, lead: Sequence[str], last: Section | None = None) -> None:
        """Put the page together and write it in one step.

        Args:
            title: of the document and of its first heading.
            lead: facts below the title, in one line.
            last: the section at the very end, behind the notes.

        Raises:
            UsageError: it cannot be written.
        """
        end = [] if last is None else list(self._content.section(last, article=False))
        contents = [entry for part in self._contents.values() for entry in part]
        contents += [("notes", "Intervals")] if self._content.has_notes else []
        contents += [] if last is None else [(last.key, last.heading)]
        pieces = (
            _templates()
            .get_template("page.html")
            .generate(
                page=self._content,
                title=title,
                lead=lead,
                contents=contents,
                style=_style(),
                disclaimer=DISCLAIMER,
                body=self._body(),
                end=map(Markup, end),
            )
        )
        with replacing(self._path) as temporary, temporary.open("wb") as stream:
            _write(stream, pieces)

    def _body(self) -> Iterator[Markup]:
        for key, part in self._parts.items():
            if part.heading and self._contents[key]:
                yield _opened(part)
            stream = self._files[key]
            stream.seek(0)
            for line in stream:
                yield Markup(line.decode("utf-8"))
            if part.heading and self._contents[key]:
                yield Markup("</section>\n")


def write_page(
    path: Path,
    title: str,
    lead: Sequence[str],
    sections: Iterable[Section],
    last: Section | None = None,
) -> None:
    """Write a page whose sections are all there. Raises UsageError where it cannot be written."""
    with Page(path, [Part("all")]) as page:
        for section in sections:
            page.add("all", section)
        page.close(title, lead, last)


def is_page(path: Path) -> bool:
    """Whether a file is a page that was written here. Raises OSError."""
    with path.open("rb") as stream:
        return _GENERATOR in stream.read(2000)


class _Notes:
    """Sentences in the order in which they are first pointed at, by number."""

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self._places: dict[str, int] = {}

    def number(self, note: str) -> str:
        return f"{self._prefix}{self._places.setdefault(note, len(self._places) + 1)}"

    def listed(self) -> list[tuple[str, str]]:
        return [(f"{self._prefix}{place}", note) for note, place in self._places.items()]


class _Content:
    """What templates ask for while a page is written: notes, links, charts."""

    def __init__(self) -> None:
        self.notes, self.folded_notes = _Notes(), _Notes("f")
        self.anchors: dict[str, str] = {}
        self._charts = 0

    @property
    def has_notes(self) -> bool:
        return bool(self.notes.listed() or self.folded_notes.listed())

    def section(self, section: Section, *, article: bool) -> Iterator[str]:
        template = _templates().get_template("section.html")
        return template.generate(page=self, section=section, article=article)

    def parts(self, blocks: Iterable[Block]) -> Iterator[tuple[str, Any]]:
        """Blocks with their kind; cards and charts that follow each other stand together."""
        for kind, group in groupby(for_reader(blocks, PAGE), _kind):
            if kind in ("cards", "charts"):
                yield kind, list(group)
                continue
            for block in group:
                yield kind, with_intervals(block) if isinstance(block, Rows) else block

    def anchor(self, file: str) -> str | None:
        return self.anchors.get(file)

    def svg(self, chart: Chart) -> Markup:
        self._charts += 1
        return Markup(svg(chart, f"chart-{self._charts}"))

    @staticmethod
    def starts_with_picture(sides: Sides) -> bool:
        return isinstance(next(iter(sides.groups[0]), None), Picture)


def _kind(block: Block) -> str:
    match block:
        case Card():
            return "cards"
        case Drawn():
            return "chart" if block.wide else "charts"
        case Rows():
            return "table" if block.columns else "facts"
        case Heading() if block.level == 1:
            return "nothing"  # the section has that
        case _:
            return type(block).__name__.lower()


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("biometry_cli.report.page", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals |= {"shape_of": shape_of, "data_uri": data_uri}
    templates.filters["file_name"] = file_name
    return templates


@cache
def _style() -> Markup:
    rules = resources.files("biometry_cli.report.page").joinpath("page.css").read_text("utf-8")
    light, dark = css_variables(LIGHT), css_variables(DARK)
    # On paper the page is light, whatever the screen shows.
    return Markup(
        f":root {{ color-scheme: light dark; {light} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n{rules}"
    )


def _opened(part: Part) -> Markup:
    return Markup(
        '<section id="{0}" aria-labelledby="{0}-heading"><h2 id="{0}-heading">{1}</h2>\n'
    ).format(*part)


def _write(stream: IO[bytes], pieces: Iterable[str]) -> None:
    for piece in pieces:
        stream.write(shown_lines(piece).encode("utf-8"))
