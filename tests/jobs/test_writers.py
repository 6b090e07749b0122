"""The contract of writers, for each entry of the catalog."""

import json
from pathlib import Path

from biometry_cli.jobs.writers.catalog import WRITERS
from tests.jobs.writer_contract import GOOD, WriterContract
from tests.jobs.writer_contract import scans as scans
from tests.reading import csv_rows, picture
from tests.report.page.html_reading import read_page


class _PicturesContract(WriterContract):
    ending: str

    def entries(self, target: Path) -> list[str]:
        pictures = {path.name: picture(path).size for path in target.glob(f"*{self.ending}")}
        assert all(min(size) > 0 for size in pictures.values())
        return [stem for stem in GOOD if f"{stem}{self.ending}" in pictures]

    def names_failed(self, target: Path, remarks: list[str]) -> bool:  # noqa: ARG002
        manifest = json.loads((target / "manifest.json").read_text())
        outputs = {f"{stem}{self.ending}" for stem in GOOD}
        assert set(manifest["outputs"]) == outputs
        return any(each["file"].endswith("broken.png") for each in manifest["inputs"])


class TestOverlay(_PicturesContract):
    name, ending = "overlay", "_overlay.png"


class TestMasks(_PicturesContract):
    name, ending = "masks", "_mask.png"


class TestCsv(WriterContract):
    name, target = "csv", "all.csv"

    def entries(self, target: Path) -> list[str]:
        return [Path(row["file"]).stem for row in csv_rows(target) if not row["error"]]

    def names_failed(self, target: Path, remarks: list[str]) -> bool:  # noqa: ARG002
        rows = csv_rows(target)
        assert len(rows) == len(GOOD) + 1
        return Path(rows[1]["file"]).stem == "broken" and "empty" in rows[1]["error"]


class TestHc18(WriterContract):
    name, target, answered = "hc18_csv", "hc18.csv", ("head", "head_small")

    def entries(self, target: Path) -> list[str]:
        return [Path(row["filename"]).stem for row in csv_rows(target)]

    def names_failed(self, target: Path, remarks: list[str]) -> bool:
        (remark,) = remarks
        return "3 of 5 images have no line" in remark and str(target) in remark


class TestReport(WriterContract):
    name, target = "report", "page.html"

    def entries(self, target: Path) -> list[str]:
        page = read_page(target.read_text())
        captions = [attributes["alt"] for tag, attributes in page.tags if tag == "img"]
        return [stem for stem in GOOD if any(f"{stem}.png" in each for each in captions)]

    def names_failed(self, target: Path, remarks: list[str]) -> bool:  # noqa: ARG002
        text = read_page(target.read_text()).text
        return "broken.png: the file is empty (0 bytes)" in text


def test_every_writer_keeps_the_contract() -> None:
    tested = {each.name for each in WriterContract.__subclasses__() if hasattr(each, "name")}
    tested |= {each.name for each in _PicturesContract.__subclasses__()}
    assert tested == set(WRITERS)
