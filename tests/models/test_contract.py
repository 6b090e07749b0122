"""What every network of the catalog must keep; a new one is tested by being listed there."""

from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from biometry_cli.bundle import ModelSpec, TrainingSummary, make_card, read_card
from biometry_cli.data.labels import LabelSchema
from biometry_cli.data.preprocess import Preprocess
from biometry_cli.errors import UsageError
from biometry_cli.export.onnx import compare, write_onnx
from biometry_cli.models.catalog import (
    CATALOG,
    DEFAULT_MODELS,
    build,
    choose_model,
    count_parameters,
    entry,
    input_size,
)
from biometry_cli.settings import Settings

NEEDS_TIMM = pytest.mark.skipif(find_spec("timm") is None, reason="needs the extra timm")
# One of timm's own smallest stands for all its networks.
NAMES = [*CATALOG, pytest.param("timm:test_efficientnet", marks=NEEDS_TIMM)]

CLASSES = 3
SIZE = (48, 64)
# Neither a multiple of what poolings halve, nor square.
ODD_SIZE = (61, 47)
CLASS_NAMES = ("background", "head", "femur")
POINTS = ("ofd_1", "ofd_2", "apex")
LABELS = {
    "segment": LabelSchema(task="segment", classes=CLASS_NAMES),
    "classify": LabelSchema(task="classify", classes=CLASS_NAMES),
    "landmarks": LabelSchema(task="landmarks", points=POINTS, hidden=True),
    "segment,landmarks": LabelSchema(
        task="segment,landmarks", classes=CLASS_NAMES, points=POINTS, hidden=True
    ),
}


def make(name: str, size: tuple[int, int] = SIZE, width: float = 0.125) -> nn.Module:
    """A small network with the same weights each time."""
    torch.manual_seed(0)
    return build(name, outputs=CLASSES, height_px=size[0], width_px=size[1], width=width)


