"""HC18 as shipped: ellipses instead of outlines, calipers, calibration, and damaged copies."""

import math
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from biometry_cli.data.check import check_dataset
from biometry_cli.data.importers.hc18 import read
from biometry_cli.data.importers.writing import Written, write_plan
from biometry_cli.data.layout import read_dataset
from biometry_cli.errors import DataError
from biometry_cli.measure.ellipse import Ellipse
from tests.data.importers.shipped import (
    HC18_TABLE,
    HEADS,
    Head,
    excess_px,
    save,
    scan,
    write_hc18,
)
from tests.reading import csv_rows


def bring_in(source: Path, destination: Path) -> Written:
    return write_plan(read(source), destination, link=False, seed=0)


def reasons(source: Path) -> dict[str, str]:
    return {left.file: left.reason for left in read(source).left}


def change_table(source: Path, old: str, new: str) -> None:
    table = source / HC18_TABLE
    text = table.read_bytes().decode()
    assert old in text
    table.write_bytes(text.replace(old, new).encode())


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_hc18(tmp_path / "src")


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hc18")
    bring_in(write_hc18(folder / "src"), folder / "out")
    return folder / "out"


def test_the_folder_passes_the_check(imported: Path) -> None:
    dataset = read_dataset(imported)
    report = check_dataset(dataset)
    assert report.errors == []
    assert report.classes == ["background", "head"]
    assert sum(split.images for split in report.splits.values()) == len(HEADS)
    assert sum(split.subjects for split in report.splits.values()) == len(HEADS) - 1
    for split in report.splits.values():
        assert split.calibrated == split.images == split.references["HC"]


@pytest.mark.parametrize("head", HEADS, ids=lambda head: head.name)
def test_pixels_mask_and_sizes_are_those_drawn(head: Head, imported: Path, tmp_path: Path) -> None:
    dataset = read_dataset(imported)
    (sample,) = (
        sample
        for samples in dataset.splits.values()
        for sample in samples
        if sample.image.stem == head.name
    )
    assert sample.subject == head.name[:3]
    assert sample.calibration.spacing_mm == (head.pixel_size_mm, head.pixel_size_mm)
    assert sample.calibration.reference_mm == {"HC": pytest.approx(head.hc_mm, abs=0.005)}
    save(tmp_path / "truth.png", scan(HEADS.index(head), head.size))
    assert sample.image.read_bytes() == (tmp_path / "truth.png").read_bytes()

    assert sample.mask is not None
    mask = np.asarray(Image.open(sample.mask))
    assert mask.shape == head.size
    assert set(np.unique(mask)) == {0, 255}
    excess = excess_px(head.ellipse, head.size)
    # Filling the outline would add half a pixel all around, which is over 2 %.
    assert (mask > 0).sum() == pytest.approx((excess < 0).sum(), rel=0.007)
    assert not ((mask > 0) != (excess < 0))[np.abs(excess) > 0.6].any()


@pytest.mark.parametrize("head", HEADS, ids=lambda head: head.name)
def test_the_calipers_lie_on_the_axes(head: Head, imported: Path) -> None:
    (row,) = (
        row
        for path in imported.glob("*/landmarks.csv")
        for row in csv_rows(path)
        if row["filename"] == f"{head.name}.png"
    )
    axes = {"ofd": head.ellipse.major_axis_ends(), "bpd": head.ellipse.minor_axis_ends()}
    for caliper, ends in axes.items():
        points = [(float(row[f"{caliper}_{n}_x"]), float(row[f"{caliper}_{n}_y"])) for n in (1, 2)]
        if abs(ends[0][0] - ends[1][0]) < 1:
            # Which end of an upright axis lies further left hangs on a hair.
            points, ends = sorted(points, key=_height), tuple(sorted(ends, key=_height))
        else:
            ends = tuple(sorted(ends))
        for point, end in zip(points, ends, strict=True):
            assert math.dist(point, end) < 0.7
        assert math.dist(*points) == pytest.approx(math.dist(*ends), abs=0.25)


