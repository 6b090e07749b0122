"""From scans of one fetus to a report, through the installed command."""

import hashlib
import json
import math
import re

import numpy as np
import pytest
from PIL import Image

from biometry_cli.measure.ellipse import Ellipse
from biometry_cli.results.prediction import ExamResult, Prediction
from tests.golden import networks, scenes
from tests.reading import csv_rows

MODEL = ("--weights", "model.safetensors")


@pytest.fixture(scope="module")
def work(segmentation_folder):
    return segmentation_folder


def fetuses(folder):
    """Names of the fetuses in test, three images each."""
    stems = {path.stem.partition("_")[0] for path in (folder / "data/test/images").iterdir()}
    return sorted(stems)


@pytest.fixture(scope="module")
def exam(work, biometry):
    pattern = f"data/test/images/{fetuses(work)[0]}_*.png"
    done = biometry("predict", pattern, "--exam", "--keep-unlike", "--json", *MODEL, cwd=work)
    assert done.returncode == 0, done.stderr
    return done.json()


def test_an_exam_is_one_object_that_the_schema_takes(exam, work):
    assert set(exam) == {"exam", "images"}
    result = ExamResult.model_validate(exam)
    assert result.exam.name == fetuses(work)[0]
    assert result.exam.files == [image.file for image in result.images]
    assert len(result.images) == 3


def test_the_best_image_gives_each_measure_as_it_is(exam):
    assert exam["exam"]["choice"] == "best"
    assert exam["exam"]["measurements"]
    by_file = {image["file"]: image for image in exam["images"]}
    for measure in exam["exam"]["measurements"]:
        (file,) = measure["files"]
        own = next(m for m in by_file[file]["measurements"] if m["name"] == measure["name"])
        assert {key: measure[key] for key in own} == own


def test_every_measure_says_how_it_was_taken(exam):
    for image in exam["images"]:
        for measure in image["measurements"]:
            assert measure["method"]
            assert measure["guarantee"]
            assert measure["convention"] == (
                None if measure["name"] in ("FL", "CI") else "outer-outer"
            )
            ends = {"HC": 4, "AC": 4, "CI": 0}.get(measure["name"], 2)
            assert len(measure["calipers"] or []) == ends
            if measure["interval"] is None:
                assert "no interval" in measure["guarantee"]
            else:
                low, high = measure["interval"]
                assert 0 <= low <= measure["value"] <= high
        structures = {each["name"] for each in image["structures"]}
        assert {flag.partition(":")[0] for flag in image["flags"] if ":" in flag} <= structures | {
            m["name"] for m in image["measurements"]
        }


def test_a_given_age_is_scored_against_and_the_estimate_stands_beside_it(tmp_path, biometry):
    # An exact network: one that trained for a moment gives no age.
    scenes.write_scans(tmp_path, {name: scenes.MASKS[name] for name in ("head", "femur")})
    networks.write_masks(tmp_path / "exact.onnx")
    call = ("predict", "head.png", "femur.png", "--exam", "--keep-unlike", "--json",
            "--weights", "exact.onnx")  # fmt: skip
    given = biometry(*call, "--ga", "24+3", cwd=tmp_path).json()["exam"]
    age = given["gestational_age"]
    assert (age["basis"], age["text"]) == ("given", "24+3")
    assert [each for each in age["estimates"] if each["weeks"] is not None or each["reason"]]
    dated = biometry(
        *call, "--lmp", "2026-01-01", "--scan-date", "2026-06-21", cwd=tmp_path
    ).json()["exam"]  # 171 days: 24 weeks and 3 days
    assert dated["gestational_age"]["text"] == "24+3"
    assert dated["centiles"] == given["centiles"]


def test_groups_make_an_exam_each_and_the_median_says_so(work, biometry):
    done = biometry(
        "predict", "data/test/images", "--group-by", r"^(\d+)_", "--choice", "median",
        "--keep-unlike", "--json", *MODEL, cwd=work,
    )  # fmt: skip
    exams = [line["exam"] for line in done.json_lines()]
    assert [each["name"] for each in exams] == fetuses(work)
    for each in exams:
        assert each["choice"] == "median"
        for measure in each["measurements"]:
            assert len(measure["files"]) == measure["candidates"]
            assert ("median of" in measure["method"]) == (measure["candidates"] > 1)


