"""Figures over a split, where the right answer is known."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from biometry_cli.calibration import ClassCalibration
from biometry_cli.data.layout import read_dataset
from biometry_cli.data.phantom.dataset import write_planes_dataset, write_segmentation_dataset
from biometry_cli.data.samples import Sample
from biometry_cli.errors import DataError, ModelFileError, UsageError
from biometry_cli.evaluation.agreement import agreement
from biometry_cli.evaluation.classification import compare as compare_call
from biometry_cli.evaluation.classification import sum_up as sum_up_calls
from biometry_cli.evaluation.evaluate import evaluate, sources_of
from biometry_cli.evaluation.flat import flat, flat_case
from biometry_cli.evaluation.references import pairs_of
from biometry_cli.evaluation.segmentation import compare as compare_masks_of
from biometry_cli.inference.predictor import Predictor
from biometry_cli.inference.reading import Reading
from biometry_cli.results.figures import (
    ACCURACY,
    ANSWERED,
    AUROC,
    BALANCED_ACCURACY,
    ERROR_RATE_ANSWERED,
)
from biometry_cli.results.prediction import Prediction
from biometry_cli.results.scores import ImageScores, Mean
from tests.inference.test_predictor import TruthBackend, make_card


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn") / "data"
    write_segmentation_dataset(folder, train=3, val=3, test=6, seed=2)
    return read_dataset(folder)


def _truth(dataset, split, grow=0):
    """A backend that answers the split's own masks, or masks shifted by ``grow`` pixels."""
    from biometry_cli.data.masks import read_mask

    coverages = []
    for sample in dataset.split(split):
        mask = np.roll(read_mask(sample.mask, dataset.labels.structures, dataset.coding), grow, 1)
        coverages.append(np.stack([mask == i for i in (1, 2, 3)]).astype(np.float32))
    return coverages


def _predictor(dataset):
    coverages = _truth(dataset, "test")
    card = make_card(size=coverages[0].shape[1:])
    return Predictor(card, TruthBackend(coverages), name="truth")


def test_the_truth_scores_one(drawn):
    coverages = _truth(drawn, "test")
    card = make_card(size=coverages[0].shape[1:])
    result = flat(evaluate(Predictor(card, TruthBackend(coverages), name="truth"), drawn, "test"))
    assert result.n == 6
    metrics = result.metrics
    for name in ("dice", "dice_head", "dice_femur", "iou"):
        assert metrics[name] == 1
    assert metrics["hd95_mm"] == 0
    assert metrics["assd_mm"] == 0
    # Binary masks at the image's size: the measure is right to a fraction of a pixel.
    assert metrics["hc_mae_mm"] < 0.5
    assert abs(metrics["ac_bias_mm"]) < 0.5
    assert metrics["fl_mae_mm"] < 0.5
    assert result.counts["hc_mm"] == 2
    assert result.counts["hc_missing"] == 0
    assert result.counts["dice_head"] == 2, "images without a head don't count"


def test_agreement_has_every_measure_with_a_reference(drawn):
    result = flat(evaluate(_predictor(drawn), drawn, "test", resamples=100))
    by_measure = {each.measure: each for each in result.agreement}
    assert list(by_measure) == ["HC", "BPD", "OFD", "AC", "FL"]
    hc = by_measure["HC"]
    assert (hc.n, hc.subjects, hc.missing) == (2, 2, 0)
    for figure in ("mae", "bias", "sd"):
        value = getattr(hc, figure).value
        assert value == pytest.approx(result.metrics[f"hc_{figure}_mm"], abs=1e-9)
    assert hc.within_5_percent.value == 1
    assert hc.icc.value > 0.99
    assert hc.mae.interval is not None
    cases = [c.values for c in result.cases if "hc_mm" in c.values]
    days = [values["hc_ga_error_days"] for values in cases]
    assert hc.ga_error_days.value == pytest.approx(np.mean(days))
    assert result.counts["hc_ga_days"] == 2
    assert "bpd_interval_low_mm" not in cases[0]
    assert (result.by, result.strata) == (None, [])


def test_without_resamples_there_are_no_intervals(drawn):
    result = flat(evaluate(_predictor(drawn), drawn, "test", distances=False))
    assert len(result.agreement) == 5
    assert all(each.mae.interval is None for each in result.agreement)


