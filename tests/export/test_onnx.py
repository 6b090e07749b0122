"""An export is the network, and nothing else is kept."""

import numpy as np
import pytest
import torch

from biometry_cli.bundle import onnx_session, read_card, write_model
from biometry_cli.errors import ModelFileError, UsageError
from biometry_cli.export import onnx
from biometry_cli.inference.backends import OnnxBackend, TorchBackend
from biometry_cli.models.catalog import CATALOG, build
from biometry_cli.sources import resolve_settings
from tests.inference.test_predictor import make_card


def _stored(folder, name):
    """An untrained model of the catalog as a file, with batch norm that has seen something."""
    torch.manual_seed(0)
    task = CATALOG[name].tasks[0]
    classes = ("background", "head") if task == "segment" else tuple("abcdefgh")
    card = make_card(task, classes, size=(64, 96))
    card = card.model_copy(update={"model": card.model.model_copy(update={"name": name})})
    network = build(name, outputs=len(classes), height_px=64, width_px=96)
    for _ in range(3):
        network.train()(torch.randn(4, 1, 64, 96) * 2 + 1)
    path = folder / "model.safetensors"
    write_model(path, card, network.state_dict())
    return path, network.eval()


def _settings(path, **changes):
    return resolve_settings({"predict.weights": path} | changes, environment={}).settings


@pytest.mark.parametrize("name", CATALOG)
def test_exported_network_is_the_original(name, tmp_path):
    path, network = _stored(tmp_path, name)
    done = onnx.export_onnx(_settings(path), None)
    assert done.file == tmp_path / "model.onnx"
    assert done.difference.probability <= 1e-4
    exported = OnnxBackend(onnx_session(done.file, done.file))
    for batch in (1, 3, 5):
        images = np.random.default_rng(batch).normal(size=(batch, 1, 64, 96)).astype(np.float32)
        expected = TorchBackend(network).run(images)
        for own, other in zip(exported.run(images), expected, strict=True):
            np.testing.assert_allclose(own, other, atol=2e-4)
    card, original = read_card(done.file), read_card(path)
    assert card.labels == original.labels
    assert card.preprocess == original.preprocess
    assert card.weights_hash is not None


def test_an_export_that_differs_is_not_kept(tmp_path):
    path, _ = _stored(tmp_path, "biometry-cnn")
    with pytest.raises(ModelFileError, match=r"differs .* was deleted"):
        onnx.export_onnx(_settings(path, **{"export.tolerance": 1e-12}), None)
    assert [p.name for p in tmp_path.iterdir()] == ["model.safetensors"]


def test_difference_sees_other_weights(tmp_path):
    path, network = _stored(tmp_path, "biometry-cnn")
    card = read_card(path)
    done = onnx.export_onnx(_settings(path), tmp_path / "out" / "a.onnx")
    inputs = np.random.default_rng(0).normal(size=(8, 1, 64, 96)).astype(np.float32)
    assert onnx.compare(done.file, network, inputs, card).probability < 1e-4
    with torch.no_grad():
        network.classifier.bias[0] += 1.0
    assert onnx.compare(done.file, network, inputs, card).probability > 1e-2
    with torch.no_grad():
        network.classifier.bias[0] = float("nan")
    assert onnx.compare(done.file, network, inputs, card).probability == np.inf


def test_file_names_are_checked_first(tmp_path):
    path, _ = _stored(tmp_path, "biometry-cnn")
    with pytest.raises(UsageError, match=r"\.onnx"):
        onnx.export_onnx(_settings(path), tmp_path / "model.bin")
