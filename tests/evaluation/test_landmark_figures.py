"""Errors of points with known truth: swaps cost nothing, misses count, references are measured."""

from pathlib import Path

import numpy as np
import pytest

from biometry_cli.data.labels import LabelSchema
from biometry_cli.data.samples import Sample
from biometry_cli.data.tables import Calibration
from biometry_cli.errors import DataError
from biometry_cli.evaluation.landmarks import compare, sum_up
from biometry_cli.evaluation.references import pairs_of, references_of
from biometry_cli.inference.reading import Reading
from biometry_cli.results.figures import CLOSENESS, MRE, NME, SDR, Kind
from biometry_cli.results.measures import Measurement
from biometry_cli.results.prediction import FoundPoint, Prediction
from biometry_cli.results.scores import Group, Grouped, Mean

POINTS = ("ofd_1", "ofd_2", "bpd_1", "bpd_2")
LABELS = LabelSchema(task="landmarks", points=POINTS, hidden=True)
TRUTH = {"ofd_1": (10.0, 50.0), "ofd_2": (90.0, 50.0), "bpd_1": (50.0, 20.0), "bpd_2": (50.0, 80.0)}
SPACING = (0.5, 0.5)


def sample(points=TRUTH, references=None) -> Sample:
    known = Calibration(spacing_mm=SPACING, reference_mm=references or {})
    return Sample(Path("a.png"), "a", points=points, calibration=known)


def reading(points, spacing_mm=0.5) -> Reading:
    found = {
        name: None if place is None else FoundPoint(x=place[0], y=place[1], confidence=0.9)
        for name, place in points.items()
    }
    answer = Prediction(
        file="a.png",
        task="landmarks",
        model="m",
        spacing_mm=spacing_mm,
        points=found,
    )
    return Reading(answer, np.zeros((100, 100), np.float32))


def scored(points, truth=TRUTH) -> Grouped:
    return sum_up([compare(sample(truth), reading(points), LABELS)], LABELS)


def figures(group: Group) -> dict[Kind, float | None]:
    return {kind: mean.value for kind, mean in group.figures.items()}


def test_the_truth_has_no_error() -> None:
    scores = scored(TRUTH)
    overall = figures(scores.overall)
    assert overall[MRE["px"]] == overall[MRE["mm"]] == overall[NME] == 0
    assert overall[SDR[2.0]] == overall[CLOSENESS] == 1
    assert (scores.overall.n, scores.overall.missed, scores.false) == (4, 0, 0)


def test_swapped_ends_are_the_same_answer() -> None:
    swapped = TRUTH | {"ofd_1": TRUTH["ofd_2"], "ofd_2": TRUTH["ofd_1"]}
    assert figures(scored(swapped).overall)[MRE["px"]] == 0


def test_a_shift_costs_what_it_costs() -> None:
    scores = scored(TRUTH | {"ofd_1": (13.0, 54.0)})
    overall, ofd, bpd = map(figures, (scores.overall, scores.groups["ofd"], scores.groups["bpd"]))
    assert overall[MRE["px"]] == pytest.approx(5 / 4)
    assert overall[MRE["mm"]] == pytest.approx(2.5 / 4)
    assert (ofd[MRE["px"]], bpd[MRE["px"]]) == (pytest.approx(2.5), 0)
    assert ofd[NME] == pytest.approx(2.5 / 80)
    assert overall[NME] == pytest.approx(2.5 / 80 / 2)
    assert (overall[SDR[2.0]], overall[SDR[2.5]]) == (0.75, 1)


def test_a_missed_caliper_is_within_no_radius() -> None:
    scores = scored(TRUTH | {"ofd_1": None, "ofd_2": None})
    overall = figures(scores.overall)
    assert overall[MRE["px"]] == 0
    assert overall[SDR[4.0]] == overall[CLOSENESS] == 0.5
    assert scores.groups["ofd"].figures[NME] == Mean(None, 0)
    assert scores.overall.missed == scores.groups["ofd"].missed == 2


def test_a_point_where_there_is_none_is_counted() -> None:
    scores = scored(TRUTH, TRUTH | {"bpd_1": None, "bpd_2": None})
    assert (scores.false, scores.overall.n, scores.groups["bpd"].n) == (2, 2, 0)
    assert figures(scores.overall)[CLOSENESS] == 0.5


def test_points_annotated_outside_the_image_do_not_count() -> None:
    assert scored(TRUTH, TRUTH | {"ofd_2": (130.0, 50.0)}).overall.n == 2


def test_points_without_a_pixel_size_have_no_error_in_mm() -> None:
    plain = compare(sample(), reading(TRUTH | {"ofd_1": (13.0, 54.0)}, spacing_mm=None), LABELS)
    assert not plain.calibrated
    assert plain.radial_error("px", "ofd") == pytest.approx(2.5)
    assert set(sum_up([plain], LABELS).overall.figures) == {MRE["px"], NME, CLOSENESS}
    known = compare(sample(), reading(TRUTH), LABELS)
    assert sum_up([plain, known], LABELS).overall.figures[SDR[2.0]] == Mean(1.0, 4)


def test_measured_points_are_references_beside_the_tables_own() -> None:
    found = references_of(sample(references={"HC": 111.0}), POINTS, SPACING)
    assert found["HC"] == 111.0
    assert (found["OFD"], found["BPD"]) == (40.0, 30.0)
    assert references_of(sample(), POINTS, None) == {}


def measured_pairs(labels, masks, points, references=None) -> dict[str, float | None]:
    """What is paired with the references, by measure, of measures in mm."""
    answer = Prediction(
        file="a.png",
        task=labels.task,
        model="m",
        spacing_mm=0.5,
        measurements=[Measurement(name=n, value=v, unit="mm") for n, v in masks.items()],
        point_measurements=[Measurement(name=n, value=v, unit="mm") for n, v in points.items()],
    )
    found = pairs_of(sample(references=references), answer, labels)
    assert all(pair.reference_mm > 0 for pair in found)
    return {pair.measure: pair.predicted_mm for pair in found}


def test_measures_between_points_are_paired_with_them() -> None:
    assert measured_pairs(LABELS, {"OFD": 41.0}, {}) == {"OFD": 41.0, "BPD": None, "HC": None}


HEAD_AND_FEMUR = LabelSchema(
    task="segment,landmarks",
    classes=("background", "head"),
    points=("ofd_1", "ofd_2", "fl_1", "fl_2"),
)


@pytest.mark.parametrize("in_measurements", [True, False])
def test_a_measure_that_points_alone_give_is_paired_once(in_measurements: bool) -> None:
    """Whether or not the answer lists it among the measures of the masks too."""
    references = {"FL": 30.0, "OFD": 40.0, "HC": 110.0}
    masks = {"OFD": 41.0, "HC": 111.0} | ({"FL": 31.0} if in_measurements else {})
    found = measured_pairs(HEAD_AND_FEMUR, masks, {"FL": 31.0, "OFD": 42.0}, references)
    found.pop("BPD", None)
    assert found == {"FL": 31.0, "OFD": 41.0, "HC": 111.0, "OFD_POINTS": 42.0}


def test_a_measure_that_points_alone_give_is_missed_once() -> None:
    found = measured_pairs(HEAD_AND_FEMUR, {}, {}, {"FL": 30.0, "OFD": 40.0})
    assert found == {"FL": None, "OFD": None, "OFD_POINTS": None}


def test_an_image_without_landmarks_is_named() -> None:
    with pytest.raises(DataError, match="no landmarks"):
        compare(sample(points=None), reading(TRUTH), LABELS)
