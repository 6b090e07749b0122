"""``predict`` with exams: which images are taken, and what is made of them."""

import pytest

from tests.golden import networks, scenes
from tests.golden.conftest import answers, drawn, lines, page, told

# How unlike its training images a scan is goes through logarithms and sums over a spectrum.
LOOSE = 1e-3


@pytest.fixture(scope="module")
def wary(golden_folder):
    """A model that tells unlike images."""
    networks.write_wary_masks(
        golden_folder / "wary.onnx", *scenes.write_looks(golden_folder / "looks")
    )
    return ("--weights", "wary.onnx")


def exams_alone(done):
    return {name: result["exam"] for name, result in answers(done).items()}


def chosen(exam):
    """What one exam takes from where, and how old it finds the fetus."""
    kept = {name: exam[name] for name in ("choice", "left_out", "flags")}
    age = exam["gestational_age"] and exam["gestational_age"]["text"]
    columns = ("name", "value", "interval", "guarantee", "method", "flags", "files", "candidates")
    measures = [{name: each[name] for name in columns} for each in exam["measurements"]]
    return {**kept, "age": age, "measurements": measures}


@pytest.mark.parametrize(
    "flags",
    [
        ["--group-by", "^([ab])_"],
        ["--group-by", "^([ab])_", "--choice", "median"],
        ["--group-by", "^([ab])_", "--keep-unlike"],
        ["--group-by", "^([ab])_", "--choice", "median", "--keep-unlike"],
    ],
    ids=["best", "median", "best and unlike", "median and unlike"],
)
def test_choices(flags, golden_folder, wary, biometry, golden, request):
    done = biometry("predict", "exams", *wary, *flags, "--json", cwd=golden_folder)
    part = request.node.callspec.id
    exams = exams_alone(done)
    brief = exams if part == "best" else {name: chosen(each) for name, each in exams.items()}
    golden.check("exams", part, {**told(done), **brief}, relative=LOOSE)
    if part == "best":
        scores = {
            image["file"]: [image["unlike_training"], image["flags"]]
            for result in answers(done).values()
            for image in result["images"]
        }
        golden.check("exams", "how unlike", scores, relative=LOOSE)


def test_one_exam_with_all_outputs(golden_folder, wary, biometry, golden, tmp_path):
    files = [f"exams/a_{name}.png" for name in ("head1", "head3", "abdomen1", "femur1", "strange")]
    report = tmp_path / "report.html"
    done = biometry(
        "predict", *files, "exams/missing.png", *wary, "--exam", "--lmp", "2026-01-05",
        "--scan-date", "2026-07-20", "--report", str(report), "--out", str(tmp_path / "drawn"),
        "--overlay", cwd=golden_folder,
    )  # fmt: skip
    text = {**told(done), "page": page(report), "stdout": lines(done)}
    golden.check("exams_text", "one exam", text, relative=LOOSE)
    golden.check("exams_text", "pictures", drawn(tmp_path / "drawn"))


def test_exams_of_mixed_planes_and_of_points(golden_folder, biometry, golden):
    for part, arguments in {
        "planes": ["planes", "--planes", "planes.onnx", "--weights", "masks.onnx"],
        "dots": ["points", "--weights", "dots.onnx", "--choice", "median"],
        "joint": ["joint", "--weights", "joint.onnx"],
    }.items():
        done = biometry("predict", *arguments, "--exam", "--json", cwd=golden_folder)
        brief = {name: chosen(each) for name, each in exams_alone(done).items()}
        golden.check("exams", part, {**told(done), **brief})
