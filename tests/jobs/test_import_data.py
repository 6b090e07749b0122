"""What an import refuses before it reads or writes, and how the seed deals the subjects."""

from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from biometry_cli.errors import BiometryError, DataError, UsageError
from biometry_cli.jobs.import_data import ImportReport, import_data, parse_colors
from tests.data.importers.shipped import save, scan, write_hc18, write_psfhs


@contextmanager
def no_bar(_description, _total):
    yield lambda: None


def run(kind: str, source: Path, out: Path, *, seed: int = 0, colors=()) -> ImportReport:
    return import_data(
        kind,
        source,
        out,
        link=False,
        seed=seed,
        colors=colors,
        wait=lambda _: nullcontext(),
        bar=no_bar,
    )


@pytest.mark.parametrize(
    ("kind", "source", "out", "kind_of_error", "told"),
    [
        ("hc19", "src", "out", UsageError, "masks-rgb"),
        ("hc18", "src", "src", UsageError, "lies in the source"),
        ("hc18", "src", "src/new", UsageError, "lies in the source"),
        ("hc18", "src", "full/../src/new", UsageError, "lies in the source"),
        ("hc18", "src", "link/new", UsageError, "lies in the source"),
        ("hc18", "src", "full", UsageError, "not empty"),
        ("hc18", "src", "full/a.png", UsageError, "cannot be written"),
        ("hc18", "absent", "out", DataError, "no such folder"),
        ("hc18", "full", "out", DataError, "training_set/"),
        ("psfhs", "src", "out", DataError, "image_mha/"),
        ("masks-rgb", "src", "out", DataError, "images/ beside masks/"),
    ],
)
def test_refusals(
    kind: str,
    source: str,
    out: str,
    kind_of_error: type[BiometryError],
    told: str,
    tmp_path: Path,
) -> None:
    write_hc18(tmp_path / "src")
    (tmp_path / "link").symlink_to(tmp_path / "src")
    save(tmp_path / "full/a.png", scan(1, (8, 8)))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(kind_of_error, match=told):
        run(kind, tmp_path / source, tmp_path / out)
    assert sorted(tmp_path.rglob("*")) == before


def test_an_error_names_the_source(tmp_path: Path) -> None:
    source = write_hc18(tmp_path / "src")
    for path in source.rglob("*_Annotation.png"):
        path.unlink()
    with pytest.raises(DataError, match=r"src: holds nothing to import .6 left: no annotation"):
        run("hc18", source, tmp_path / "out")


def test_the_seed_deals_the_subjects(tmp_path: Path) -> None:
    write_psfhs(tmp_path / "src", range(1, 13))
    written = []
    for number, seed in enumerate((0, 0, 7)):
        out = tmp_path / f"out{number}"
        run("psfhs", tmp_path / "src", out, seed=seed)
        written.append(sorted(path.relative_to(out) for path in out.rglob("*")))
    assert written[0] == written[1] != written[2]


def test_colours() -> None:
    assert parse_colors(["head = ff0010", "csp=#0000FF"]) == {
        "head": (255, 0, 16),
        "csp": (0, 0, 255),
    }


@pytest.mark.parametrize(
    "pairs",
    [
        ["head"],
        ["=ff0000"],
        ["head=red"],
        ["head=ff00"],
        ["head=ff000000"],
        ["a=000001", "a=000002"],
        ["a=000001", "b=000001"],
    ],
)
def test_colours_that_cannot_be_read(pairs: list[str]) -> None:
    with pytest.raises(UsageError, match="--color"):
        parse_colors(pairs)


def test_colours_belong_to_masks_with_colours(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="hc18 has no colours"):
        run("hc18", write_hc18(tmp_path / "src"), tmp_path / "out", colors=["head=ff0000"])


def test_two_kinds_in_one_folder_are_both_named(tmp_path: Path) -> None:
    source = write_psfhs(write_hc18(tmp_path / "src"), [1])
    with pytest.raises(DataError, match=r"looks like hc18 \(6 outlines .* and psfhs \(") as caught:
        run("auto", source, tmp_path / "out")
    assert caught.value.mend == "Name the kind first, one of hc18, psfhs"
    assert not (tmp_path / "out").exists()
    assert run("hc18", source, tmp_path / "out").kind == "hc18"