def test_an_exam_in_the_terminal_shows_measures_age_and_what_it_is_not(work, biometry):
    pattern = f"data/test/images/{fetuses(work)[0]}_*.png"
    done = biometry("predict", pattern, "--exam", "--keep-unlike", *MODEL, cwd=work)
    assert f"Exam {fetuses(work)[0]}" in done.stdout
    assert "95 % interval" in done.stdout
    assert "not a medical device" in done.stdout


def test_an_exam_without_a_pixel_size_has_no_usable_measure(work, biometry, tmp_path):
    scan = sorted((work / "data/test/images").iterdir())[0]
    (tmp_path / scan.name).write_bytes(scan.read_bytes())
    weights = str(work / "model.safetensors")
    call = ("predict", scan.name, "--exam", "--keep-unlike", "--weights", weights)
    done = biometry(*call, "--json", cwd=tmp_path)
    assert done.returncode == 3
    assert "no usable measure" in done.stderr
    result = done.json()
    assert result["exam"]["flags"] == ["no_usable_measure"]
    assert result["exam"]["gestational_age"] is None
    assert result["images"][0]["gestational_age"] is None
    assert result["images"][0]["fetal_weight"] is None
    assert all(
        "no_spacing" in m["flags"] for m in result["images"][0]["measurements"] if m["name"] != "CI"
    )


def test_a_wrong_pixel_size_is_named_and_gives_no_age(work, biometry):
    """Centimetres a pixel as millimetres, say: no fetus has such a head."""
    pattern = f"data/test/images/{fetuses(work)[0]}_*.png"
    call = ("predict", pattern, "--spacing", "50", "--exam", "--keep-unlike", "--json", *MODEL)
    done = biometry(*call, cwd=work)
    assert done.returncode == 3
    result = done.json()
    assert any("check the pixel size" in each["reason"] for each in result["exam"]["left_out"])
    assert result["exam"]["gestational_age"] is None
    heads = [m for image in result["images"] for m in image["measurements"] if m["name"] == "HC"]
    assert heads
    assert all("implausible_size" in head["flags"] for head in heads)
    for image in result["images"]:
        age = image["gestational_age"]
        assert age is None or age["weeks"] is None


