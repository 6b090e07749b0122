"""The model file: what goes in comes out, and no other file is taken for one."""

import json
import os
import stat
import struct
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from biometry_cli.bundle import (
    ModelCard,
    ModelSpec,
    TrainingSummary,
    file_hash,
    make_card,
    read_card,
    read_tensors,
    traced_settings,
    write_model,
)
from biometry_cli.data.labels import LabelSchema
from biometry_cli.data.preprocess import Preprocess
from biometry_cli.errors import ModelFileError
from biometry_cli.inference.backends import build_network
from biometry_cli.models.catalog import build
from biometry_cli.settings import Settings

HEADS = LabelSchema(task="segment", classes=("background", "head"))


def card_for(network: str = "unet", settings: Settings | None = None) -> ModelCard:
    return make_card(
        settings or Settings(),
        labels=HEADS,
        preprocess=Preprocess(height_px=48, width_px=64),
        model=ModelSpec(name=network, width=0.25),
        training=TrainingSummary(
            data="größe",
            images={"train": 3, "val": 1},
            subjects={"train": 2, "val": 1},
            seed=7,
            split_shares=(0.7, 0.15, 0.15),
            epoch=4,
            minutes=0.5,
            validation={"val_dice": 0.5, "val_assd_mm": None},
        ),
    )


@pytest.fixture
def network() -> torch.nn.Module:
    torch.manual_seed(0)
    return build("unet", outputs=2, height_px=48, width_px=64, width=0.25)


@pytest.fixture
def model(tmp_path: Path, network: torch.nn.Module) -> Path:
    path = tmp_path / "model.safetensors"
    write_model(path, card_for(), network.state_dict())
    return path


def refused(path: Path, fragment: str) -> ModelFileError:
    with pytest.raises(ModelFileError, match=fragment) as caught:
        read_card(path)
    assert caught.value.where == str(path)
    assert caught.value.exit_code == 4
    return caught.value


def test_the_card_comes_back_whole(tmp_path: Path) -> None:
    card = card_for()
    path = tmp_path / "model.safetensors"
    write_model(path, card, {})
    assert read_card(path) == card


def test_tensors_come_back_bit_by_bit(model: Path, network: torch.nn.Module) -> None:
    stored = read_tensors(model)
    assert set(stored) == set(network.state_dict())
    for name, tensor in network.state_dict().items():
        assert stored[name].dtype == tensor.dtype
        assert torch.equal(stored[name], tensor)


def test_other_memory_layouts_are_stored_too(tmp_path: Path, network: torch.nn.Module) -> None:
    path = tmp_path / "model.safetensors"
    network.to(memory_format=torch.channels_last)
    write_model(path, card_for(), network.state_dict())
    stored = read_tensors(path)
    assert all(torch.equal(stored[k], v) for k, v in network.state_dict().items())


def test_a_loaded_network_answers_as_before(model: Path, network: torch.nn.Module) -> None:
    images = torch.rand(2, 1, 48, 64)
    loaded = build_network(read_card(model), read_tensors(model), model)
    assert not loaded.training
    assert torch.equal(loaded(images), network.eval()(images))


def test_the_mode_follows_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    before = os.umask(0o022)
    try:
        write_model(path, card_for(), {})
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_the_card_traces_settings_and_versions_without_paths() -> None:
    settings = Settings.model_validate(
        {
            "data": {"folder": "/home/somebody/scans"},
            "train": {"runs_folder": "/home/somebody/runs", "learning_rate": 0.002},
            "predict": {
                "weights": "/home/somebody/model.onnx",
                "more_weights": ["/home/somebody/femur.onnx"],
                "planes": "/home/somebody/planes.onnx",
            },
        }
    )
    card = card_for(settings=settings)
    assert "somebody" not in card.model_dump_json()
    assert card.settings["train"]["learning_rate"] == 0.002
    assert {"python", "torch", "numpy"} <= set(card.versions)
    assert card.task == "segment"


def test_the_settings_hash_changes_with_a_setting_alone() -> None:
    one, same = card_for(), card_for()
    other = card_for(settings=Settings.model_validate({"train": {"seed": 1}}))
    moved = card_for(settings=Settings.model_validate({"data": {"folder": "elsewhere"}}))
    assert one.settings_hash == same.settings_hash == moved.settings_hash
    assert one.settings_hash != other.settings_hash
    assert traced_settings(Settings()) == one.settings


