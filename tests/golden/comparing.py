"""Golden files: what commands answered, kept as JSON and compared with care for numbers.

One file a topic, one entry a part. What differs from run to run or from machine to machine
(hashes, dates, versions, the place of the test's folder) is masked; numbers are compared to a
relative 1e-6, and to 1e-7 around zero.
"""

import difflib
import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from biometry_cli.bundle import library_versions

PAGE = "/page"
EXPECTED = Path(__file__).parent / "expected"
RELATIVE, ABSOLUTE = 1e-6, 1e-7
_LINE = 240  # characters; a value that fits is written in one line
_SENTENCE = 30  # characters; a longer text that is repeated is written once
_SHOWN = 25  # differences in the message of a failure

_MASKED = (
    (re.compile(r"\b[0-9a-f]{64}\b"), "SHA256"),
    (re.compile(r"(?<=:)[0-9a-f]{16}\b"), "HASH"),
    (re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d UTC"), "TIME"),
    (re.compile(r"\b[0-9a-f]{16}\b"), "HASH"),
    (re.compile(r"pytest-of-[^/]+/"), ""),
)
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE]-?\d+)?")


class Golden:
    """The golden file of one topic; with ``update`` it is written instead of compared."""

    def __init__(self, folder: Path, *, update: bool) -> None:
        self._folder, self._update = folder, update

    def check(self, topic: str, part: str, value: Any, *, relative: float = RELATIVE) -> None:
        """Compare one part with what is kept. Raises AssertionError naming each difference."""
        given = json.loads(json.dumps(self._masked(value)))
        path = EXPECTED / f"{topic}.json"
        kept = read(path) if path.is_file() else {}
        if self._update:
            path.parent.mkdir(exist_ok=True)
            kept[part] = given
            write(path, dict(sorted(kept.items())))
            return
        assert part in kept, f"{path.name} has no part {part}: run pytest with --update-golden"
        found = list(differences(kept[part], given, relative=relative))
        assert not found, "\n".join(
            [f"{path.name}, {part}: {len(found)} differences", *found[:_SHOWN]]
        )

    def _masked(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._masked(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self._masked(each) for each in value]
        if isinstance(value, float):
            return float(f"{value:.7g}")
        if not isinstance(value, str):
            return value
        text = value.replace(f"{self._folder}/", "").replace(str(self._folder), ".")
        for pattern, word in _MASKED:
            text = pattern.sub(word, text)
        return text


def differences(
    kept: Any, given: Any, place: str = "", *, relative: float = RELATIVE
) -> Iterator[str]:
    """A line for each value that is not as it was."""
    if isinstance(kept, dict) and isinstance(given, dict):
        for key in dict.fromkeys([*kept, *given]):
            inner = f"{place}/{key}"
            if key not in given:
                yield f"{inner}: gone, was {_short(kept[key])}"
            elif key not in kept:
                yield f"{inner}: new, {_short(given[key])}"
            else:
                yield from differences(kept[key], given[key], inner, relative=relative)
    elif place.endswith(PAGE) and isinstance(given, list):
        yield from _page_differences(kept, given)
    elif isinstance(kept, list) and isinstance(given, list):
        if len(kept) != len(given):
            yield f"{place}: {len(kept)} entries, now {len(given)}: {_first_apart(kept, given)}"
            return
        for number, (before, now) in enumerate(zip(kept, given, strict=True)):
            yield from differences(before, now, f"{place}/{number}", relative=relative)
    elif not _same(kept, given, relative):
        yield f"{place}: was {_short(kept)}, now {_short(given)}"


def _page_differences(kept: list[str], given: list[str]) -> Iterator[str]:
    """By what a reader reads: how markup parts it into lines does not count."""
    before, now = ("".join("".join(lines).split()) for lines in (kept, given))
    if before != now:
        lines = difflib.unified_diff(kept, given, "was", "now", lineterm="", n=0)
        yield from (line for line in lines if not line.startswith(("@@", "---", "+++")))


def _same(kept: Any, given: Any, relative: float) -> bool:
    if isinstance(kept, str) and isinstance(given, str):
        if kept == given:
            return True
        if not (_NUMBER.fullmatch(kept) and _NUMBER.fullmatch(given)):
            return False
        return math.isclose(float(kept), float(given), rel_tol=relative, abs_tol=ABSOLUTE)
    if type(kept) is bool or type(given) is bool or kept is None or given is None:
        return kept is given
    if isinstance(kept, int | float) and isinstance(given, int | float):
        return math.isclose(kept, given, rel_tol=relative, abs_tol=ABSOLUTE)
    return bool(kept == given)


def _first_apart(kept: list[Any], given: list[Any]) -> str:
    for before, now in zip(kept, given, strict=False):
        if before != now:
            return f"first {_short(before)}, now {_short(now)}"
    longer = max(kept, given, key=len)
    return f"from {_short(longer[min(len(kept), len(given))])}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 300 else f"{text[:300]} ..."


def write(path: Path, parts: dict[str, Any]) -> None:
    """Write one golden file, brief enough to be read as a diff.

    Records of one kind stand in a table, ``{"| name value": [["HC", 275.0], ...]}``, and a
    sentence that is said again and again stands once at the end, under ``§``.
    """
    counted = Counter(_sentences(parts))
    repeated = [text for text, count in counted.items() if count > 1]
    # The digits follow from the text, so that one sentence more renames no other.
    short = {
        text: f"§{text[:16].strip()}…{hashlib.sha256(text.encode()).hexdigest()[:4]}"
        for text in sorted(repeated)
    }
    content = {**_packed(parts, short), "§": {name: text for text, name in short.items()}}
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{_dump(content)}\n", encoding="utf-8")


def read(path: Path) -> Any:
    """The parts of one golden file, as they were given to ``write``."""
    content = json.loads(path.read_text(encoding="utf-8"))
    return _unpacked(content, content.pop("§"))


def _sentences(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if len(value) > _SENTENCE:
            yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _sentences(each)


def _packed(value: Any, short: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _packed(each, short) for key, each in value.items()}
    if not isinstance(value, list):
        return short.get(value, value) if isinstance(value, str) else value
    keys = {tuple(each) if isinstance(each, dict) else () for each in value}
    if len(keys) == 1 and (header := keys.pop()) and not any(" " in key for key in header):
        rows = [[_packed(each, short) for each in record.values()] for record in value]
        return {f"| {' '.join(header)}": rows}
    return [_packed(each, short) for each in value]


def _unpacked(value: Any, long: dict[str, str]) -> Any:
    if isinstance(value, str):
        return long.get(value, value)
    if isinstance(value, list):
        return [_unpacked(each, long) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and (header := next(iter(value))).startswith("| "):
        names = header[2:].split()
        return [dict(zip(names, _unpacked(row, long), strict=True)) for row in value[header]]
    return {key: _unpacked(each, long) for key, each in value.items()}


def _dump(value: Any, indent: int = 0) -> str:
    """JSON in which whatever fits, and each row of a table, stands in one line."""
    line = json.dumps(value, ensure_ascii=False)
    if len(line) + indent <= _LINE or not isinstance(value, dict | list) or not value:
        return line
    deeper, pad = indent + 1, " " * indent
    if isinstance(value, dict):
        inner = [
            f"{json.dumps(key, ensure_ascii=False)}: "
            + (_rows(each, deeper) if key.startswith("| ") else _dump(each, deeper))
            for key, each in value.items()
        ]
        inner, (opening, closing) = _filled(inner, deeper), "{}"
    else:
        inner, (opening, closing) = [_dump(each, deeper) for each in value], "[]"
    return f"{opening}\n{pad} " + f",\n{pad} ".join(inner) + f"\n{pad}{closing}"


def _filled(entries: list[str], indent: int) -> list[str]:
    """Short entries share a line."""
    lines: list[str] = []
    for entry in entries:
        longest = 0 if not lines or "\n" in lines[-1] + entry else _LINE - indent
        if len(entry) < _LINE / 3 and lines and len(lines[-1]) + len(entry) < longest:
            lines[-1] += f", {entry}"
        else:
            lines.append(entry)
    return lines


def _rows(rows: list[Any], indent: int) -> str:
    pad = " " * indent
    tight = [json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows]
    lines = f",\n{pad} ".join(tight)
    return f"[\n{pad} {lines}\n{pad}]"


_BLOCK = re.compile(
    "title|h[1-4]|p|tr|li|d[td]|fig(ure|caption)|summary|div|section|article|header|footer"
    "|caption|nav"
)


class _Lines(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[list[str]] = [[]]
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._hidden += tag in ("style", "svg")
        if _BLOCK.fullmatch(tag):
            self.lines.append([])

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "svg")
        if _BLOCK.fullmatch(tag):
            self.lines.append([])

    def handle_data(self, data: str) -> None:
        if not self._hidden and data.strip():
            self.lines[-1].append(" ".join(data.split()))


def page_lines(html: str) -> list[str]:
    """The text of a page, a line for each row, paragraph or heading; charts left out."""
    reader = _Lines()
    reader.feed(html)
    reader.close()
    lines = [" ".join(parts) for parts in reader.lines if parts]
    for name, version in library_versions().items():
        lines = [line.replace(f"{name} {version}", f"{name} VERSION") for line in lines]
    return lines
