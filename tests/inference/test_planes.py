"""Mixed planes: what is measured follows from the plane, whatever else the network finds.

The backends answer from a script that is keyed by each image's brightest pixel, so that what is
tested is the way from two models' outputs to one answer.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from biometry_cli.bundle import ModelCard, ModelSpec, TrainingSummary
from biometry_cli.calibration import Calibration, ClassCalibration
from biometry_cli.data.frames import Failure, Source, Spacing, frame_of
from biometry_cli.data.labels import LabelSchema
from biometry_cli.data.preprocess import Preprocess
from biometry_cli.inference.appearance import describe
from biometry_cli.inference.backends import Outputs
from biometry_cli.inference.exam import combine_exam
from biometry_cli.inference.planes import PlaneGuide
from biometry_cli.inference.predictor import Predictor
from biometry_cli.inference.reading import (
    Measures,
    find,
    measure,
    measured_structures,
    only_found,
)
from biometry_cli.inference.unlike import fit_appearance
from biometry_cli.measure.catalog import PLANE_STRUCTURES, measure_names, with_default_planes
from biometry_cli.measure.growth.assess import GivenAge
from biometry_cli.results.prediction import Prediction

PLANES = ("Trans_thalamic", "trans-cerebellar", "fetal abdomen", "femur", "thorax", "other")
SHOWN = dict(zip(PLANES, ("head", None, "abdomen", "femur", None, None), strict=True))
STRUCTURES = ("head", "abdomen", "femur")
HEIGHT, WIDTH = 48, 64


def card(task, classes, calibration=None):
    return ModelCard(
        labels=LabelSchema(task=task, classes=classes),
        preprocess=Preprocess(height_px=HEIGHT, width_px=WIDTH, normalisation="none"),
        model=ModelSpec(name="scripted"),
        training=TrainingSummary(
            data="none", images={}, subjects={}, seed=0, split_shares=(1, 0, 0), epoch=1,
            minutes=0, validation={},
        ),
        calibration=calibration or Calibration(), settings={}, settings_hash="", versions={},
        created="",
    )  # fmt: skip


class Scripted:
    """Answers each image with the logits that the script holds for its number."""

    def __init__(self, script):
        self.script = script
        self.seen = []

    def run(self, batch):
        numbers = [round(float(image.max()) * 255) - 100 for image in batch]
        self.seen.append(numbers)
        return Outputs(np.stack([self.script[n] for n in numbers]).astype(np.float32), None)


def scans(folder, count):
    """Images whose brightest pixel tells their number, as sources with a pixel size of 3 mm."""
    files = []
    for number in range(count):
        pixels = np.random.default_rng(number).integers(0, 90, (HEIGHT, WIDTH), dtype=np.uint8)
        pixels[0, 0] = 100 + number
        files.append(folder / f"{number}.png")
        Image.fromarray(pixels).save(files[-1])
    return [Source(file, Spacing(3.0, 3.0)) for file in files]


def says(plane, share=0.9):
    rest = (1 - share) / (len(PLANES) - 1)
    return np.log([share if name == plane else rest for name in PLANES])


def shows(found, structures=STRUCTURES):
    """Logits (C, H, W) with an ellipse of each found structure, side by side."""
    logits = np.zeros((1 + len(structures), HEIGHT, WIDTH))
    logits[0] = 4
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    for name in found:
        place = structures.index(name)
        inside = ((x - 10 - 20 * place) / 8) ** 2 + ((y - 24) / 12) ** 2
        logits[place + 1] = 8 * np.clip(2 * (1.2 - inside), -1, 1)
    return logits


def predictor(task, classes, script, name, calibration=None):
    return Predictor(card(task, classes, calibration), Scripted(script), name=name)


def guide(planes, finds, structures=PLANE_STRUCTURES):
    """One model of planes, one of all structures; each image's plane, and what is found in it."""
    recognises = predictor("classify", PLANES, [says(each) for each in planes], "planes:1")
    measures = predictor(
        "segment", ("background", *STRUCTURES), [shows(each) for each in finds], "all:1"
    )
    return PlaneGuide(
        recognises, dict.fromkeys(STRUCTURES, measures), with_default_planes(structures)
    )


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    return scans(tmp_path_factory.mktemp("scans"), 6)


found_in_each = st.lists(
    st.tuples(st.sampled_from(PLANES), st.sets(st.sampled_from(STRUCTURES))),
    min_size=1, max_size=6,
)  # fmt: skip


