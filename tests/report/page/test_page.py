"""Pages: text stays text, parts stand in their order, memory holds no pictures."""

import gc
import weakref
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from biometry_cli.errors import UsageError
from biometry_cli.names import shown_lines
from biometry_cli.report.page.page import Page, Part, write_page
from biometry_cli.report.sheet.blocks import (
    Alert,
    Bar,
    Block,
    Card,
    Cell,
    CentileBar,
    Column,
    Fold,
    Heading,
    Note,
    Picture,
    Row,
    Rows,
    Section,
    Sides,
    facts,
)
from tests.report.page.html_reading import ReadPage, require_sound

_EXAMPLES = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NOTE, FOLDED = "holds the reference in 95 % of new subjects", "holds by the formula"


def read(path: Path) -> ReadPage:
    return require_sound(path.read_text("utf-8"))


def page_of(folder: Path, *blocks: Block, title: str = "Report") -> ReadPage:
    write_page(folder / "r.html", title, ["1 image"], [Section("one", "One", blocks)])
    return read(folder / "r.html")


def quoting(text: str) -> tuple[Block, ...]:
    """Every place of a block that takes a text."""
    cell = Cell(text, interval=text, reason=text, below=(Cell(text),), note=text)
    linked = Cell("", files=(text, f"{text}/"))
    table = Rows(text, (Column(text), Column(text)), (Row((cell, linked)),))
    return (
        Heading(text, (Cell(text),)),
        Heading(text, level=2),
        table,
        Rows(text, (Column(text),), (Row((cell,)),), wide=True),
        facts([(text, text)], text),
        Card(text, cell, text, (text,)),
        Note((text,)),
        Note((text,), listed=True),
        Alert((text,)),
        Picture(Image.new("RGB", (2, 2)), text, text),
        Fold(text, (table,)),
    )


@_EXAMPLES
@given(text=st.text(alphabet="<>&\"'=/ {}%#bimg", min_size=1).filter(str.strip))
def test_text_that_looks_like_markup_or_a_template_stays_text(tmp_path: Path, text: str) -> None:
    plain = page_of(tmp_path, *quoting("x"), title="x")
    page = page_of(tmp_path, *quoting(text), title=text)
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in plain.tags]
    shown = " ".join(text.split())
    assert page.text.count(shown) >= 20
    assert next(found["alt"] for tag, found in page.tags if tag == "img") == text


@_EXAMPLES
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])).filter(str.strip))
def test_any_text_is_read_back_as_text(tmp_path: Path, text: str) -> None:
    page = page_of(tmp_path, Note((text,)), facts([("a", text)]))
    # Marks that turn the direction of writing are spelled out.
    assert page.text.count(" ".join(shown_lines(text).split())) >= 2


def test_a_file_name_that_is_no_unicode_can_still_be_written(tmp_path: Path) -> None:
    page = page_of(tmp_path, Note(("scan\udcff.png",)), title="scan\udcff.png")
    assert page.text.startswith(r"scan\xff.png")
    assert page.text.count(r"scan\xff.png") == 3


def test_parts_stand_in_their_order_whenever_they_were_written(tmp_path: Path) -> None:
    parts = (Part("exams"), Part("images", "Images"), Part("empty", "Empty"))
    with Page(tmp_path / "new" / "r.html", parts) as page:
        page.add("images", Section("image-1", "a.png", (Note(("first image",)),)), file="x/a.png")
        page.add("images", Section("image-2", "a.png", (Note(("again",)),)), file="x/a.png")
        linked = Rows(
            "Left out", (Column("Image"),), (Row((Cell("", files=("x/a.png", "b.png")),)),)
        )
        page.add("exams", Section("exam-1", "Exam one", (linked,)))
        page.add("exams", Section("exam-2", "Exam two", ()))
        page.close("T", ["2 images"], Section("provenance", "Provenance", (Note(("made",)),)))
    found = read(tmp_path / "new" / "r.html")
    order = ["2 images", "Exam one", "Left out", "first image", "again", "Provenance", "made"]
    places = [found.text.rindex(text) for text in order]
    assert places == sorted(places)
    assert found.links == ["#exam-1", "#images", "#provenance", "#image-1"]
    assert "Exam two" not in found.text
    assert "Empty" not in found.text
    assert list((tmp_path / "new").iterdir()) == [tmp_path / "new" / "r.html"]


def test_notes_are_said_once_and_those_of_what_is_folded_apart(tmp_path: Path) -> None:
    def table(note: str) -> Rows:
        rows = tuple(Row((Cell(n), Cell("1", "0 to 2", note=note))) for n in "ab")
        return Rows("t", (Column("m"), Column("v")), rows)

    page = page_of(tmp_path, table(NOTE), table(NOTE), Fold("All", (table(FOLDED),)))
    assert page.text.count(NOTE) == page.text.count(FOLDED) == 1
    assert page.links.count("#note-1") == 4
    assert page.links.count("#note-f1") == 2
    assert page.text.index("Intervals") < page.text.index(NOTE) < page.text.index(FOLDED)


def test_bars_say_in_words_what_they_draw(tmp_path: Path) -> None:
    cells = (
        Cell("", drawn=Bar(0.913, chosen=True)),
        Cell("", drawn=CentileBar(50.2, (12.4, 99.95))),
        Cell("", drawn=CentileBar(0)),
    )
    page = page_of(tmp_path, *(Rows("t", (Column("a"),), (Row((cell,)),)) for cell in cells))
    bars = [found for _, found in page.tags if found.get("class") == "bar"]
    assert [bar["aria-label"] for bar in bars] == [
        "91.3 %", "centile 50, 95 % interval 12 to > 99.9", "centile < 0.1"
    ]  # fmt: skip
    full = next(found for _, found in page.tags if found.get("class") == "full")
    assert float(full["width"]) == pytest.approx(0.913 * 120, abs=0.1)
    point = next(found for _, found in page.tags if found.get("class") == "point")
    assert float(point["cx"]) == pytest.approx(4 + 112 * 0.502, abs=0.1)


def test_a_picture_is_encoded_at_once_and_let_go(tmp_path: Path) -> None:
    with Page(tmp_path / "r.html", [Part("images", "Images")]) as page:
        image = Image.effect_noise((64, 64), 50)
        gone = weakref.ref(image)
        page.add("images", Section("i", "i.png", (Sides(((Picture(image, "a scan"),), ())),)))
        del image
        gc.collect()
        assert gone() is None
        page.close("T", [])
    (scan,) = (found for tag, found in read(tmp_path / "r.html").tags if tag == "img")
    assert scan["src"].startswith("data:image/")
    assert (scan["width"], scan["height"]) == ("64", "64")


def test_a_page_that_is_not_closed_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "r.html"
    path.write_text("old")
    with suppress(KeyError), Page(path, [Part("images", "Images")]) as page:
        page.add("images", Section("i", "i", (Note(("x",)),)))
        raise KeyError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        write_page(tmp_path / "file" / "r.html", "T", [], [])