def test_noise_is_flagged_and_left_out_unless_wanted(work, biometry, tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (192, 272), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    call = (
        "predict", str(tmp_path / "noise.png"), "--spacing", "0.4", "--json", "--exam", *MODEL,
    )  # fmt: skip
    default = biometry(*call, cwd=work)
    image = Prediction.model_validate(default.json()["images"][0])
    assert "unlike_training" in image.flags
    assert image.unlike_training > 1
    assert default.returncode == 3
    assert "unlike" in default.json()["exam"]["left_out"][0]["reason"]
    kept = biometry(*call, "--keep-unlike", cwd=work).json()["exam"]
    assert not any("unlike" in each["reason"] for each in kept["left_out"])
    for measure in kept["measurements"]:
        assert any(flag.endswith("unlike_training") for flag in kept["flags"])
        assert measure["interval"] is None or "does not hold" in measure["guarantee"]


def test_one_unreadable_image_leaves_the_exam_standing(work, biometry, tmp_path):
    (tmp_path / "broken.png").write_bytes(b"")
    pattern = f"data/test/images/{fetuses(work)[0]}_*.png"
    done = biometry(
        "predict", pattern, str(tmp_path / "broken.png"), "--exam", "--keep-unlike", "--json",
        *MODEL, cwd=work,
    )  # fmt: skip
    assert done.returncode == 5
    result = done.json()
    assert result["exam"]["measurements"]
    assert "empty" in result["exam"]["left_out"][-1]["reason"]
    assert result["images"][-1]["error"]["code"] == "data"


def test_files_of_an_exam(work, biometry, tmp_path):
    """Report, submission, table and manifest say the same as the JSON."""
    pattern = f"data/test/images/{fetuses(work)[0]}_*.png"
    done = biometry(
        "predict", pattern, "--exam", "--keep-unlike", "--json", "--overlay",
        "--out", str(tmp_path / "out"), "--report", str(tmp_path / "report.html"),
        "--hc18-csv", str(tmp_path / "hc18.csv"), "--csv", str(tmp_path / "all.csv"),
        *MODEL, cwd=work,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result = done.json()
    page = (tmp_path / "report.html").read_text()
    assert not re.search(r"(src|href)=.https?:", page)
    assert "not a medical device" in page
    for measure in result["exam"]["measurements"]:
        assert f"{measure['value']:.1f}" in page

    heads = {
        image["file"].rsplit("/", 1)[-1]: m["value"]
        for image in result["images"]
        for m in image["measurements"]
        if m["name"] == "HC"
    }
    rows = csv_rows(tmp_path / "hc18.csv")
    assert {row["filename"] for row in rows} == set(heads)
    for row in rows:
        a, b = float(row["semi_axes_a_mm"]), float(row["semi_axes_b_mm"])
        again = Ellipse(0, 0, a, b, float(row["angle_rad"])).perimeter()
        assert again == pytest.approx(heads[row["filename"]], rel=1e-6)
        assert 0 <= float(row["angle_rad"]) < math.pi

    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["model"]["model"] == result["images"][0]["model"]
    for entry in manifest["inputs"]:
        content = (work / entry["file"]).read_bytes()
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()
    assert sorted(manifest["outputs"]) == sorted(
        path.name for path in (tmp_path / "out").iterdir() if path.name != "manifest.json"
    )


def test_eval_writes_a_report_and_charts_from_the_same_figures(work, biometry, tmp_path):
    out = tmp_path / "eval"
    done = biometry(
        "eval", "data", "--json", "--out", str(out), "--report", str(tmp_path / "r.html"),
        *MODEL, cwd=work,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result = done.json()
    measured = [each for each in result["agreement"] if each["n"]]
    assert measured
    names = {path.name for path in out.iterdir()}
    page = (tmp_path / "r.html").read_text()
    for each in measured:
        measure = each["measure"].lower()
        assert {f"{measure}_bland_altman.png", f"{measure}_scatter.png"} <= names
        assert f"{each['mae']['value']:.2f}" in page
    assert result["counts"]["unlike_training"] <= result["n"]
    assert "manifest.json" in names


def test_an_exported_model_gives_the_same_intervals_and_the_same_score(work, biometry, tmp_path):
    onnx = str(tmp_path / "model.onnx")
    exported = biometry("export", *MODEL, "--out", onnx, cwd=work)
    assert exported.returncode == 0, exported.stderr
    call = ("predict", "data/test/images", "--json")
    original = biometry(*call, *MODEL, cwd=work).json_lines()
    again = biometry(*call, "--weights", onnx, cwd=work).json_lines()
    for one, other in zip(original, again, strict=True):
        assert one["unlike_training"] == pytest.approx(other["unlike_training"], rel=1e-3)
        assert one["flags"] == other["flags"]
        for first, second in zip(one["measurements"], other["measurements"], strict=True):
            assert first["guarantee"] == second["guarantee"]
            assert first["value"] == pytest.approx(second["value"], rel=1e-3)
            if first["interval"] is not None:
                assert first["interval"] == pytest.approx(second["interval"], rel=1e-3)


def test_exams_with_names_alike_keep_both_sheets(work, biometry, tmp_path):
    source = work / "data/test/images" / f"{fetuses(work)[0]}_head.png"
    for name in ("a b_1", "a_b_1"):
        (tmp_path / f"{name}.png").write_bytes(source.read_bytes())
    done = biometry(
        "predict", str(tmp_path / "*.png"), "--group-by", "^(a.b)", "--overlay", "--out", "out",
        "--weights", str(work / "model.safetensors"), "--keep-unlike", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode in (0, 3, 5), done.stderr
    sheets = sorted(path.name for path in (tmp_path / "out").glob("*_exam.png"))
    assert sheets == ["a_b_2_exam.png", "a_b_exam.png"]
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert sorted(set(manifest["outputs"])) == sorted(manifest["outputs"])
    assert set(sheets) <= set(manifest["outputs"])
