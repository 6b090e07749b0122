"""``predict --planes``: scans of mixed planes through the installed command.

Every scan of the test split is there once as each marked plane, so the measuring model sees the
same head under four names, and only the name decides what is measured.
"""

import json
import re
import shutil

import numpy as np
import pytest
from PIL import Image

from biometry_cli.errors import ModelFileError, UsageError
from biometry_cli.jobs.models import open_models
from biometry_cli.measure.catalog import measure_names
from biometry_cli.results.prediction import ExamResult, Prediction
from biometry_cli.settings import Settings
from tests.reading import csv_rows

MODELS = ("--planes", "planes.safetensors", "--weights", "model.safetensors")
IMAGES = "planes/test/images"
HEADS = f"{IMAGES}/*_head-*.png"
SHOWN = {"trans-thalamic": "head", "abdomen": "abdomen", "thorax": None, "trans-cerebellar": None}


def plane_of(answer):
    """The plane that a file was marked as."""
    return answer["file"].rpartition("/")[2].partition("-")[2].removesuffix(".png")


@pytest.fixture(scope="module")
def answers(planes_folder, biometry, tmp_path_factory):
    """All images answered once, with every file that can be written."""
    out = tmp_path_factory.mktemp("out")
    done = biometry(
        "predict", IMAGES, "--json", "--csv", str(out / "all.csv"),
        "--report", str(out / "report.html"), "--hc18-csv", str(out / "hc18.csv"),
        "--out", str(out / "drawn"), "--overlay", "--masks", *MODELS, cwd=planes_folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.json_lines(), out, done.stderr


def test_every_plane_is_recognised_and_decides_what_is_measured(answers):
    lines, _, _ = answers
    assert len(lines) == 24
    measured = 0
    for line in lines:
        answer = Prediction.model_validate(line)
        assert answer.plane.label == plane_of(line)
        assert answer.plane.structure == SHOWN[answer.plane.label]
        assert sum(answer.plane.probabilities.values()) == pytest.approx(1, abs=1e-5)
        assert (answer.plane.reason is None) == ("not_measured" not in answer.flags)
        names = {each.name for each in answer.measurements}
        assert names <= set(measure_names(answer.plane.structure or "nothing"))
        assert {each.name for each in answer.structures} <= {answer.plane.structure}
        if answer.plane.structure is None:
            assert answer.plane.reason
            assert answer.gestational_age is None
        measured += bool(names)
    assert measured


def test_a_head_on_an_abdomen_is_dropped_and_named(answers):
    lines, _, _ = answers
    by_file = {line["file"].rpartition("/")[2]: line for line in lines}
    found = 0
    for name, line in by_file.items():
        if not name.endswith("_head-abdomen.png") or line["plane"]["reason"]:
            continue
        assert "HC" not in {each["name"] for each in line["measurements"]}
        found += "head:not_on_this_plane" in line["flags"]
    assert found, "the measuring model sees the head all the same"


def test_the_files_say_the_same(answers):
    lines, out, told = answers
    table = csv_rows(out / "all.csv")
    page = (out / "report.html").read_text()
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    for line, row in zip(lines, table, strict=True):
        plane = line["plane"]
        assert row["plane"] == plane["label"]
        assert float(row["plane_probability"]) == pytest.approx(plane["probability"], rel=1e-5)
        assert row["not_measured"] == (plane["reason"] or "")
        assert row["label"] == ""
        assert f"{plane['label']} {100 * plane['probability']:.1f} %" in words
        assert plane["reason"] is None or f"not measured: {plane['reason']}" in words
        for each in line["measurements"]:
            assert float(row[each["name"]]) == pytest.approx(each["value"], rel=1e-5)
        mask = out / "drawn" / f"{line['file'].rpartition('/')[2].removesuffix('.png')}_mask.png"
        if plane["reason"] is None:
            index = {"head": 1, "abdomen": 2}[plane["structure"]]
            assert set(np.unique(np.array(Image.open(mask)))) <= {0, index}
        else:
            assert not mask.exists()
    assert {"HC", "AC", "FL"} <= set(table[0])
    heads = {line["file"].rpartition("/")[2] for line in lines if "HC" in str(line["measurements"])}
    rows = {row["filename"] for row in csv_rows(out / "hc18.csv")}
    assert rows == heads
    assert f"{24 - len(heads)} of 24 images have no line" in told

    manifest = json.loads((out / "drawn" / "manifest.json").read_text())
    models = [manifest["model"], *manifest["more_models"]]
    assert [each["task"] for each in models] == ["segment", "classify"]
    assert manifest["settings"]["predict"]["planes"] == "planes.safetensors"
    assert all(each["model"] in words for each in models)
    assert "Model of planes" in words


def test_an_exam_leaves_out_what_shows_nothing_to_measure(planes_folder, biometry):
    done = biometry("predict", HEADS, "--exam", "--keep-unlike", "--json", *MODELS,
                    cwd=planes_folder)  # fmt: skip
    assert done.returncode == 0, done.stderr
    result = ExamResult.model_validate(done.json())
    reasons = {left.file.partition("-")[2]: left.reason for left in result.exam.left_out}
    assert "nothing to measure" in reasons["thorax.png"]
    assert "trans-thalamic or the trans-ventricular one" in reasons["trans-cerebellar.png"]
    behind = {file for each in result.exam.measurements for file in each.files}
    assert "HC" in {each.name for each in result.exam.measurements}
    of_heads = {f for m in result.exam.measurements if m.name == "HC" for f in m.files}
    assert all(file.endswith("-trans-thalamic.png") for file in of_heads)
    assert not any(file.endswith(("thorax.png", "cerebellar.png")) for file in behind)


def test_the_setting_says_what_a_plane_shows(planes_folder, biometry):
    name = "predict.plane_structures"
    call = ("predict", f"{IMAGES}/*_head-trans-*.png", "--json", *MODELS)
    done = biometry(
        *call, "--set", f"{name}.Trans Cerebellar=head", "--set", f"{name}.trans-thalamic=",
        cwd=planes_folder,
    )  # fmt: skip
    for line in done.json_lines():
        assert line["plane"]["structure"] == (
            "head" if plane_of(line) == "trans-cerebellar" else None
        )


def test_the_terminal_says_plane_and_reason(planes_folder, biometry):
    done = biometry("predict", HEADS, *MODELS, cwd=planes_folder)
    told = " ".join(done.stdout.split())
    assert re.search(r"_head-thorax.png thorax \d+\.\d %", told)
    assert "! not measured: shows the thorax: nothing to measure on it" in told


@pytest.fixture
def runs(planes_folder, tmp_path):
    """A folder of runs ``model``, ``again`` (the same model) and ``planes``."""
    for name in ("model", "again", "planes"):
        (tmp_path / name).mkdir()
        kept = planes_folder / f"{name.replace('again', 'model')}.safetensors"
        shutil.copy(kept, tmp_path / name / "model.safetensors")
    return tmp_path


def opened(runs, **predict):
    settings = {"train": {"runs_folder": runs}, "predict": predict, "device": {"threads": 1}}
    return open_models(Settings.model_validate(settings))


def test_the_latest_run_measures_where_no_weights_are_named(runs):
    (runs / "latest").write_text("model\n")
    models = opened(runs, planes=runs / "planes")
    assert [each.card.task for each in models.answering] == ["segment"]
    assert models.structures == ("head", "abdomen", "femur")
    assert models.planes.card.task == "classify"
    (runs / "latest").write_text("planes\n")
    with pytest.raises(ModelFileError, match="the latest run, classifies and measures nothing"):
        opened(runs, planes=runs / "planes")


def test_models_that_do_not_fit_together_are_refused(runs):
    planes, model, again = (runs / name for name in ("planes", "model", "again"))
    with pytest.raises(ModelFileError, match="classifies and measures nothing") as caught:
        opened(runs, planes=planes, weights=planes)
    assert caught.value.where == str(planes / "model.safetensors")
    with pytest.raises(UsageError, match="know the head") as twice:
        opened(runs, planes=planes, weights=model, more_weights=[again])
    assert f"both {model / 'model.safetensors'} and {again}" in twice.value.what
    nowhere = {"abdomen": "belly", "trans-thalamic": ""}
    with pytest.raises(UsageError, match="structure that could be measured") as idle:
        opened(runs, planes=planes, weights=model, plane_structures=nowhere)
    assert "(abdomen, thorax, trans-cerebellar, trans-thalamic)" in idle.value.what
    with pytest.raises(UsageError, match="several models"):
        opened(runs, weights=model, more_weights=[again])
