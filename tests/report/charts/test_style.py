"""One drawing for a page of either theme, and for a file."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from biometry_cli.errors import UsageError
from biometry_cli.report.charts.palette import LIGHT, SENTINELS, Colors
from biometry_cli.report.charts.style import Chart, svg, write_png
from tests.report.charts.chart_reading import svg_texts

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw(axes: "Axes", colors: Colors) -> None:
    axes.plot([0, 1], [0, 1], "o-", color=colors["accent"], label="$a_b$ <c> -- d")
    axes.axhspan(0.2, 0.4, color=colors["warning"], alpha=0.3)
    axes.set_xlabel("size, mm")
    axes.legend()


CHART = Chart("A & <b>", 'It says "so".', draw)


def test_colours_are_roles_and_nothing_else() -> None:
    drawing = svg(CHART, "k")
    assert not any(sentinel in drawing for sentinel in SENTINELS.values())
    assert re.findall(r"#[0-9a-f]{6}\b", drawing) == []
    assert "var(--accent)" in drawing
    assert "var(--warning)" in drawing
    assert "var(--ink)" in drawing


def test_it_is_xml_with_a_title_and_text_that_stays_text() -> None:
    drawing = svg(CHART, "k")
    root = ET.fromstring(drawing)
    assert root.get("role") == "img"
    assert root.get("viewBox") == "0 0 400 310"
    assert [root[0].text, root[1].text] == ["A & <b>", 'It says "so".']
    assert root.get("aria-labelledby") == "k-title k-text"
    assert "$a_b$ &lt;c&gt; -- d" in svg_texts(drawing)
    assert "size, mm" in svg_texts(drawing)
    assert set(re.findall(r"font-family: ([^;\"]*)", drawing)) == {"inherit"}


def test_ids_of_two_charts_differ_and_all_references_are_met() -> None:
    one, two = svg(CHART, "one"), svg(CHART, "two")
    ids = [set(re.findall(r' id="([^"]+)"', each)) for each in (one, two)]
    assert not ids[0] & ids[1]
    used = set(re.findall(r'href="#([^"]+)"', one)) | set(re.findall(r"url\(#([^)]+)\)", one))
    assert used
    assert used <= ids[0]


def test_it_brings_no_style_of_its_own_and_is_the_same_every_time() -> None:
    drawing = svg(CHART, "k")
    assert "<style" not in drawing
    assert "<metadata" not in drawing
    assert "<!--" not in drawing
    assert drawing == svg(CHART, "k")


def test_the_file_is_light_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "chart.png"
    write_png(path, CHART)
    picture = Image.open(path).convert("RGB")
    assert picture.width > 800
    pixels = np.asarray(picture).reshape(-1, 3)
    card = [int(LIGHT["card"][place : place + 2], 16) for place in (1, 3, 5)]
    assert (pixels == card).all(axis=1).mean() > 0.5
    assert [each.name for each in path.parent.iterdir()] == ["chart.png"]


def test_a_file_that_cannot_be_written_is_the_users_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError):
        write_png(tmp_path / "file" / "chart.png", CHART)


def test_a_name_in_any_script_makes_no_noise(recwarn: pytest.WarningsRecorder) -> None:
    def foreign(axes: "Axes", colors: Colors) -> None:
        axes.plot([0], [0], "o", color=colors["ink"], label="超声")
        axes.legend()

    assert "超声" in svg(Chart("t", "d", foreign), "k")
    assert list(recwarn) == []
