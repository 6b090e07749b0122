"""Text can never become markup."""

from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.report.html.markup import NOTHING, Markup, element, joined, markup
from tests.report.page.html_reading import read_page


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_any_text_is_read_back_as_text(text: str) -> None:
    page = read_page(element("p", text, title=text))
    assert [tag for tag, _ in page.tags] == ["p"]
    assert page.text == " ".join(text.split())


@given(st.text(alphabet="<>&\"'=/ bimg", min_size=1))
def test_text_that_looks_like_markup_stays_text(text: str) -> None:
    page = read_page(element("td", text, data_label=text))
    assert page.tags == [("td", {"data-label": text})]
    assert page.text == " ".join(text.split())


def test_markup_goes_in_as_it_is_and_text_beside_it_is_escaped() -> None:
    inner = element("b", "x < y")
    assert element("p", inner, " & z") == "<p><b>x &lt; y</b> &amp; z</p>"
    assert joined(["a<", NOTHING, "", inner], ", ") == "a&lt;, <b>x &lt; y</b>"
    assert markup(Markup("<i>")) == "<i>"


def test_attributes_are_named_as_html_names_them() -> None:
    made = element("img", class_="a", aria_label="b", width=3, hidden=True, alt=None, open=False)
    assert made == '<img class="a" aria-label="b" width="3" hidden>'


def test_a_file_name_that_is_no_unicode_can_still_be_written() -> None:
    assert markup("scan\udcff.png").encode("utf-8") == b"scan?.png"
