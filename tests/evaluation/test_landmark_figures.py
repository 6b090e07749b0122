"""Errors of points with known truth: swaps cost nothing, misses count, references are measured."""

from pathlib import Path

import numpy as np
import pytest

from biometry_cli.data.labels import LabelSchema
from biometry_cli.data.samples import Sample
from biometry_cli.data.tables import Calibration
from biometry_cli.errors import DataError
from biometry_cli.evaluation.landmarks import PointFigures
from biometry_cli.evaluation.measures import MeasureScores
from biometry_cli.evaluation.references import references_of
from biometry_cli.inference.reading import Reading
from biometry_cli.results.measures import Measurement
from biometry_cli.results.prediction import FoundPoint, Prediction

POINTS = ("ofd_1", "ofd_2", "bpd_1", "bpd_2")
LABELS = LabelSchema(task="landmarks", points=POINTS, hidden=True)
TRUTH = {"ofd_1": (10.0, 50.0), "ofd_2": (90.0, 50.0), "bpd_1": (50.0, 20.0), "bpd_2": (50.0, 80.0)}
SPACING = (0.5, 0.5)


def sample(points=TRUTH, references=None) -> Sample:
    known = Calibration(spacing_mm=SPACING, reference_mm=references or {})
    return Sample(Path("a.png"), "a", points=points, calibration=known)


def reading(points, measurements=()) -> Reading:
    found = {
        name: None if place is None else FoundPoint(x=place[0], y=place[1], confidence=0.9)
        for name, place in points.items()
    }
    answer = Prediction(
        file="a.png",
        task="landmarks",
        model="m",
        spacing_mm=0.5,
        points=found,
        measurements=list(measurements),
    )
    return Reading(answer, np.zeros((100, 100), np.float32))


def figures(points, truth=TRUTH):
    scores = MeasureScores([PointFigures(LABELS)], POINTS)
    scores.add(sample(truth), reading(points))
    return scores.summary()


def test_the_truth_has_no_error() -> None:
    metrics, counts = figures(TRUTH)
    assert metrics["mre_px"] == metrics["mre_mm"] == metrics["nme_ofd"] == 0
    assert metrics["sdr_2mm"] == metrics["closeness"] == 1
    assert (counts["points"], counts["points_missed"], counts["points_false"]) == (4, 0, 0)


def test_swapped_ends_are_the_same_answer() -> None:
    swapped = TRUTH | {"ofd_1": TRUTH["ofd_2"], "ofd_2": TRUTH["ofd_1"]}
    assert figures(swapped)[0]["mre_px"] == 0


def test_a_shift_costs_what_it_costs() -> None:
    moved = TRUTH | {"ofd_1": (13.0, 54.0)}
    metrics, _ = figures(moved)
    assert metrics["mre_px"] == pytest.approx(5 / 4)
    assert metrics["mre_mm"] == pytest.approx(2.5 / 4)
    assert metrics["mre_ofd_px"] == pytest.approx(2.5)
    assert metrics["nme_ofd"] == pytest.approx(2.5 / 80)
    assert (metrics["sdr_2mm"], metrics["sdr_2.5mm"]) == (0.75, 1)


def test_a_missed_caliper_is_within_no_radius() -> None:
    metrics, counts = figures(TRUTH | {"ofd_1": None, "ofd_2": None})
    assert metrics["mre_px"] == 0
    assert metrics["sdr_4mm"] == metrics["closeness"] == 0.5
    assert metrics["nme_ofd"] is None
    assert counts["points_missed"] == 2


def test_a_point_where_there_is_none_is_counted() -> None:
    metrics, counts = figures(TRUTH, TRUTH | {"bpd_1": None, "bpd_2": None})
    assert counts["points_false"] == 2
    assert counts["points"] == 2
    assert metrics["closeness"] == 0.5


def test_points_annotated_outside_the_image_do_not_count() -> None:
    _, counts = figures(TRUTH, TRUTH | {"ofd_2": (130.0, 50.0)})
    assert counts["points"] == 2


def test_annotated_calipers_are_references_beside_the_tables_own() -> None:
    found = references_of(sample(references={"HC": 111.0}), POINTS, SPACING)
    assert found["HC"] == 111.0
    assert (found["OFD"], found["BPD"]) == (40.0, 30.0)
    assert references_of(sample(), POINTS, None) == {}


def test_measures_between_points_agree_with_them() -> None:
    scores = MeasureScores([PointFigures(LABELS)], POINTS)
    measures = [Measurement(name="OFD", value=41.0, unit="mm")]
    scores.add(sample(), reading(TRUTH, measures))
    found = {each.measure: each for each in scores.agreement(resamples=0)}
    assert found["OFD"].bias.value == pytest.approx(1.0)
    assert found["BPD"].missing == 1


def test_an_image_without_landmarks_is_named() -> None:
    with pytest.raises(DataError, match="no landmarks"):
        PointFigures(LABELS).compare(sample(points=None), reading(TRUTH))
