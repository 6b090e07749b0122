"""The measuring road, with a backend that answers the truth: what comes out must be the truth."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from biometry_cli.bundle import ModelCard, ModelSpec, TrainingSummary
from biometry_cli.data.frames import Failure, Source, Spacing, with_spacing
from biometry_cli.data.labels import LabelSchema
from biometry_cli.data.phantom.scan import draw_phantom
from biometry_cli.data.preprocess import Preprocess
from biometry_cli.errors import DataError
from biometry_cli.inference.backends import Outputs
from biometry_cli.inference.predictor import Predictor

STRUCTURES = ("head", "abdomen", "femur")


def make_card(task="segment", classes=("background", *STRUCTURES), size=(192, 272)):
    return ModelCard(
        labels=LabelSchema(task=task, classes=classes),
        preprocess=Preprocess(height_px=size[0], width_px=size[1]),
        model=ModelSpec(name="unet"),
        training=TrainingSummary(
            data="none", images={}, subjects={}, seed=0, split_shares=(1, 0, 0), epoch=1,
            minutes=0, validation={},
        ),
        settings={}, settings_hash="", versions={}, created="",
    )  # fmt: skip


class TruthBackend:
    """Answers with the logits of known coverage maps (N, S, h, w), one image after another."""

    def __init__(self, coverages):
        self.left = list(coverages)
        self.batches = []

    def run(self, batch):
        self.batches.append(len(batch))
        answers = [self.left.pop(0) for _ in batch]
        full = np.stack([np.concatenate([1 - c.sum(0, keepdims=True), c]) for c in answers])
        return Outputs(np.log(np.clip(full, 1e-6, 1)).astype(np.float32), None)


@pytest.fixture(scope="module")
def phantoms():
    return [draw_phantom(s, np.random.default_rng(i)) for i, s in enumerate(STRUCTURES)]


def test_measures_are_those_of_the_phantoms(phantoms):
    backend = TruthBackend(p.coverage for p in phantoms)
    predictor = Predictor(make_card(), backend, name="truth")
    for phantom, structure in zip(phantoms, STRUCTURES, strict=True):
        prediction = predictor.predict(phantom.pixels, spacing_mm=phantom.spacing_mm)
        found = {m.name.lower() + "_mm": m.value for m in prediction.measurements}
        for name, truth_mm in phantom.measures_mm.items():
            # A femur's rounded ends are only a few pixels wide.
            tolerance = max(0.004 * truth_mm, phantom.spacing_mm / 2)
            assert found[name] == pytest.approx(truth_mm, abs=tolerance), name
        assert [s.name for s in prediction.structures] == [structure]
        assert prediction.flags == []


def test_network_size_does_not_move_the_measure(phantoms):
    """The same head through a network input of half the size, with another aspect ratio."""
    head = phantoms[0]
    preprocess = Preprocess(height_px=128, width_px=128)
    placement = preprocess.placement(head.pixels.shape)
    small = np.stack([preprocess.place(plane, placement) for plane in head.coverage])
    predictor = Predictor(make_card(size=(128, 128)), TruthBackend([small]), name="truth")
    prediction = predictor.predict(head.pixels, spacing_mm=head.spacing_mm)
    hc_mm = next(m.value for m in prediction.measurements if m.name == "HC")
    assert hc_mm == pytest.approx(head.measures_mm["hc_mm"], rel=0.005)


def test_without_spacing_lengths_are_pixels(phantoms):
    predictor = Predictor(make_card(), TruthBackend([phantoms[0].coverage]), name="truth")
    prediction = predictor.predict(phantoms[0].pixels)
    assert "no_spacing" in prediction.flags
    assert {m.unit for m in prediction.measurements} == {"px", "%"}
    hc_px = next(m.value for m in prediction.measurements if m.name == "HC")
    truth_px = phantoms[0].measures_mm["hc_mm"] / phantoms[0].spacing_mm
    assert hc_px == pytest.approx(truth_px, rel=0.004)


def test_nothing_found_is_a_flag(phantoms):
    nothing = np.zeros_like(phantoms[0].coverage)
    predictor = Predictor(make_card(), TruthBackend([nothing]), name="truth")
    prediction = predictor.predict(phantoms[0].pixels, spacing_mm=0.2)
    assert prediction.flags == ["no_structure"]
    assert prediction.measurements == []


def test_batches_keep_order_around_a_failure(phantoms, tmp_path):
    files = []
    for index, phantom in enumerate(phantoms):
        files.append(tmp_path / f"{index}.png")
        Image.fromarray(phantom.pixels).save(files[-1])
    files.insert(1, tmp_path / "broken.png")
    files[1].write_bytes(b"")
    backend = TruthBackend(p.coverage for p in phantoms)
    predictor = Predictor(make_card(), backend, name="truth")
    answers = list(predictor.readings([Source(f, Spacing(0.2, 0.2)) for f in files], batch_size=3))
    assert isinstance(answers[1], Failure)
    assert answers[1].file == files[1]
    found = [a.prediction.structures[0].name for a in answers if not isinstance(a, Failure)]
    assert found == list(STRUCTURES)
    assert backend.batches == [2, 1]


@pytest.mark.parametrize("shape", [(3, 4, 5), (0, 0)])
def test_arrays_must_be_gray(shape):
    predictor = Predictor(make_card(), TruthBackend([]), name="truth")
    with pytest.raises(DataError, match="no gray image"):
        predictor.predict(np.zeros(shape, np.uint8))
    with pytest.raises(DataError, match="floats from 0 to 1"):
        predictor.predict(np.full((8, 8), 255.0))


def test_spacing_table_beside_the_images(tmp_path):
    images = tmp_path / "images"
    images.mkdir()
    (tmp_path / "spacing.csv").write_text("filename,pixel_size_mm\na.png,0.2\n")
    files = [images / "a.png", images / "b.png"]
    table = str(tmp_path / "spacing.csv")
    assert [s.spacing for s in with_spacing(files)] == [Spacing(0.2, 0.2, table), None]
    assert [s.spacing for s in with_spacing(files, (1.0, 2.0))] == [Spacing(1.0, 2.0)] * 2
    (images / "spacing.csv").write_text("filename,pixel_size_mm\na.png,0.3\n")
    nearer = str(images / "spacing.csv")
    assert with_spacing([files[0]]) == [Source(Path(files[0]), Spacing(0.3, 0.3, nearer))]


def test_classification_probabilities_come_out_of_decode():
    class Fixed:
        def run(self, batch):
            logits = np.log(np.array([[0.1, 0.7, 0.2]], np.float32))
            return Outputs(logits.repeat(len(batch), 0), None)

    card = make_card("classify", ("a", "b", "c"), size=(16, 16))
    prediction = Predictor(card, Fixed(), name="fixed").predict(np.zeros((20, 30), np.uint8))
    assert prediction.label == "b"
    assert prediction.probabilities == pytest.approx({"a": 0.1, "b": 0.7, "c": 0.2}, abs=1e-6)