def test_the_hash_of_labels_changes_with_task_names_and_order() -> None:
    schemas = [
        HEADS,
        LabelSchema(task="classify", classes=("background", "head")),
        LabelSchema(task="segment", classes=("background", "femur")),
        LabelSchema(task="segment", classes=("background", "head", "femur")),
        LabelSchema(task="segment", classes=("background", "femur", "head")),
    ]
    assert len({schema.hash() for schema in schemas}) == len(schemas)
    assert HEADS.hash() == LabelSchema(task="segment", classes=("background", "head")).hash()


def test_a_file_is_named_by_its_content(model: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.safetensors"
    copy.write_bytes(model.read_bytes())
    assert file_hash(copy) == file_hash(model)
    copy.write_bytes(model.read_bytes() + b"\0")
    assert file_hash(copy) != file_hash(model)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    refused(tmp_path / "absent.safetensors", "no such model file")
    refused(tmp_path, "no such model file")


@pytest.mark.parametrize("content", [b"", b"not weights\n" * 9, b"\xff" * 64])
@pytest.mark.parametrize("suffix", ["safetensors", "onnx"])
def test_other_content_under_our_suffix(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"model.{suffix}"
    path.write_bytes(content)
    refused(path, "cannot be read|is not a readable")


def test_a_header_that_claims_more_than_there_is(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    header = b'{"a":{"dtype":"F32","shape":[1000000],"data_offsets":[0,4000000]}}'
    path.write_bytes(struct.pack("<Q", len(header)) + header + bytes(16))
    refused(path, "is not a readable")
    path.write_bytes(struct.pack("<Q", 2**60) + header)
    refused(path, "is not a readable")


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.99])
def test_a_truncated_file(model: Path, share: float) -> None:
    content = model.read_bytes()
    model.write_bytes(content[: int(len(content) * share)])
    refused(model, "is not a readable")
    with pytest.raises(ModelFileError, match="is not a readable"):
        read_tensors(model)


def test_weights_of_another_program(tmp_path: Path) -> None:
    path = tmp_path / "foreign.safetensors"
    save_file({"a": torch.zeros(3)}, path, metadata={"format": "pt"})
    refused(path, "not the description")
    save_file({"a": torch.zeros(3)}, path)
    refused(path, "not the description")


@pytest.mark.parametrize("suffix", ["pt", "pth", "pkl", "ckpt", "bin"])
def test_files_that_could_run_code_are_never_opened(
    tmp_path: Path, model: Path, suffix: str
) -> None:
    path = tmp_path / f"model.{suffix}"
    path.write_bytes(model.read_bytes())
    refused(path, "is not a model file")


@pytest.mark.parametrize(
    ("change", "fragment"),
    [
        ({"format": "biometry-9"}, "format"),
        ({"surprise": 1}, "surprise"),
        ({"labels": {"task": "segment", "classes": ["head"]}}, "labels"),
    ],
)
def test_a_card_of_another_version(
    tmp_path: Path, change: dict[str, object], fragment: str
) -> None:
    card = json.loads(card_for().model_dump_json()) | change
    path = tmp_path / "model.safetensors"
    save_file({}, path, metadata={"biometry": json.dumps(card)})
    assert "this version" in refused(path, fragment).what


def test_a_card_that_is_no_json(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    save_file({}, path, metadata={"biometry": "{"})
    refused(path, "does not fit this version")


@pytest.mark.parametrize("name", ["segnet", "no-such-network"])
def test_weights_of_another_network(model: Path, name: str) -> None:
    card = read_card(model).model_copy(update={"model": ModelSpec(name=name, width=0.25)})
    with pytest.raises(ModelFileError, match=name) as caught:
        build_network(card, read_tensors(model), model)
    assert caught.value.where == str(model)


def test_weights_of_another_number_of_classes(model: Path) -> None:
    labels = LabelSchema(task="segment", classes=("background", "head", "femur"))
    card = read_card(model).model_copy(update={"labels": labels})
    with pytest.raises(ModelFileError, match="do not fit the network unet"):
        build_network(card, read_tensors(model), model)


def test_the_file_holds_no_pickle(model: Path) -> None:
    # A pickle of protocol 2 or later begins with 0x80 and names its protocol; the file begins
    # with the length of a JSON header.
    content = model.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    ends = [entry["data_offsets"][1] for key, entry in header.items() if key != "__metadata__"]
    assert max(ends) + 8 + length == len(content)
