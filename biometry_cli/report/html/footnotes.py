"""Sentences that many rows share: said once at the end, pointed at from each row."""

from dataclasses import dataclass, field

from biometry_cli.report.html.markup import NOTHING, Markup, element, joined
from biometry_cli.report.html.parts import folded


class Footnotes:
    """Collects sentences in the order in which they are first pointed at.

    Args:
        prefix: stands before each number, and sets the ids of several lists apart.
    """

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self._sentences: dict[str, int] = {}

    def mark(self, sentence: str | None) -> Markup:
        """A raised number that links to the sentence; nothing without one."""
        if not sentence:
            return NOTHING
        number = self._sentences.setdefault(sentence, len(self._sentences) + 1)
        name = f"{self._prefix}{number}"
        link = element("a", name, href=f"#note-{name}", aria_label=f"note {name}")
        return element("sup", link, class_="mark")

    def list(self) -> Markup:
        """All sentences, numbered; nothing where none was pointed at."""
        if not self._sentences:
            return NOTHING
        items = [
            joined(
                [
                    element("dt", f"{self._prefix}{number}"),
                    element("dd", sentence, id=f"note-{self._prefix}{number}"),
                ]
            )
            for sentence, number in self._sentences.items()
        ]
        return element("dl", joined(items), class_="notes")


@dataclass(frozen=True)
class Notes:
    """What is said of intervals: those that a report shows first, and those of every formula."""

    main: Footnotes = field(default_factory=Footnotes)
    formulas: Footnotes = field(default_factory=lambda: Footnotes("f"))

    def list(self) -> Markup:
        """Both lists; that of the formulas opens on demand, as they do."""
        of_formulas = self.formulas.list()
        below = folded("Intervals of all formulas", of_formulas) if of_formulas else NOTHING
        return joined([self.main.list(), below])
