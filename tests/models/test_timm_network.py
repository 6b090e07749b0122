"""Encoders of timm as classifiers: any kind of maps, honest refusals, nothing fetched unasked."""

from pathlib import Path

import pytest
import torch

from biometry_cli.bundle import write_model
from biometry_cli.errors import UsageError
from biometry_cli.export.onnx import compare, write_onnx
from biometry_cli.inference.model import parse_network, read_model
from biometry_cli.models.catalog import (
    build,
    input_size,
    require_model,
    require_size,
    require_width,
)
from tests.inference.test_predictor import make_card

timm = pytest.importorskip("timm", reason="needs the extra timm")

CLASSES = ("a", "b", "c")
SIZE = (64, 96)


def make(name: str, size: tuple[int, int] = SIZE) -> torch.nn.Module:
    torch.manual_seed(0)
    return build(name, outputs=3, height_px=size[0], width_px=size[1]).eval()


def answer(network: torch.nn.Module, size: tuple[int, int] = SIZE) -> tuple[torch.Tensor, ...]:
    torch.manual_seed(1)
    with torch.no_grad():
        return network.answer(torch.randn(2, 1, *size))  # type: ignore[operator]


def test_maps_are_pooled_twice() -> None:
    network = make("timm:test_resnet")
    logits, embedding = answer(network)
    features = network.encoder.num_features
    assert logits.shape == (2, 3)
    assert embedding.shape == (2, 2 * features)
    assert bool((embedding[:, features:] >= embedding[:, :features]).all()), "mean, then largest"


def test_tokens_give_what_the_last_layer_takes() -> None:
    network = make("timm:test_vit")
    logits, embedding = answer(network)
    assert embedding.shape == (2, network.encoder.num_features)
    torch.testing.assert_close(network.encoder.get_classifier()(embedding), logits)


def test_sides_that_patches_do_not_fit_are_refused_with_a_way_out() -> None:
    with pytest.raises(UsageError, match=r"test_vit for an input of 47 x 61") as caught:
        make("timm:test_vit", (61, 47))
    assert "data.height_px" in caught.value.mend


def test_the_input_suits_attention_and_poolings() -> None:
    height_px, width_px = input_size("timm:anything", 4 / 3)
    assert height_px % 32 == width_px % 32 == 0
    assert height_px * width_px == pytest.approx(224**2, rel=0.1)
    with pytest.raises(UsageError, match="at least 32 x 32"):
        require_size("timm:anything", 16, 64)
    with pytest.raises(UsageError, match="cannot be multiplied"):
        require_width("timm:anything", 0.5)


def test_an_unknown_name_offers_its_neighbours() -> None:
    with pytest.raises(UsageError, match="no encoder 'resnet81'") as caught:
        require_model("timm:resnet81", pretrained=False)
    assert "timm:resnet18" in caught.value.mend


@pytest.mark.parametrize("name", ["hf-hub:some/model", "local-dir:/tmp", "test_vit.no_such_tag"])
def test_a_name_that_points_elsewhere_is_never_followed(name: str) -> None:
    with pytest.raises(UsageError):
        make(f"timm:{name}")


def test_a_model_file_brings_its_own_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "none"))
    network = make("timm:test_resnet")
    card = make_card("classify", CLASSES, size=SIZE)
    spec = card.model.model_copy(update={"name": "timm:test_resnet"})
    settings = {"model": {"name": "timm:test_resnet", "pretrained": True}}
    card = card.model_copy(update={"model": spec, "settings": settings})
    path = tmp_path / "model.safetensors"
    write_model(path, card, network.state_dict())
    loaded = parse_network(read_model(path), path)[1]
    for own, other in zip(answer(loaded), answer(network), strict=True):
        assert torch.equal(own, other)


def test_pretrained_weights_are_for_networks_that_have_them() -> None:
    require_model("timm:test_resnet", pretrained=True)
    for name in ("plane-resnet", None):
        with pytest.raises(UsageError, match="no pretrained weights") as caught:
            require_model(name, pretrained=True)
        assert "timm:NAME" in caught.value.mend
    bare = next(name for name in timm.list_models() if not timm.is_model_pretrained(name))
    with pytest.raises(UsageError, match=f"no pretrained weights for {bare}"):
        require_model(f"timm:{bare}", pretrained=True)


def test_weights_that_cannot_be_fetched_are_a_users_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(UsageError, match="with its pretrained weights") as caught:
        build("timm:test_resnet", outputs=3, height_px=64, width_px=96, pretrained=True)
    assert "leave --pretrained out" in caught.value.mend
    assert list(tmp_path.rglob("*.safetensors")) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "encoder",
    [
        "resnet18",
        "mobilenetv3_small_050",
        "efficientnet_b0",
        "convnext_atto",
        "vit_tiny_patch16_224",
    ],
)
def test_onnx_answers_the_same(encoder: str, tmp_path: Path) -> None:
    size = (96, 128)
    network = make(f"timm:{encoder}", size)
    network.train()(torch.randn(4, 1, *size))
    network.eval()
    path = tmp_path / "model.onnx"
    write_onnx(path, network, make_card("classify", CLASSES, size=size))
    card = make_card("classify", CLASSES, size=size)
    difference = compare(path, network, torch.randn(8, 1, *size).numpy(), card)
    assert difference.probability < 1e-4