@given(found_in_each, st.integers(1, 4))
def test_only_what_the_plane_shows_is_measured(sources, images, batch_size):
    """So HC never comes from an image that was recognised as an abdomen."""
    reader = guide([plane for plane, _ in images], [found for _, found in images])
    answers = list(reader.readings(sources[: len(images)], batch_size))
    for number, ((plane, finds), reading) in enumerate(zip(images, answers, strict=True)):
        answer, structure = reading.prediction, SHOWN[plane]
        assert answer.file == str(sources[number].file)
        assert (answer.plane.label, answer.plane.structure) == (plane, structure)
        assert answer.plane.probability == pytest.approx(0.9, abs=1e-4)
        kept = {structure} & finds
        assert {each.name for each in answer.structures} == kept
        assert {each.name for each in reading.measured} == kept
        names = {each.name for each in answer.measurements}
        assert names <= set(measure_names(structure or "nothing"))
        assert bool(names) == bool(kept)
        if structure is None:
            assert (answer.task, answer.model) == ("classify", "planes:1")
            assert answer.flags == ["not_measured"]
            assert answer.plane.reason
            continue
        assert (answer.task, answer.model) == ("segment", "all:1")
        assert answer.plane.reason is None
        strangers = [f for f in answer.flags if f.endswith(":not_on_this_plane")]
        assert strangers == [
            f"{name}:not_on_this_plane" for name in STRUCTURES if name in finds - kept
        ]
        assert ("no_structure" in answer.flags) == (not kept)
        subjects = {flag.rpartition(":")[0] for flag in answer.flags if flag not in strangers}
        assert subjects <= {"", *kept, *names}
        indices = {STRUCTURES.index(name) + 1 for name in kept}
        assert set(np.unique(reading.masks.mask)) - {0} == indices
        assert {i + 1 for i, each in enumerate(reading.masks.probabilities) if each.any()} <= {
            STRUCTURES.index(structure) + 1
        }


def test_each_structure_goes_to_its_own_model(sources):
    planes = ["femur", "fetal abdomen", "Trans_thalamic", "thorax", "femur"]
    recognises = predictor("classify", PLANES, [says(each) for each in planes], "planes:1")
    models = {
        name: predictor("segment", ("background", name), [shows([name], (name,))] * 6, f"{name}:1")
        for name in ("head", "femur")
    }
    answers = [
        each.prediction
        for each in PlaneGuide(recognises, models, PLANE_STRUCTURES).readings(sources[:5], 4)
    ]
    assert [each.model for each in answers] == [
        "femur:1", "planes:1", "head:1", "planes:1", "femur:1",
    ]  # fmt: skip
    assert answers[1].plane.reason == "shows the abdomen, and no model that measures knows it"
    assert answers[1].plane.structure == "abdomen"
    assert models["head"]._backend.seen == [[2]]
    assert models["femur"]._backend.seen == [[0], [4]], "one batch of planes at a time"


def test_reasons_name_the_plane():
    def reason(plane, structures=PLANE_STRUCTURES):
        answer = Prediction(
            file="a", task="classify", model="m", label=plane, probabilities={plane: 1.0}
        )
        measuring = dict.fromkeys(STRUCTURES)
        return PlaneGuide(None, measuring, with_default_planes(structures)).recognise(answer).reason

    assert reason("thorax") == "shows the thorax: nothing to measure on it"
    assert reason("Other") == "shows no standard plane: nothing to measure on it"
    for name in ("trans-cerebellar", "Trans-cerebellum", "trans_cerebellar"):
        assert "trans-thalamic or the trans-ventricular one" in reason(name)
        assert "predict.plane_structures" in reason(name)
    assert reason("trans-cerebellar", {"Trans Cerebellar": "head"}) is None
    assert reason("TRANSTHALAMIC") is reason("Fetal brain") is None
    assert "trans-thalamic plane: nothing" in reason("trans-thalamic", {"transthalamic": ""})


def test_an_unsure_plane_is_not_measured(sources):
    """Below the classifier's own threshold, and above it."""
    shy = Calibration(classes=ClassCalibration(threshold=0.6))
    script = [says("femur", share) for share in (0.5, 0.7)]
    recognises = predictor("classify", PLANES, script, "planes:1", shy)
    measures = predictor("segment", ("background", "femur"), [shows(["femur"], ("femur",))] * 2,
                         "femur:1")  # fmt: skip
    reader = PlaneGuide(recognises, {"femur": measures}, PLANE_STRUCTURES)
    unsure, sure = (each.prediction for each in reader.readings(sources[:2]))
    assert unsure.plane.reason == "its plane is not sure (femur 50 %, Trans_thalamic 10 %)"
    assert (unsure.plane.structure, unsure.flags) == ("femur", ["unsure", "not_measured"])
    assert not unsure.measurements
    assert [each.name for each in sure.measurements] == ["FL"]


def test_an_image_unlike_those_of_the_planes_is_not_measured(tmp_path):
    images = [np.random.default_rng(i).random((HEIGHT, WIDTH), np.float32) for i in range(60)]
    known = np.array([describe(each) for each in images])
    fitted = Calibration(appearance={"image": fit_appearance(known[:40], known[40:])})
    reader = PlaneGuide(
        predictor("classify", PLANES, [says("femur")] * 2, "planes:1", fitted),
        {"femur": predictor("segment", ("background", "femur"), [shows(["femur"], ("femur",))] * 2,
                            "femur:1")},
        PLANE_STRUCTURES,
    )  # fmt: skip
    flat = tmp_path / "flat.png"
    Image.fromarray(np.full((HEIGHT, WIDTH), 100, np.uint8)).save(flat)
    (flat_answer,) = reader.readings([Source(flat, Spacing(3.0, 3.0))])
    answer = flat_answer.prediction
    assert answer.plane.unlike_training > 1
    assert answer.plane.reason == "unlike the images that the model of planes learned from"
    assert set(answer.flags) == {"not_measured", "unlike_training"}
    assert not answer.measurements


