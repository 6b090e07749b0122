"""The reports in Chromium: nothing fetched, nothing cut off, legible in both themes, printable."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from biometry_cli.report.page.page import write_page
from biometry_cli.report.sheet.evaluation import evaluation_lead, evaluation_sections
from biometry_cli.report.sheet.provenance import provenance_section
from tests.report import evaluation_samples, landmark_evaluations
from tests.report.page import samples
from tests.report.page.test_prediction import written

_CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))),
    None,
)
pytestmark = pytest.mark.skipif(_CHROMIUM is None, reason="no Chromium is installed")
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_LONG = f"folder/{'a_very_long_file_name_' * 8}.png"
PAGES = ("exam", "images", "segmentation", "classification", "landmarks")
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}

# The contrast of every piece of text with what lies behind it (WCAG 2.2).
_LOWEST_CONTRASTS = """() => {
  const channel = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) =>
    0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.closest('title, desc')) continue;
    const style = getComputedStyle(element);
    const ink = parse(element.closest('svg') ? style.fill : style.color);
    const [a, b] = [luminance(ink), luminance(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    found.push([ratio, walker.currentNode.data.trim().slice(0, 40), style.color]);
  }
  return found.sort((x, y) => x[0] - y[0]);
}"""


def _evaluation(name: str, path: Path) -> str:
    scores, cases, history = {
        "segmentation": (
            evaluation_samples.segmentation(),
            [("Worst: a.png", samples.overlay("head"))],
            evaluation_samples.history(),
        ),
        "classification": (evaluation_samples.classification(), [], []),
        "landmarks": (
            landmark_evaluations.both(),
            [],
            [{"epoch": 1.0, "val_mre_mm": 3.0}, {"epoch": 2.0, "val_mre_mm": 2.0}],
        ),
    }[name]
    sections = evaluation_sections(scores, cases=cases, history=history)
    last = provenance_section(samples.provenance(30))
    write_page(path, f"The {name} report", evaluation_lead(scores), sections, last)
    return path.read_text("utf-8")


def _html(name: str, path: Path) -> str:
    if name in ("segmentation", "classification", "landmarks"):
        return _evaluation(name, path)
    if name == "exam":
        shown = [*samples.exam_images(), samples.pointed(singles=20)]
        shown.append(samples.pointed(beside_masks=True))
        return written(path, shown, [samples.exam()])
    shown = [
        samples.shown_image("head", _LONG, ("two_components",), alone=True),
        samples.without_spacing(),
        samples.classified(),
        samples.failed_image(),
    ]
    return written(path, shown)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(executable_path=_CHROMIUM, args=_ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="module", params=PAGES)
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp(request.param) / "report.html"
    path.write_text(_html(request.param, path), encoding="utf-8")
    return path


@pytest.fixture
def opened(browser: Any, report: Path) -> Iterator[Any]:
    """The report in a tab; at the end nothing may have gone wrong or left the machine."""
    page = browser.new_page()
    wrong: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: wrong.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(report.as_uri())
    yield page
    page.close()
    assert wrong == []
    assert [url for url in requests if not url.startswith("data:")] == [report.as_uri()]


def test_nothing_sticks_out_and_all_pictures_are_there(opened: Any) -> None:
    for width, height in SIZES.values():
        opened.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            opened.emulate_media(color_scheme=scheme)
            assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
        beyond = opened.evaluate(
            "[...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll, svg') &&"
            " e.getBoundingClientRect().right > innerWidth + 0.5).map(e => e.outerHTML)"
        )
        assert beyond == []
    pictures = opened.evaluate(
        "[...document.images].map(e => [e.naturalWidth, e.getAttribute('alt')])"
    )
    assert all(width > 0 and alt for width, alt in pictures)
    assert len(pictures) == opened.locator("img").count()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out(opened: Any, scheme: str) -> None:
    opened.emulate_media(color_scheme=scheme)
    opened.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
    contrasts = opened.evaluate(_LOWEST_CONTRASTS)
    assert len(contrasts) > 50
    assert contrasts[0][0] >= 4.5, contrasts[:5]
    bright = opened.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (int(bright.split("(")[1].split(",")[0]) > 128) == (scheme == "light")


def test_charts_follow_the_theme(opened: Any) -> None:
    ink = "getComputedStyle(document.querySelector('svg.chart text')).fill"
    if not opened.locator("svg.chart").count():
        pytest.fail("a report without a chart proves nothing")
    seen = set()
    for scheme in ("light", "dark"):
        opened.emulate_media(color_scheme=scheme)
        seen.add(opened.evaluate(ink))
    assert len(seen) == 2


def test_on_paper_it_is_light_whole_and_no_wider_than_a_page(opened: Any, tmp_path: Path) -> None:
    opened.set_viewport_size({"width": 688, "height": 1000})  # A4 less its margins
    opened.emulate_media(media="print", color_scheme="dark")
    assert opened.evaluate("getComputedStyle(document.body).backgroundColor") == (
        "rgb(255, 255, 255)"
    )
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
    cut_off = "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth)"
    assert opened.evaluate(f"{cut_off}.map(e => e.outerHTML)") == []
    folded = "[...document.querySelectorAll('details > :not(summary)')]"
    assert opened.evaluate(f"{folded}.every(e => e.checkVisibility())")
    opened.emulate_media(media="screen")
    assert opened.pdf(path=str(tmp_path / "r.pdf"), format="A4")[:5] == b"%PDF-"


def test_no_script_could_run(browser: Any, tmp_path: Path) -> None:
    html = _html("classification", tmp_path / "made.html").replace(
        "</body>", "<script>window.ran = 1</script></body>"
    )
    path = tmp_path / "tampered.html"
    path.write_text(html, encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    assert page.evaluate("window.ran") is None
    page.close()