def _height(point: tuple[float, float]) -> float:
    return point[1]


def test_a_caliper_that_leaves_the_image_has_no_points(tmp_path: Path) -> None:
    wide = Head("020_HC", Ellipse(80, 54, 84, 40, 0.0))
    plan = read(write_hc18(tmp_path / "src", [*HEADS, wide]))
    (item,) = (item for item in plan.items if item.name == "020_HC.png")
    assert item.points is not None
    assert item.points["ofd_1"] is item.points["ofd_2"] is None
    assert item.points["bpd_1"] is not None
    assert item.points["bpd_2"] is not None
    assert any("ofd: no points in 1 images" in note and "020_HC" in note for note in plan.notes)


def test_the_outline_may_be_open_or_cut_off(tmp_path: Path) -> None:
    source = write_hc18(tmp_path / "src")
    path = source / "training_set/010_HC_Annotation.png"
    broken = np.asarray(Image.open(path)).copy()
    broken[:, 100:106] = 0
    save(path, broken)
    bring_in(source, tmp_path / "out")
    (mask,) = (tmp_path / "out").glob("*/masks/010_HC.png")
    area = (np.asarray(Image.open(mask)) > 0).sum()
    assert area == pytest.approx(HEADS[0].ellipse.area(), rel=0.01)


@pytest.mark.parametrize("place", ["inside", "beside"])
def test_the_training_set_alone(place: str, source: Path) -> None:
    if place == "inside":
        (source / HC18_TABLE).rename(source / "training_set" / HC18_TABLE)
    assert len(read(source / "training_set").items) == len(HEADS)


def test_headers_may_be_spaced_otherwise(tmp_path: Path) -> None:
    header = "Filename , pixel size (mm),head circumference(mm)"
    plan = read(write_hc18(tmp_path / "src", header=header))
    assert all(item.calibration.spacing_mm for item in plan.items)


def test_what_cannot_be_used_is_left_with_its_reason(source: Path) -> None:
    folder = source / "training_set"
    (folder / "010_HC_Annotation.png").unlink()
    (folder / "010_2HC.png").unlink()
    (folder / "011_HC.png").write_bytes((folder / "011_HC.png").read_bytes()[:500])
    save(folder / "012_HC_Annotation.png", np.zeros((20, 20), np.uint8))
    save(folder / "013_HC_Annotation.png", scan(1, (108, 160)))
    save(source / "test_set/000_HC.png", scan(1, (108, 160)))
    change_table(source, "014_2HC.png,", "099_HC.png,")
    found = reasons(source)
    assert found.pop("011_HC.png").startswith("the scan is truncated")
    assert found == {
        "010_HC.png": "no annotation",
        "010_2HC_Annotation.png": "an annotation without its scan",
        "012_HC.png": "its annotation has another size",
        "013_HC.png": "its annotation is not the outline of an ellipse",
        "099_HC.png": "in the table, but neither scan nor annotation is there",
        "test_set/000_HC.png": "the challenge publishes no annotations of its test set",
    }
    plan = read(source)
    assert [item.name for item in plan.items] == ["014_2HC.png"]
    assert any("no pixel size for 1 images" in note for note in plan.notes)


@pytest.mark.parametrize("kind", ["Annotation", ""])
def test_half_of_the_files_gone(kind: str, tmp_path: Path) -> None:
    heads = [Head(f"{n:03d}_HC", HEADS[n % 5].ellipse) for n in range(8)]
    source = write_hc18(tmp_path / "src", heads)
    for head in heads[::2]:
        (source / "training_set" / f"{head.name}{'_' if kind else ''}{kind}.png").unlink()
    written = bring_in(source, tmp_path / "out")
    assert sum(split.images for split in written.splits.values()) == 4
    assert len(written.left) == 4
    assert check_dataset(read_dataset(tmp_path / "out")).errors == []