def test_every_image_is_in_one_stratum(drawn):
    samples = drawn.split("test")
    devices = ["A", "", "B", "A", "A", ""]
    told = tuple(
        replace(s, calibration=replace(s.calibration, other={"device": device}))
        for s, device in zip(samples, devices, strict=True)
    )
    data = replace(drawn, splits={**drawn.splits, "test": told})
    result = flat(evaluate(_predictor(drawn), data, "test", by="device"))
    assert result.by == "device"
    assert [(s.value, s.n) for s in result.strata] == [("A", 3), ("B", 1), ("(none)", 2)]
    assert [case.values["stratum"] for case in result.cases] == [d or "(none)" for d in devices]
    for each in result.agreement:
        found = [a for s in result.strata for a in s.agreement if a.measure == each.measure]
        assert sum(a.n for a in found) == each.n
        mean = sum(a.n * a.mae.value for a in found) / each.n
        assert mean == pytest.approx(each.mae.value)


def test_strata_of_an_image_of_its_own_flags_and_references(drawn):
    result = evaluate(_predictor(drawn), drawn, "test", by="flags")
    assert sum(stratum.n for stratum in result.strata) == 6
    result = evaluate(_predictor(drawn), drawn, "test", by="hc_mm")
    assert [stratum.n for stratum in result.strata] == [1, 1, 4]
    assert [s.value for s in result.strata][-1] == "(none)", "images without a head"


def test_an_unknown_column_is_named_before_any_image_is_read(drawn):
    card = make_card()
    with pytest.raises(UsageError, match="--by maker") as caught:
        evaluate(Predictor(card, TruthBackend([]), name="x"), drawn, "test", by="maker")
    for column in ("hc_mm", "pixel_size_mm", "flags"):
        assert column in caught.value.mend


def test_a_classifier_has_no_strata(tmp_path):
    write_planes_dataset(
        tmp_path / "planes", train_per_class=1, val_per_class=1, test_per_class=1, seed=0
    )
    planes = read_dataset(tmp_path / "planes")
    card = make_card("classify", planes.labels.classes)
    with pytest.raises(UsageError, match="the model classifies"):
        evaluate(Predictor(card, TruthBackend([]), name="x"), planes, "test", by="flags")


def _read(drawn, sample: Sample) -> Reading:
    """What a model that answers the truth says of one image."""
    place = drawn.split("test").index(sample)
    coverage = _truth(drawn, "test")[place]
    predictor = Predictor(make_card(size=coverage.shape[1:]), TruthBackend([coverage]), name="t")
    (reading,) = predictor.readings(sources_of([sample]))
    assert isinstance(reading, Reading)
    return reading


def test_a_predictions_interval_reaches_the_case_and_the_coverage(drawn):
    sample = next(s for s in drawn.split("test") if "HC" in s.calibration.reference_mm)
    reading = _read(drawn, sample)
    hc_mm = sample.calibration.reference_mm["HC"]
    measures = [
        m.model_copy(update={"interval": (hc_mm - 1, hc_mm + 3)}) if m.name == "HC" else m
        for m in reading.prediction.measurements
    ]
    answer = reading.prediction.model_copy(update={"measurements": measures})
    pairs = pairs_of(sample, answer, drawn.labels)
    values = flat_case(ImageScores("a.png", [], pairs=pairs)).values
    assert (values["hc_interval_low_mm"], values["hc_interval_high_mm"]) == (hc_mm - 1, hc_mm + 3)
    found = agreement("HC", pairs, resamples=0)
    assert found.coverage.value == 1
    assert found.interval_width_mm.value == pytest.approx(4)


def test_masks_are_needed_on_both_sides_and_of_one_size(drawn, tmp_path):
    sample = drawn.split("test")[0]
    reading = _read(drawn, sample)
    assert compare_masks_of(sample, reading, drawn).dice == 1
    with pytest.raises(DataError, match="no mask to compare with"):
        compare_masks_of(replace(sample, mask=None), reading, drawn)
    with pytest.raises(DataError, match="no mask to compare with"):
        compare_masks_of(sample, replace(reading, masks=None), drawn)
    small = tmp_path / "small.png"
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(small)
    with pytest.raises(DataError, match="while its image"):
        compare_masks_of(replace(sample, mask=small), reading, drawn)


