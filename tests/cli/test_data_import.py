"""``biometry data import`` as a process: what it prints, refuses and leaves alone."""

import re
import signal
import subprocess
import sys

import pytest

from biometry_cli.data.importers.catalog import CATALOG
from tests.cli.conftest import environment
from tests.data.importers.shipped import HEADS, save, scan, write_hc18, write_masks_rgb

RED, BLUE = (255, 0, 0), (0, 0, 255)


@pytest.fixture
def hc18(tmp_path):
    source = write_hc18(tmp_path / "src")
    save(source / "test_set/000_HC.png", scan(1, (20, 20)))
    return source


def test_import_and_check(hc18, tmp_path, biometry):
    done = biometry("data", "import", "hc18", hc18.name, "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    for told in ("train", "Landmarks", "test_set/000_HC.png", "within 0."):
        assert told in done.stdout, told
    # Which subjects stand in which split follows from their names.
    assert sum(map(int, re.findall(r"HC (\d+)", done.stdout))) == len(HEADS)
    assert done.stdout.endswith("next: biometry data check out\n")
    checked = biometry("data", "check", "out", "--json", cwd=tmp_path)
    assert checked.returncode == 0, checked.stderr
    report = checked.json()
    assert report["classes"] == ["background", "head"]
    assert sum(split["images"] for split in report["splits"].values()) == len(HEADS)


def test_json_alone(hc18, tmp_path, biometry):
    done = biometry("data", "import", "hc18", str(hc18), "out", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    report = done.json()
    assert (report["kind"], report["source"], report["folder"]) == ("hc18", str(hc18), "out")
    assert sum(split["masks"] for split in report["splits"].values()) == len(HEADS)
    assert [each["file"] for each in report["left"]] == ["test_set/000_HC.png"]
    assert report["left"][0]["reason"]
    assert report["notes"]


@pytest.mark.parametrize("kind", [[], ["auto"]])
def test_the_source_is_recognised(kind, hc18, tmp_path, biometry):
    named = biometry("data", "import", "hc18", hc18.name, "named", "--json", cwd=tmp_path).json()
    done = biometry("data", "import", *kind, hc18.name, "out", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    report = done.json()
    seen, *notes = report.pop("notes")
    assert seen == "recognised as hc18 by 6 outlines NNN_HC_Annotation.png"
    assert notes == named.pop("notes")
    assert report | {"folder": "named"} == named
    assert files(tmp_path / "out") == files(tmp_path / "named")


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.glob("*/*/*.png")}


def test_a_folder_called_like_a_kind_is_a_source(hc18, tmp_path, biometry):
    hc18.rename(tmp_path / "psfhs")
    done = biometry("data", "import", "psfhs", "out", "--json", cwd=tmp_path)
    assert done.json()["kind"] == "hc18"


def test_named_colours_and_links(tmp_path, biometry):
    write_masks_rgb(tmp_path / "src", ["a_1", "b_1", "c_1"], [RED, BLUE])
    done = biometry(
        "data", "import", "masks-rgb", "src", "out", "--link",
        "--color", "head=ff0000", "--color", "csp=#0000FF", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert all(path.is_symlink() for path in (tmp_path / "out").rglob("*.png"))
    checked = biometry("data", "check", "out", "--json", cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout
    assert checked.json()["classes"] == ["background", "head", "csp"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["ultrasound", "src", "out"], 2, ", ".join(CATALOG)),
        (["hc18", "src", "src/new"], 2, "lies in the source"),
        (["psfhs", "src", "out"], 3, "image_mha/"),
        (["hc18", "src"], 2, "Missing argument 'DST'"),
        (["auto", "src"], 2, "Missing argument 'DST'"),
        (["src", "src/new"], 2, "lies in the source"),
        (["absent", "out"], 3, "absent: no such folder"),
        (["src/test_set", "out"], 3, f"Name the kind first, one of {', '.join(CATALOG)}"),
        (["src", "out", "--color", "head=ff0000"], 2, "hc18 has no colours"),
    ],
)
def test_refusals(words, code, told, tmp_path, biometry):
    save(write_hc18(tmp_path / "src") / "test_set/000_HC.png", scan(1, (20, 20)))
    before = sorted(tmp_path.rglob("*"))
    done = biometry("data", "import", *words, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert told in " ".join(done.stderr.split())
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert sorted(tmp_path.rglob("*")) == before


SLOW = """
import signal, sys, time, types
import numpy as np
from biometry_cli.cli.app import main
from biometry_cli.data.declaration import Declaration
from biometry_cli.data.importers.catalog import CATALOG, Importer
from biometry_cli.data.importers.plan import Item, Plan

def draw():
    return np.zeros((4, 4), np.uint8)

def wait():
    print("waiting", flush=True)
    time.sleep(60)

# A shell's background job is born deaf to this signal.
signal.signal(signal.SIGINT, signal.default_int_handler)
slow = types.ModuleType("slow")
items = Item("a.png", "a", draw, "train"), Item("b.png", "b", wait, "test")
slow.read = lambda source: Plan(items, Declaration())
sys.modules["biometry_cli.data.importers.slow"] = slow
CATALOG["slow"] = Importer("slow:read", "images that take long")
sys.argv = ["biometry", "data", "import", "slow", "src", "out"]
main()
"""


def test_interrupt_leaves_nothing(tmp_path):
    write_hc18(tmp_path / "src")
    before = sorted(tmp_path.rglob("*"))
    with subprocess.Popen(
        [sys.executable, "-c", SLOW],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        assert list(tmp_path.glob(".*/train/images/a.png"))
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130, told
    assert "Traceback" not in told
    assert sorted(tmp_path.rglob("*")) == before
