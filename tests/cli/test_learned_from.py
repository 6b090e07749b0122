"""Nobody is tested on himself unseen: what a model learned from is known again, and said."""

import shutil

import pytest

from tests.reading import csv_rows


@pytest.fixture(scope="module")
def grown(biometry, segmentation_folder, tmp_path_factory):
    """A flat folder, a model of it, and files of a split before and after the folder grew."""
    folder = tmp_path_factory.mktemp("grown")
    data = folder / "flat"
    for part in ("images", "masks"):
        shutil.copytree(segmentation_folder / "data" / "train" / part, data / part)
    table = segmentation_folder / "data" / "train" / "spacing.csv"
    shutil.copy(table, data)
    done = biometry("train", str(data), "--epochs", "1", "--width", "0.25", cwd=folder)
    assert done.returncode == 0, done.stderr
    before = {split: _members(biometry, folder, split) for split in ("train", "val", "test")}
    others = segmentation_folder / "data" / "test"
    for part in ("images", "masks"):
        for path in (others / part).iterdir():
            # Subjects of other names, and earlier in the alphabet than all that are there.
            shutil.copy(path, data / part / f"AA{path.name}")
    lines = (others / "spacing.csv").read_text().splitlines()[1:]
    with (data / "spacing.csv").open("a") as opened:
        opened.writelines(f"AA{line}\n" for line in lines)
    (data / "images" / sorted(p.name for p in (data / "images").iterdir())[-1]).unlink()
    return folder, before


def _members(biometry, folder, split):
    done = biometry("eval", "flat", "--split", split, "--out", f"ev-{split}", cwd=folder)
    assert done.returncode == 0, done.stderr
    return {row["file"] for row in csv_rows(folder / f"ev-{split}" / "cases.csv")}


def test_a_folder_that_grew_tests_nobody_whom_the_model_knows(biometry, grown):
    folder, before = grown
    after = {split: _members(biometry, folder, split) for split in ("train", "val", "test")}
    for split, others in (("test", ("train", "val")), ("val", ("train", "test"))):
        for other in others:
            assert not after[split] & before[other]
    assert sum(map(len, after.values())) > sum(map(len, before.values()))


def test_a_test_folder_of_training_images_is_told(biometry, grown, tmp_path):
    folder, before = grown
    moved = tmp_path / "moved" / "test"
    (moved / "images").mkdir(parents=True)
    (moved / "masks").mkdir()
    sizes = {row["filename"]: row for row in csv_rows(folder / "flat" / "spacing.csv")}
    table = ["filename,pixel_size_mm"]
    learned = sorted(p for p in before["train"] if "AA" not in p)[:3]
    for number, name in enumerate(learned):
        image = folder / name
        if not image.is_file():
            continue
        new = f"Z{number}_renamed.png"
        shutil.copy(image, moved / "images" / new)
        shutil.copy(image.parents[1] / "masks" / image.name, moved / "masks" / new)
        table.append(f"{new},{sizes[image.name]['pixel_size_mm']}")
    (moved / "spacing.csv").write_text("\n".join(table) + "\n")
    weights = str(folder / "runs" / "latest")
    done = biometry("eval", str(tmp_path / "moved"), "--weights", weights, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    warning = next(each for each in done.json()["warnings"] if "learned from" in each)
    assert f"{len(table) - 1} that it learned from" in warning
    shown = biometry(
        "eval", str(tmp_path / "moved"), "--weights", weights, "--report", "r.html", cwd=tmp_path
    )
    for text in (shown.stdout, (tmp_path / "r.html").read_text()):
        assert "that it learned from" in " ".join(text.split())


def test_a_resume_on_images_that_changed_sides_is_refused(biometry, grown, tmp_path):
    folder, before = grown
    runs = tmp_path / "runs"
    shutil.copytree(folder / "runs", runs)
    data = tmp_path / "split"
    for split, files in before.items():
        # The learned ones are validated on, and the others the other way round.
        side = {"train": "val", "val": "train", "test": "test"}[split]
        for part in ("images", "masks"):
            (data / side / part).mkdir(parents=True)
            for name in files:
                image = folder / name
                if image.is_file():
                    shutil.copy(image.parents[1] / part / image.name, data / side / part)
    done = biometry("train", str(data), "--resume", "--epochs", "2", cwd=tmp_path)
    assert done.returncode == 3, done.stdout
    assert "are ones that the run learned from" in done.stderr