def test_distances_in_mm_and_in_pixels_are_summed_up_apart(drawn):
    told = tuple(
        replace(s, calibration=replace(s.calibration, spacing_mm=None)) if place % 2 else s
        for place, s in enumerate(drawn.split("test"))
    )
    data = replace(drawn, splits={**drawn.splits, "test": told})
    result = flat(evaluate(_predictor(drawn), data, "test"))
    for unit in ("mm", "px"):
        assert result.metrics[f"hd95_{unit}"] == 0
        counts = [result.counts[f"hd95_{name}_{unit}"] for name in drawn.labels.structures]
        assert sum(counts) == 3
    plain = flat(evaluate(_predictor(drawn), drawn, "test", distances=False))
    assert not [name for name in plain.metrics if name.startswith(("hd95", "assd"))]


def test_a_shift_costs_what_it_costs(drawn):
    coverages = _truth(drawn, "test", grow=3)
    card = make_card(size=coverages[0].shape[1:])
    shifted = Predictor(card, TruthBackend(coverages), name="shifted")
    result = flat(evaluate(shifted, drawn, "test"))
    spacings = [s.calibration.spacing_mm[0] for s in drawn.split("test")]
    assert result.metrics["dice"] < 1
    assert 1.5 * min(spacings) <= result.metrics["hd95_mm"] <= 3 * max(spacings) + 1e-9


def test_missing_measures_are_counted(drawn):
    coverages = [np.zeros_like(c) for c in _truth(drawn, "test")]
    card = make_card(size=coverages[0].shape[1:])
    result = flat(evaluate(Predictor(card, TruthBackend(coverages), name="empty"), drawn, "test"))
    assert result.metrics["dice"] == 0
    assert result.counts["hc_missing"] == 2
    assert "hc_mae_mm" not in result.metrics
    (hc,) = [each for each in result.agreement if each.measure == "HC"]
    assert (hc.n, hc.missing, hc.mae.value) == (0, 2, None)


def test_task_and_classes_must_fit(drawn):
    card = make_card("classify", ("a", "b"))
    with pytest.raises(ModelFileError, match="task classify"):
        evaluate(Predictor(card, TruthBackend([]), name="x"), drawn, "test")
    card = make_card(classes=("background", "head"))
    with pytest.raises(ModelFileError, match="background, head"):
        evaluate(Predictor(card, TruthBackend([]), name="x"), drawn, "test")


def test_an_absent_split_is_an_error(drawn):
    with pytest.raises(DataError, match="other split"):
        evaluate(Predictor(make_card(), TruthBackend([]), name="x"), drawn, "other")


def test_classification_scores(tmp_path):
    images = []
    for label, a in [("a", 0.9), ("a", 0.4), ("b", 0.2), ("b", 0.1)]:
        prediction = Prediction(
            file="x", task="classify", model="m", label="a" if a > 0.5 else "b",
            probabilities={"a": a, "b": 1 - a}, flags=["unsure"] if a == 0.4 else [],
        )  # fmt: skip
        sample = Sample(tmp_path / "x.png", "x", label=label)
        call = compare_call(sample, Reading(prediction, np.zeros((2, 2), np.float32)))
        images.append(ImageScores("x", prediction.flags, call=call))
    scores = sum_up_calls(images, ("a", "b"))
    figures = {kind: mean.value for kind, mean in scores.overall.figures.items()}
    assert figures[ACCURACY] == 0.75
    assert figures[BALANCED_ACCURACY] == 0.75
    assert figures[AUROC] == 1.0
    assert scores.confusion_matrix == [[1, 1], [0, 2]]
    assert {name: group.n for name, group in scores.groups.items()} == {"a": 2, "b": 2}
    assert scores.unsure is None
    careful = sum_up_calls(images, ("a", "b"), ClassCalibration(threshold=0.65))
    assert careful.unsure == 1
    assert careful.overall.figures[ANSWERED] == Mean(0.75, 4)
    assert careful.overall.figures[ERROR_RATE_ANSWERED] == Mean(0.0, 3)


def test_an_image_without_a_label_is_named(tmp_path):
    answer = Prediction(file="x", task="classify", model="m", label="a", probabilities={"a": 1.0})
    reading = Reading(answer, np.zeros((2, 2), np.float32))
    with pytest.raises(DataError, match="no label"):
        compare_call(Sample(tmp_path / "x.png", "x"), reading)
