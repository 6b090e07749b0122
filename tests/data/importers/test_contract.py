"""What every importer keeps to, whatever it reads; a new one is a subclass of four lines."""

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Protocol

import numpy as np
import pytest

from biometry_cli.data.check import check_dataset
from biometry_cli.data.importers.catalog import CATALOG, hint, read_source, recognise
from biometry_cli.data.importers.plan import Evidence
from biometry_cli.data.importers.writing import write_plan
from biometry_cli.data.layout import read_dataset
from biometry_cli.data.phantom.dataset import write_planes_dataset, write_segmentation_dataset
from biometry_cli.errors import DataError
from tests.conftest import FolderBuilder
from tests.data.importers import test_coco, test_fetal_planes, test_fu_biometry, test_multicentre
from tests.data.importers.shipped import save, write_hc18, write_masks_rgb, write_psfhs

RED, BLUE = (255, 0, 0), (10, 20, 250)


class _Module(Protocol):
    def recognise(self, source: Path) -> Evidence | None: ...


def module_of(kind: str) -> _Module:
    name = CATALOG[kind].target.partition(":")[0]
    module: _Module = importlib.import_module(f"biometry_cli.data.importers.{name}")  # type: ignore[assignment]
    return module


def content(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file's bytes and time of change, by its path."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


class ImporterContract:
    """``kind`` names the catalog's entry; ``ship`` writes a source as its makers ship it.

    ``MARK`` is what the evidence must name, so that a reader can look for it.
    """

    KIND: ClassVar[str]
    MARK: ClassVar[str]

    @staticmethod
    def ship(folder: Path) -> Path:
        """A source of at least three subjects, its images all different."""
        raise NotImplementedError

    @pytest.fixture
    def source(self, tmp_path: Path) -> Path:
        return self.ship(tmp_path / "src")

    def test_recognises_its_own_and_no_other_does(self, source: Path) -> None:
        seen = recognise(source)
        assert list(seen) == [self.KIND]
        assert self.MARK in seen[self.KIND].saw

    def test_recognises_no_folder_without_it(self, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        write_segmentation_dataset(tmp_path / "drawn", train=3, val=1, test=1, seed=0)
        write_planes_dataset(
            tmp_path / "planes", train_per_class=1, val_per_class=1, test_per_class=1, seed=0
        )
        for folder in ("empty", "drawn", "planes", "absent"):
            assert module_of(self.KIND).recognise(tmp_path / folder) is None, folder

    def test_recognises_no_folder_that_it_wrote(self, source: Path, tmp_path: Path) -> None:
        write_plan(read_source(self.KIND, source), tmp_path / "out", link=False, seed=0)
        assert recognise(tmp_path / "out") == {}

    def test_recognises_by_names_and_headers(self, source: Path) -> None:
        for path in source.rglob("*"):
            if path.suffix == ".png" and path.parent.name != "masks":
                path.write_bytes(b"")
            elif path.suffix == ".csv":
                header = path.read_bytes().partition(b"\n")[0]
                path.write_bytes(header + b"\n\xff not a row, nor UTF-8")
        assert list(recognise(source)) == [self.KIND]

    def test_planning_writes_nothing(self, source: Path, tmp_path: Path) -> None:
        before = content(tmp_path)
        plan = read_source(self.KIND, source)
        assert plan.items
        assert content(tmp_path) == before

    @pytest.mark.parametrize("link", [False, True])
    def test_the_source_is_never_changed(self, source: Path, tmp_path: Path, link: bool) -> None:
        before = content(source)
        write_plan(read_source(self.KIND, source), tmp_path / "out", link=link, seed=0)
        assert content(source) == before

    def test_no_subject_is_in_two_splits(self, source: Path, tmp_path: Path) -> None:
        plan = read_source(self.KIND, source)
        for seed in range(3):
            out = tmp_path / f"out{seed}"
            write_plan(plan, out, link=False, seed=seed)
            dataset = read_dataset(out)
            report = check_dataset(dataset)
            assert report.errors == []
            sides: dict[str, set[str]] = {}
            for split, samples in dataset.splits.items():
                for sample in samples:
                    sides.setdefault(sample.subject, set()).add(split)
            assert all(len(splits) == 1 for splits in sides.values())
            # As many as the plan knows, so none fell together when names were made.
            assert len(sides) == len({item.subject for item in plan.items})

    def test_another_folder_is_refused_by_name(self, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        for place in (tmp_path / "empty", tmp_path / "absent"):
            with pytest.raises(DataError) as caught:
                read_source(self.KIND, place)
            assert caught.value.where == str(place)
            assert caught.value.mend


class TestHc18(ImporterContract):
    KIND, MARK = "hc18", "outlines NNN_HC_Annotation.png"
    ship = staticmethod(write_hc18)


class TestMulticentre(ImporterContract):
    KIND, MARK = "multicentre", "image_name and the points of"

    @staticmethod
    def ship(folder: Path) -> Path:
        return test_multicentre.fp(FolderBuilder(folder))


class TestFetalPlanes(ImporterContract):
    KIND, MARK = "fetal-planes", "FETAL_PLANES_DB_data.csv"

    @staticmethod
    def ship(folder: Path) -> Path:
        return test_fetal_planes.source(FolderBuilder(folder))


class TestFuBiometry(ImporterContract):
    KIND, MARK = "fu-biometry", "HC_train.csv with 4 columns of points"

    @staticmethod
    def ship(folder: Path) -> Path:
        builder = FolderBuilder(folder)
        names = [f"images/HC/{number}.png" for number in range(1, 7)]
        rows = [test_fu_biometry.row(name, "HC", *test_fu_biometry.HC_POINTS) for name in names]
        builder.text("csv/HC_train.csv", test_fu_biometry.header(4) + "".join(rows))
        for name in names:
            builder.scan(name, test_fu_biometry.SIZE)
        return folder


class TestPsfhs(ImporterContract):
    KIND, MARK = "psfhs", "image_mha/ beside label_mha/"

    @staticmethod
    def ship(folder: Path) -> Path:
        return write_psfhs(folder, range(1, 10))


class TestCoco(ImporterContract):
    KIND, MARK = "coco", "all.json with images, annotations, categories"

    @staticmethod
    def ship(folder: Path) -> Path:
        builder = FolderBuilder(folder)
        names = [f"{subject}_1.png" for subject in "abcdef"]
        shape = test_coco.rectangle(2, 2, 9, 9)
        outlines = [test_coco.outline(n, test_coco.HEAD, shape) for n in range(1, len(names) + 1)]
        test_coco.coco(builder, "all.json", names, outlines)
        for name in names:
            builder.scan(name, (test_coco.HEIGHT, test_coco.WIDTH))
        return folder


class TestMasksRgb(ImporterContract):
    KIND, MARK = "masks-rgb", "images/ beside masks/ with colours"

    @staticmethod
    def ship(folder: Path) -> Path:
        return write_masks_rgb(folder, ["a_1", "a_2", "b_1", "c_1", "d_1"], [RED, BLUE])


def contracts() -> Iterator[type[ImporterContract]]:
    yield from ImporterContract.__subclasses__()


def test_every_importer_signs_the_contract() -> None:
    assert sorted(each.KIND for each in contracts()) == sorted(CATALOG)


def test_gray_masks_are_no_colours(tmp_path: Path) -> None:
    write_masks_rgb(tmp_path, ["a_1"], [RED])
    assert list(recognise(tmp_path)) == ["masks-rgb"]
    gray = np.zeros((20, 30, 3), np.uint8)
    gray[2:9, 3:9] = 255
    save(tmp_path / "masks/a_1.png", gray)
    assert recognise(tmp_path) == {}


@pytest.mark.parametrize("middle", ["annotations", "categories"])
def test_a_long_coco_file_is_recognised_by_its_ends(tmp_path: Path, middle: str) -> None:
    parts = ["images", "annotations", "categories"]
    parts.remove(middle)
    order = (parts[0], middle, parts[1])
    rows = {"annotations": [{"id": n, "image_id": 1, "category_id": 1} for n in range(20_000)]}
    (tmp_path / "long.json").write_text(json.dumps({part: rows.get(part, []) for part in order}))
    assert list(recognise(tmp_path)) == ["coco"]
    (tmp_path / "long.json").write_text(json.dumps({"annotations": rows["annotations"]}))
    assert recognise(tmp_path) == {}


def test_a_data_set_as_shipped_is_told_how_to_come_in(tmp_path: Path) -> None:
    source = write_psfhs(tmp_path / "my src", [1])
    with pytest.raises(DataError, match="holds no masks/ folder") as caught:
        read_dataset(source)
    command = f"biometry data import psfhs '{source}' NEW_FOLDER"
    assert command in str(caught.value.mend)
    assert "image_mha/ beside label_mha/" in str(caught.value.mend)


def test_folders_as_shipped_are_no_classes_without_a_word(tmp_path: Path) -> None:
    source = write_hc18(tmp_path / "src")
    assert any(hint(source) in note and "hc18" in note for note in read_dataset(source).notes)
    write_planes_dataset(
        tmp_path / "planes", train_per_class=1, val_per_class=1, test_per_class=1, seed=0
    )
    assert not any("data import" in note for note in read_dataset(tmp_path / "planes").notes)