def noise(count: int, size: tuple[int, int] = SIZE) -> Tensor:
    return torch.randn(count, 1, *size, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("name", NAMES)
class TestContract:
    @pytest.mark.parametrize("size", [SIZE, ODD_SIZE], ids=["even", "odd"])
    def test_output_shape(self, name: str, size: tuple[int, int]) -> None:
        logits = make(name, size).eval()(noise(2, size))
        expected = (2, CLASSES, *size) if entry(name).dense else (2, CLASSES)
        assert logits.shape == expected
        assert logits.dtype == torch.float32
        assert bool(logits.isfinite().all())

    def test_another_input_size(self, name: str) -> None:
        network = make(name).eval()
        if not entry(name).fixed_size:
            segments = entry(name).dense
            shape = network(noise(1, ODD_SIZE)).shape
            assert shape == (1, CLASSES, *ODD_SIZE) if segments else (1, CLASSES)
            return
        # The message states the size that would have worked, and the size given.
        with pytest.raises(ValueError, match=r"48 x 64 .*61 x 47"):
            network(noise(1, ODD_SIZE))

    def test_gradients_reach_every_parameter(self, name: str) -> None:
        network = make(name).train()
        network(noise(3)).square().mean().backward()
        for key, parameter in network.named_parameters():
            assert parameter.grad is not None, key
            assert bool(parameter.grad.isfinite().all()), key
            assert float(parameter.grad.abs().sum()) > 0, key

    def test_saved_weights_give_the_same_answers(self, name: str, tmp_path: Path) -> None:
        network = make(name).train()
        network(noise(3))  # batch norm's running figures are part of the weights
        save_file(network.state_dict(), tmp_path / "weights.safetensors")
        torch.manual_seed(99)
        other = build(name, outputs=CLASSES, height_px=SIZE[0], width_px=SIZE[1], width=0.125)
        assert not torch.equal(other.eval()(noise(2)), network.eval()(noise(2)))
        other.load_state_dict(load_file(tmp_path / "weights.safetensors"))
        assert torch.equal(other.eval()(noise(2)), network.eval()(noise(2)))

    def test_the_seed_decides_weights_and_training(self, name: str) -> None:
        outputs = []
        for _ in range(2):
            network = make(name).train()
            torch.manual_seed(5)
            outputs.append(network(noise(3)))
        assert torch.equal(*outputs)

    def test_an_answer_depends_on_its_own_image_alone(self, name: str) -> None:
        network = make(name).eval()
        images = noise(4)
        together = network(images)
        for index in range(4):
            alone = network(images[index : index + 1])[0]
            torch.testing.assert_close(alone, together[index], atol=1e-5, rtol=1e-4)
        turned = network(images.flip(0)).flip(0)
        torch.testing.assert_close(turned, together, atol=1e-5, rtol=1e-4)

    def test_answering_changes_no_weights(self, name: str) -> None:
        network = make(name).eval()
        before = {key: value.clone() for key, value in network.state_dict().items()}
        images = noise(2)
        kept = images.clone()
        network(images)
        assert torch.equal(images, kept)
        assert all(torch.equal(before[key], value) for key, value in network.state_dict().items())

    def test_torch_export_with_any_batch(self, name: str) -> None:
        network = make(name).eval()
        program = torch.export.export(
            network, (noise(2),), dynamic_shapes=({0: torch.export.Dim("batch", min=1)},)
        )
        for count in (1, 3):
            torch.testing.assert_close(
                program.module()(noise(count)), network(noise(count)), atol=1e-5, rtol=1e-4
            )

    @pytest.mark.parametrize("task", LABELS)
    def test_onnx_answers_the_same(self, name: str, task: str, tmp_path: Path) -> None:
        if task not in entry(name).tasks:
            pytest.skip(f"{name} does not answer the task {task}")
        labels = LABELS[task]
        torch.manual_seed(0)
        outputs = labels.outputs(dense=entry(name).dense)
        network = build(name, outputs=outputs, height_px=SIZE[0], width_px=SIZE[1], width=0.125)
        # Batch norm as after training: running figures that are not 0 and 1.
        network.train()(noise(4))
        card = make_card(
            Settings(),
            labels=labels,
            preprocess=Preprocess(height_px=SIZE[0], width_px=SIZE[1]),
            model=ModelSpec(name=name),
            training=TrainingSummary(
                data="noise",
                images={},
                subjects={},
                seed=0,
                split_shares=(1, 0, 0),
                epoch=0,
                minutes=0,
                validation={},
            ),
        )
        path = tmp_path / "model.onnx"
        write_onnx(path, network, card)
        difference = compare(path, network.eval(), noise(8).numpy(), card)
        assert difference.probability < 1e-5
        assert difference.points_px < 1e-3
        assert read_card(path) == card

    def test_classes_set_the_last_layer_alone(self, name: str) -> None:
        sizes = {}
        for classes in (2, 5):
            network = build(name, outputs=classes, height_px=48, width_px=64, width=0.125)
            sizes[classes] = {key: value.shape for key, value in network.state_dict().items()}
        different = {key for key in sizes[2] if sizes[2][key] != sizes[5][key]}
        assert len({key.rsplit(".", 1)[0] for key in different}) == 1

    def test_the_entry_describes_it(self, name: str) -> None:
        chosen = entry(name)
        assert chosen.purpose
        assert count_parameters(name, CLASSES) > 0
        height_px, width_px = input_size(name, 1.4)
        assert height_px % chosen.multiple_px == width_px % chosen.multiple_px == 0
        assert width_px / height_px == pytest.approx(1.4, rel=0.15)
        assert height_px * width_px == pytest.approx(chosen.input_pixels, rel=0.25)
        assert all(choose_model(name, task) == name for task in chosen.tasks)


@pytest.mark.parametrize("name", [n for n in CATALOG if not entry(n).fixed_size])
def test_width_multiplies_the_filters(name: str) -> None:
    counts = [sum(p.numel() for p in make(name, width=w).parameters()) for w in (0.5, 1.0)]
    assert counts[1] / counts[0] == pytest.approx(4, rel=0.05)


def test_every_task_has_a_default() -> None:
    assert {task for name in CATALOG for task in entry(name).tasks} == set(DEFAULT_MODELS)
    for task, name in DEFAULT_MODELS.items():
        assert choose_model(None, task) == name


def test_an_unknown_network_lists_the_known() -> None:
    with pytest.raises(UsageError, match="no model 'vgg'") as caught:
        build("vgg", outputs=2, height_px=64, width_px=64)
    assert all(name in caught.value.mend for name in CATALOG)


def test_a_network_of_another_task_names_those_that_fit() -> None:
    with pytest.raises(UsageError, match="answers the task segment or landmarks") as caught:
        choose_model("unet", "classify")
    assert "biometry-cnn" in caught.value.mend


def test_extreme_images_get_a_usable_input() -> None:
    for name in CATALOG:
        for aspect in (0.01, 100.0):
            assert min(input_size(name, aspect)) >= 32


class TestBiometryDetection:
    """The exact layers of the first network, whose weights must stay loadable."""

    @pytest.mark.parametrize("classes", [2, 8])
    @pytest.mark.parametrize("size", [(128, 128), (61, 47), (4, 5)])
    def test_number_of_parameters(self, classes: int, size: tuple[int, int]) -> None:
        network = build("biometry-cnn", outputs=classes, height_px=size[0], width_px=size[1])
        first, second = 12 * (1 * 9 + 1), 24 * (12 * 9 + 1)
        last = (24 * (size[0] // 4) * (size[1] // 4) + 1) * classes
        assert sum(p.numel() for p in network.parameters()) == first + second + last

    def test_layers(self) -> None:
        network = build("biometry-cnn", outputs=8, height_px=128, width_px=128)
        leaves = [each for each in network.modules() if not list(each.children())]
        assert [type(each) for each in leaves] == [
            nn.Conv2d, nn.ReLU, nn.MaxPool2d,
            nn.Conv2d, nn.ReLU, nn.MaxPool2d,
            nn.Dropout, nn.Linear,
        ]  # fmt: skip
        convolutions = [leaves[0], leaves[3]]
        assert [(c.in_channels, c.out_channels) for c in convolutions] == [(1, 12), (12, 24)]
        for each in convolutions:
            assert each.kernel_size == (3, 3)
            assert each.padding == each.stride == (1, 1)
        assert [leaves[i].kernel_size for i in (2, 5)] == [2, 2]
        assert leaves[6].p == 0.2
        assert (leaves[7].in_features, leaves[7].out_features) == (24 * 32 * 32, 8)

    def test_its_answer_is_that_of_the_plain_operations(self) -> None:
        network = make("biometry-cnn").eval()
        state = network.state_dict()
        functional = nn.functional
        maps = noise(2)
        for layer in (0, 3):
            weight, bias = state[f"features.{layer}.weight"], state[f"features.{layer}.bias"]
            maps = functional.conv2d(maps, weight, bias, padding=1).relu()
            maps = functional.max_pool2d(maps, 2)
        expected = maps.flatten(1) @ state["classifier.weight"].T + state["classifier.bias"]
        torch.testing.assert_close(network(noise(2)), expected)

    def test_dropout_works_in_training_alone(self) -> None:
        network = make("biometry-cnn")
        assert not torch.equal(network.train()(noise(2)), network(noise(2)))
        assert torch.equal(network.eval()(noise(2)), network(noise(2)))

    def test_an_input_too_small_for_two_poolings(self) -> None:
        with pytest.raises(ValueError, match="at least 4 x 4"):
            build("biometry-cnn", outputs=2, height_px=3, width_px=64)