def test_an_unreadable_image_keeps_its_place(sources, tmp_path):
    broken = Source(tmp_path / "broken.png")
    broken.file.write_bytes(b"")
    reader = guide(["femur"] * 6, [{"femur"}] * 6)
    answers = list(reader.readings([sources[0], broken, sources[1]], 2))
    assert isinstance(answers[1], Failure)
    assert [a.prediction.measurements[0].name for a in (answers[0], answers[2])] == ["FL", "FL"]


def test_age_follows_from_what_is_left_alone(tmp_path):
    """What looks like a femur on an abdomen would give an age."""
    (source,) = scans(tmp_path, 1)
    on_abdomen = guide(["fetal abdomen"], [{"femur"}])
    (reading,) = on_abdomen.readings([source], age=GivenAge(20.0, "20+0"))
    assert reading.prediction.gestational_age is None
    (reading,) = guide(["femur"], [{"femur"}]).readings([source], age=GivenAge(20.0, "20+0"))
    assert reading.prediction.gestational_age.text == "20+0"
    (reading,) = guide(["femur"], [{"femur"}]).readings([source], assess=False)
    assert reading.prediction.gestational_age is None


def test_an_exam_leaves_out_what_was_not_measured(sources):
    planes = ["Trans_thalamic", "thorax", "fetal abdomen"]
    reader = guide(planes, [{"head"}, {"head"}, {"head", "femur"}])
    exam = combine_exam("x", list(reader.readings(sources[:3])), keep_unlike=True)
    reasons = {left.file: left.reason for left in exam.left_out}
    assert reasons[str(sources[1].file)] == "shows the thorax: nothing to measure on it"
    assert reasons[str(sources[2].file)] == "nothing measurable found"
    assert {name for each in exam.measurements for name in each.files} == {str(sources[0].file)}
    assert {each.name for each in exam.measurements} == {"HC", "BPD", "OFD", "CI"}


POINTS = ("ofd_1", "ofd_2", "bpd_1", "bpd_2", "fl_1", "fl_2", "csp")


class Coordinates:
    """Answers every image with the same points (x, y), all of them visible."""

    def run(self, batch):
        places = [(10, 24), (34, 24), (22, 14), (22, 34), (40, 10), (60, 10), (5, 5)]
        flat = np.array(places, np.float32) / np.array([WIDTH - 1, HEIGHT - 1])
        return Outputs(np.tile(flat.reshape(-1), (len(batch), 1)).astype(np.float32), None)


def test_points_and_their_measures_follow_the_plane_too(sources):
    labels = LabelSchema(task="landmarks", points=POINTS)
    measures = Predictor(
        card("segment", ("background", "x")).model_copy(update={"labels": labels}),
        Coordinates(),
        name="points:1",
    )
    assert measured_structures(labels) == ("head", "femur")
    recognises = predictor(
        "classify", PLANES, [says("Trans_thalamic"), says("femur"), says("fetal abdomen")], "p:1"
    )
    reader = PlaneGuide(
        recognises, dict.fromkeys(measured_structures(labels), measures), PLANE_STRUCTURES
    )
    head, femur, abdomen = (each.prediction for each in reader.readings(sources[:3]))
    assert [each.name for each in head.measurements] == ["HC", "BPD", "OFD", "CI"]
    assert [each.name for each in femur.measurements] == ["FL"]
    assert list(head.points) == ["ofd_1", "ofd_2", "bpd_1", "bpd_2"]
    assert list(femur.points) == ["fl_1", "fl_2"]
    assert "femur:not_on_this_plane" in head.flags
    assert "head:not_on_this_plane" in femur.flags
    assert abdomen.flags == ["not_measured"]


def test_a_structure_known_by_points_alone_keeps_no_mask():
    labels = LabelSchema(
        task="segment,landmarks", classes=("background", "head"), points=("fl_1", "fl_2")
    )
    logits = shows(["head"], ("head",)).astype(np.float32)
    measuring = card("segment", ("background", "head"))
    placement = measuring.preprocess.placement((HEIGHT, WIDTH))
    found = find(logits, placement, measuring)
    frame = frame_of(np.zeros((HEIGHT, WIDTH), np.uint8))
    assert found.masks.mask.any()
    kept = only_found(found, "femur", labels)
    assert not kept.masks.mask.any()
    measures = measure(found, frame, labels).only("femur")
    assert measures == Measures(elsewhere=("head",))