def test_nothing_usable_writes_nothing(source: Path, tmp_path: Path) -> None:
    for path in (source / "training_set").glob("*_Annotation.png"):
        path.unlink()
    with pytest.raises(DataError, match="6 left: no annotation"):
        bring_in(source, tmp_path / "out")
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize("cell", ["wide", "-0.5", "inf", "0"])
def test_a_number_that_is_none_leaves_its_image(cell: str, source: Path) -> None:
    change_table(source, "011_HC.png,0.31", f"011_HC.png,{cell}")
    assert "pixel size(mm) is" in reasons(source)["011_HC.png"]
    assert len(read(source).items) == len(HEADS) - 1


def test_a_name_listed_twice(source: Path) -> None:
    table = (source / HC18_TABLE).read_text()
    line = next(line for line in table.splitlines() if line.startswith("011_HC"))
    (source / HC18_TABLE).write_text(f"{table}{line}\n")
    assert len(read(source).items) == len(HEADS)
    (source / HC18_TABLE).write_text(f"{table}011_HC.png,0.4,80\n")
    with pytest.raises(DataError, match=r"011_HC\.png twice with different numbers"):
        read(source)


def test_a_missing_column_is_named(source: Path) -> None:
    change_table(source, "pixel size(mm)", "pixels")
    with pytest.raises(DataError, match=r"no column pixel size\(mm\).*pixels"):
        read(source)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "found: nothing"),
        ("filename,pixel size(mm),head circumference (mm)\n", "lists no scan"),
    ],
)
def test_an_empty_table_is_refused(content: str, told: str, source: Path) -> None:
    (source / HC18_TABLE).write_text(content)
    with pytest.raises(DataError, match=told):
        read(source)


def test_other_folders_are_refused(source: Path, imported: Path) -> None:
    with pytest.raises(DataError, match=r"not an HC18 folder.*training_set/"):
        read(imported)
    (source / HC18_TABLE).unlink()
    with pytest.raises(DataError, match=f"no {HC18_TABLE}"):
        read(source)


def test_the_source_stays_as_it_is(source: Path, tmp_path: Path) -> None:
    shutil.copytree(source, tmp_path / "copy")
    bring_in(source, tmp_path / "out")
    for path in source.rglob("*"):
        if path.is_file():
            copy = tmp_path / "copy" / path.relative_to(source)
            assert path.read_bytes() == copy.read_bytes()
    assert len(list(source.rglob("*"))) == len(list((tmp_path / "copy").rglob("*")))


def test_real_outlines_reproduce_the_published_circumference(tmp_path: Path) -> None:
    source = Path(os.environ.get("ULTRASOUND_TEST_DATA", "absent")) / "hc18-native"
    if not source.is_dir():
        pytest.skip("ULTRASOUND_TEST_DATA names no folder with hc18-native/")
    bring_in(source, tmp_path / "out")
    dataset = read_dataset(tmp_path / "out")
    assert check_dataset(dataset).errors == []
    errors_mm = []
    for split, samples in dataset.splits.items():
        table = csv_rows(tmp_path / "out" / split / "landmarks.csv")
        points = {row["filename"]: row for row in table}
        for sample in samples:
            row = points[sample.image.name]
            long_px, short_px = (
                math.dist(*((float(row[f"{c}_{n}_x"]), float(row[f"{c}_{n}_y"])) for n in (1, 2)))
                for c in ("ofd", "bpd")
            )
            assert sample.calibration.spacing_mm is not None
            perimeter_px = Ellipse(0, 0, long_px / 2, short_px / 2, 0).perimeter()
            hc_mm = perimeter_px * sample.calibration.spacing_mm[0]
            errors_mm.append(abs(hc_mm - sample.calibration.reference_mm["HC"]))
    assert len(errors_mm) >= 24
    assert max(errors_mm) < 0.07
