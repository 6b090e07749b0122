"""Results never replace a user's file, through the installed command: all is refused before work.

An own earlier result is replaced, and never taken for a scan.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from tests.jobs.writer_contract import scans as scans

USAGE, DATA = 2, 3


def _annotation(folder: Path) -> None:
    shutil.copy(folder / "femur.png", folder / "head_mask.png")


def _unmarked_overlay(folder: Path) -> None:
    shutil.copy(folder / "femur.png", folder / "head_overlay.png")


def _link_to_annotation(folder: Path) -> None:
    shutil.copy(folder / "femur.png", folder / "annotation.png")
    (folder / "head_mask.png").symlink_to("annotation.png")


def _hard_link(folder: Path) -> None:
    os.link(folder / "head.png", folder / "answers.csv")


def _spacing(folder: Path) -> None:
    (folder / "spacing.csv").write_text("filename,pixel_size_mm\nhead.png,0.5\n")


def _notes(folder: Path) -> None:
    (folder / "answers.csv").write_text("file,my remark\nhead.png,good\n")
    (folder / "manifest.json").write_text('{"of": "somebody else"}\n')
    (folder / "page.html").write_text("<html><title>my page</title></html>\n")


def _nothing(_: Path) -> None:
    pass


CASES: dict[str, tuple[Callable[[Path], None], tuple[str, ...], str]] = {
    "annotation": (_annotation, ("--masks", "--out", "."), "head_mask.png"),
    "link to an annotation": (_link_to_annotation, ("--masks", "--out", "."), "head_mask.png"),
    "input called an overlay": (_unmarked_overlay, ("--overlay", "--out", "."), "head_overlay.png"),
    "spacing.csv": (_spacing, ("--csv", "spacing.csv"), "spacing.csv"),
    "scan": (_nothing, ("--csv", "head.png"), "head.png"),
    "scan, another way": (_nothing, ("--csv", "../work/./head.png"), "head.png"),
    "hard link to a scan": (_hard_link, ("--csv", "answers.csv"), "answers.csv"),
    "model": (_nothing, ("--hc18-csv", "masks.onnx"), "masks.onnx"),
    "own table": (_notes, ("--csv", "answers.csv"), "answers.csv"),
    "own page": (_notes, ("--report", "page.html"), "page.html"),
    "own manifest": (_notes, ("--overlay", "--out", "."), "manifest.json"),
    "one place twice": (_nothing, ("--csv", "a.csv", "--hc18-csv", "./a.csv"), "a.csv"),
    "exam": (
        lambda folder: shutil.copy(folder / "femur.png", folder / "work_exam.png"),
        ("--exam", "--overlay", "--out", "."), "work_exam.png",
    ),
}  # fmt: skip


@pytest.fixture
def work(scans: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    for name in ("head.png", "head_small.png", "femur.png", "masks.onnx"):
        shutil.copy(scans / name, folder / name)
    return folder


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("case", CASES)
def test_a_users_file_is_never_replaced(case, work, biometry):
    spoil, options, named = CASES[case]
    spoil(work)
    before = _contents(work)
    done = biometry("predict", ".", "--weights", "masks.onnx", *options, cwd=work)
    assert done.returncode == USAGE, done.stderr
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""  # nothing was answered
    assert _contents(work) == before


def _answers(biometry, work, *options):
    done = biometry("predict", ".", "--weights", "masks.onnx", "--json", *options, cwd=work)
    assert done.returncode == 0, done.stderr
    return [each["file"] for each in done.json_lines()], done.stderr


ALL = ("--overlay", "--masks", "--out", ".", "--csv", "a.csv", "--report", "a.html")  # fmt: skip


def test_a_second_run_replaces_its_own_and_takes_none_of_it_for_a_scan(work, biometry):
    first, told = _answers(biometry, work, *ALL)
    assert "drew" not in told
    before = _contents(work)
    second, told = _answers(biometry, work, *ALL)
    assert second == first
    assert told.count("drew") == 1
    assert "6 pictures that biometry drew are passed over" in told
    assert _contents(work).keys() == before.keys()
    # By a pattern of the shell, and from a list, too.
    names = "\n".join(sorted(path.name for path in work.glob("*.png")))
    done = biometry("predict", "-", "--weights", "masks.onnx", "--json", cwd=work, input=names)
    assert len(done.json_lines()) == len(first)
    # Named alone it is no scan either, whatever it is called.
    alone = biometry("predict", "head_overlay.png", "--weights", "masks.onnx", cwd=work)
    assert alone.returncode == DATA
    (work / "head_mask.png").rename(work / "renamed.png")
    renamed = biometry("predict", "renamed.png", "--weights", "masks.onnx", cwd=work)
    assert renamed.returncode == DATA
    assert "biometry drew (mask)" in renamed.stderr


@pytest.mark.parametrize("keeps_mark", [False, True])
def test_a_mask_that_was_corrected_by_hand_is_its_users(keeps_mark, work, biometry):
    _answers(biometry, work, "--masks", "--out", ".")
    path = work / "head_mask.png"
    with Image.open(path) as image:
        pixels, text = np.array(image), PngImagePlugin.PngInfo()
        text.add_text("biometry", image.text["biometry"])
    pixels[:5] = 1
    Image.fromarray(pixels).save(path, pnginfo=text if keeps_mark else None)
    corrected = path.read_bytes()
    done = biometry("predict", "head.png", "--weights", "masks.onnx", "--masks", "--out", ".",
                    cwd=work)  # fmt: skip
    assert done.returncode == USAGE
    assert path.read_bytes() == corrected


def test_pictures_of_a_version_without_marks_are_known_by_their_manifest(work, biometry):
    _answers(biometry, work, "--overlay", "--out", ".")
    path, manifest = work / "head_overlay.png", work / "manifest.json"
    with Image.open(path) as image:
        image.copy().save(path)
    manifest.write_bytes(manifest.read_bytes())  # which was written last
    command = ("predict", "head.png", "--weights", "masks.onnx", "--overlay", "--out", ".")
    assert biometry(*command, cwd=work).returncode == 0
    shutil.copy(work / "femur.png", path)
    assert biometry(*command, cwd=work).returncode == USAGE


def test_names_that_some_disks_take_for_one_get_files_of_their_own(work, biometry):
    shutil.copy(work / "head.png", work / "HEAD.png")
    _answers(biometry, work, "--masks", "--out", "out")
    written = [path.name.casefold() for path in (work / "out").glob("*_mask.png")]
    assert len(set(written)) == len(written) == 4


def test_overlays_among_the_images_of_a_data_folder_are_passed_over(
    segmentation_folder, tmp_path, biometry
):
    data = tmp_path / "data"
    shutil.copytree(segmentation_folder / "data", data)
    images = str(data / "test" / "images")
    model = str(segmentation_folder / "model.safetensors")
    done = biometry("predict", images, "--weights", model, "--overlay", "--out", images,
                    cwd=tmp_path)  # fmt: skip
    assert done.returncode == 0, done.stderr
    checked = biometry("data", "check", str(data), "--json", cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout
    assert checked.json()["splits"]["test"]["images"] == 6
    assert "6 pictures that biometry drew" in str(checked.json())


def test_eval_and_export_replace_their_own_alone(segmentation_folder, tmp_path, biometry):
    model = str(segmentation_folder / "model.safetensors")
    evaluating = ("eval", str(segmentation_folder / "data"), "--weights", model, "--out", "ev",
                  "--report", "ev.html")  # fmt: skip
    for _ in range(2):
        assert biometry(*evaluating, cwd=tmp_path).returncode == 0
    for name in ("ev/cases.csv", "ev/metrics.json", "ev/manifest.json", "ev/worst.png",
                 "ev/hc_scatter.png", "ev.html"):  # fmt: skip
        path = tmp_path / name
        ours = path.read_bytes()
        path.write_bytes(b"my own\n")
        done = biometry(*evaluating, cwd=tmp_path)
        assert done.returncode == USAGE, name
        assert Path(name).name in done.stderr
        assert path.read_bytes() == b"my own\n"
        path.write_bytes(ours)
    # A user's own in the same folder, which eval does not write, is nobody's business.
    (tmp_path / "ev" / "notes.png").write_bytes(b"my own\n")
    assert biometry(*evaluating, cwd=tmp_path).returncode == 0

    exporting = ("export", "--weights", model, "--out", "m.onnx")
    for _ in range(2):
        assert biometry(*exporting, cwd=tmp_path).returncode == 0
    (tmp_path / "m.onnx").write_bytes(b"another network\n")
    done = biometry(*exporting, cwd=tmp_path)
    assert done.returncode == USAGE
    assert "m.onnx" in done.stderr
    assert (tmp_path / "m.onnx").read_bytes() == b"another network\n"


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_file_called_latest_is_refused_before_training(
    kind, segmentation_folder, tmp_path, biometry
):
    latest = tmp_path / "runs" / "latest"
    if kind == "folder":
        latest.mkdir(parents=True)
    else:
        latest.parent.mkdir()
        latest.write_text("minutes of\nthe latest meeting\n")
    done = biometry("train", str(segmentation_folder / "data"), "--name", "x", cwd=tmp_path)
    assert done.returncode == USAGE
    assert "latest" in done.stderr
    assert not (tmp_path / "runs" / "x").exists()
