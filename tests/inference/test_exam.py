"""Several images of one fetus: which one gives a measure, and which are left out."""

from pathlib import Path

import numpy as np
import pytest

from biometry_cli.errors import DataError
from biometry_cli.inference.exam import combine_exam
from biometry_cli.inference.reading import Failure, Reading
from biometry_cli.measure.growth.assess import GivenAge
from biometry_cli.measure.structures import MeasuredStructure
from biometry_cli.results.measures import Measurement
from biometry_cli.results.prediction import Prediction


def structure(name, certainty):
    return MeasuredStructure(
        name=name, area_px=500.0, ellipse_px=None, contour_px=np.zeros((3, 2)), measures=(),
        flags=(), certainty=certainty,
    )  # fmt: skip


def measure(name, value, *flags, interval=None, unit="mm"):
    return Measurement(
        name=name, value=value, unit=unit, interval=interval, guarantee="of one image",
        method="by hand", flags=list(flags),
    )  # fmt: skip


def image(file, *found, flags=()):
    """``found``: pairs of a structure (name, certainty) and its measures."""
    prediction = Prediction(
        file=file, task="segment", model="hand", spacing_mm=0.3, flags=list(flags),
        measurements=[each for _, own in found for each in own],
    )  # fmt: skip
    measured = tuple(structure(name, certainty) for (name, certainty), _ in found)
    return Reading(prediction, np.zeros((8, 8), np.float32), None, measured)


def values(exam):
    return {each.name: (each.value, each.files, each.candidates) for each in exam.measurements}


HEAD = ("head", 0.98)


def test_fewest_flags_win_then_the_surest_mask():
    flagged = image("a", (("head", 0.99), [measure("HC", 200.0, "touches_border")]))
    sure = image("b", (("head", 0.97), [measure("HC", 210.0)]))
    surer = image("c", (("head", 0.98), [measure("HC", 220.0)]))
    assert values(combine_exam("x", [flagged, sure])) == {"HC": (210.0, ["b"], 2)}
    assert values(combine_exam("x", [flagged, sure, surer])) == {"HC": (220.0, ["c"], 3)}


def test_measures_of_one_structure_come_from_one_image():
    first = image("a", (HEAD, [measure("HC", 280.0), measure("BPD", 80.0)]))
    second = image("b", (("head", 0.99), [measure("HC", 270.0), measure("BPD", 75.0)]))
    exam = combine_exam("x", [first, second])
    assert {each.files[0] for each in exam.measurements} == {"b"}


@pytest.mark.parametrize(
    ("sizes", "middle"),
    [((280.0,), 280.0), ((270.0, 280.0), 275.0), ((270.0, 290.0, 274.0), 274.0)],
)
def test_the_median_says_how_many_it_is_of(sizes, middle):
    images = [
        image(str(i), (HEAD, [measure("HC", size, interval=(size - 5, size + 5))]))
        for i, size in enumerate(sizes)
    ]
    (hc,) = combine_exam("x", images, choice="median").measurements
    assert (hc.value, hc.candidates, len(hc.files)) == (middle, len(sizes), len(sizes))
    assert hc.interval == (middle - 5, middle + 5)
    if len(sizes) > 1:
        assert hc.method.startswith(f"median of {len(sizes)} images")
        assert hc.guarantee.startswith("approximate")
    else:
        assert hc.method == "by hand"


def test_a_faint_find_beside_a_sure_one_is_no_offer():
    femur = image(
        "f", (("femur", 0.97), [measure("FL", 50.0)]), (("head", 0.6), [measure("HC", 60.0)])
    )
    exam = combine_exam("x", [femur])
    assert values(exam) == {"FL": (50.0, ["f"], 1)}
    both = image("p", (HEAD, [measure("HC", 280.0)]), (("femur", 0.95), [measure("FL", 55.0)]))
    assert set(values(combine_exam("x", [both]))) == {"HC", "FL"}


def test_what_is_left_out_is_named_with_its_reason():
    answers = [
        image("unlike", (HEAD, [measure("HC", 280.0)]), flags=["unlike_training"]),
        image("px", (HEAD, [measure("HC", 700.0, unit="px")]), flags=["no_spacing"]),
        image("empty"),
        image("absurd", (HEAD, [measure("HC", 9000.0, "implausible_size")])),
        Failure(Path("broken"), DataError("is empty (0 bytes)")),
    ]
    exam = combine_exam("x", answers)
    reasons = {left.file: left.reason for left in exam.left_out}
    assert set(reasons) == {"unlike", "px", "empty", "absurd", "broken"}
    assert "unlike" in reasons["unlike"]
    assert "pixel size is not known" in reasons["px"]
    assert reasons["empty"] == "nothing measurable found"
    assert "check the pixel size" in reasons["absurd"]
    assert reasons["broken"] == "is empty (0 bytes)"
    assert exam.flags == ["no_usable_measure"]
    assert exam.gestational_age is None
    kept = combine_exam("x", answers, keep_unlike=True)
    assert values(kept) == {"HC": (280.0, ["unlike"], 1)}
    assert "unlike:unlike_training" in kept.flags


def test_age_and_weight_come_from_the_whole():
    images = [
        image("h", (HEAD, [measure("HC", 275.0), measure("BPD", 78.0), measure("OFD", 99.0)])),
        image("a", (("abdomen", 0.98), [measure("AC", 250.0)])),
        image("f", (("femur", 0.95), [measure("FL", 56.0)])),
    ]
    exam = combine_exam("x", images)
    assert exam.gestational_age.formula == "hadlock_1984_bpd_hc_ac_fl"
    assert exam.fetal_weight.formula == "hadlock_1985_bpd_hc_ac_fl"
    assert [each.name for each in exam.measurements] == ["HC", "BPD", "OFD", "AC", "FL"]
    given = combine_exam("x", images, age=GivenAge(30.0, "30+0"))
    assert (given.gestational_age.basis, given.gestational_age.text) == ("given", "30+0")


def test_a_femur_longer_than_the_head_is_flagged():
    images = [
        image("h", (HEAD, [measure("HC", 200.0), measure("OFD", 70.0)])),
        image("f", (("femur", 0.95), [measure("FL", 75.0)])),
    ]
    exam = combine_exam("x", images)
    assert "implausible_relation" in exam.flags
    assert any("FL" in note for note in exam.notes)
