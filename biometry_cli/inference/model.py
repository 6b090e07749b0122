"""The one door to a model file: a single read gives its card, what runs it, and its name."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from biometry_cli.bundle import (
    ModelCard,
    content_hash,
    onnx_card,
    onnx_session,
    parse_tensors,
    safetensors_card,
    unknown_format,
)
from biometry_cli.errors import ModelFileError, require_torch
from biometry_cli.inference.backends import (
    Backend,
    OnnxBackend,
    TorchBackend,
    build_network,
    choose_device,
    set_threads,
)

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Model:
    """A model ready to run.

    Attributes:
        card: what its outputs mean.
        backend: what runs its network.
        name: the network's name and a hash of the very bytes that answer.
    """

    card: ModelCard
    backend: Backend
    name: str


def open_model(path: Path, *, device: str = "auto", threads: int | None = None) -> Model:
    """Open a model file.

    A run may replace the file while it trains: everything comes from one read of it.

    Args:
        path: ``.safetensors`` or ``.onnx``.
        device: "auto", "cpu" or "cuda"; ONNX models run on the processor.
        threads: processor threads; those that may run here when None.

    Raises:
        ModelFileError: missing, damaged, of another kind, or weights that do not fit the card.
        UsageError: a device that this machine lacks.
    """
    if path.suffix not in (".safetensors", ".onnx"):
        raise unknown_format(path)
    return parse_model(read_model(path), path.suffix, path, device=device, threads=threads)


def parse_model(
    content: bytes,
    suffix: str,
    where: Path | str,
    *,
    device: str = "auto",
    threads: int | None = None,
) -> Model:
    """Open a model from its bytes, as ``open_model`` does; ``where`` is what an error names."""
    if suffix == ".onnx":
        session = onnx_session(content, where, threads)
        card = onnx_card(session, where)
        return Model(card, OnnxBackend(session), _name(card, content))
    card, network = parse_network(content, where)
    chosen = choose_device(device)
    set_threads(threads)
    return Model(card, TorchBackend(network.to(chosen), chosen), _name(card, content))


def parse_network(content: bytes, where: Path | str) -> "tuple[ModelCard, torch.nn.Module]":
    """Card and network of a ``.safetensors`` file's bytes, on the processor.

    Raises:
        ModelFileError: damaged, without a card, weights that do not fit it, or no torch here.
    """
    card = safetensors_card(content, where)
    require_torch(where)
    return card, build_network(card, parse_tensors(content, where), where)


def read_model(path: Path) -> bytes:
    """The bytes of a model file. Raises ModelFileError where it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise ModelFileError("no such model file", where=path, mend="Check the path") from None
    except OSError as error:
        raise ModelFileError(f"cannot be read ({error.strerror})", where=path) from None


def _name(card: ModelCard, content: bytes) -> str:
    return f"{card.model.name}:{content_hash(content)}"
