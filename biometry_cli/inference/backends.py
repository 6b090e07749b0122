"""What runs the network: torch or ONNX Runtime, behind one call on numpy arrays."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from biometry_cli.bundle import ModelCard
from biometry_cli.cores import usable_threads
from biometry_cli.errors import ModelFileError, UsageError

if TYPE_CHECKING:
    import torch

FloatArray = npt.NDArray[np.float32]


class Outputs(NamedTuple):
    """What a network says of a batch, float32.

    ``logits`` (B, C) or (B, C, h, w); ``embedding`` (B, E), or None from a file without it.
    """

    logits: FloatArray
    embedding: FloatArray | None


class Backend(Protocol):
    """Runs a network."""

    def run(self, batch: FloatArray) -> Outputs:
        """Input (B, 1, h, w) float32, preprocessed -> what the network says of it."""
        ...


class OnnxBackend:
    """An exported model on the processor; imports no torch.

    Args:
        session: of ``bundle.onnx_session``.
    """

    def __init__(self, session: Any) -> None:
        self._session = session
        self._input = self._session.get_inputs()[0].name

    def run(self, batch: FloatArray) -> Outputs:
        """As ``Backend.run``."""
        logits, *embedding = self._session.run(None, {self._input: batch})
        return Outputs(logits, embedding[0] if embedding else None)


class TorchBackend:
    """A live network of the catalog, in float32 and evaluation mode while it runs."""

    def __init__(self, network: "torch.nn.Module", device: str = "cpu") -> None:
        self._network = network
        self._device = device

    def run(self, batch: FloatArray) -> Outputs:
        """As ``Backend.run``; the network's training mode is put back afterwards."""
        import torch

        was_training = self._network.training
        self._network.eval()
        try:
            with torch.inference_mode():
                images = torch.from_numpy(batch).to(self._device)
                logits, embedding = self._network.answer(images)  # type: ignore[operator]
        finally:
            self._network.train(was_training)
        return Outputs(logits.float().cpu().numpy(), embedding.float().cpu().numpy())


def build_network(
    card: ModelCard, tensors: "dict[str, torch.Tensor]", where: Path | str
) -> "torch.nn.Module":
    """The card's network with its weights, on the processor.

    Args:
        card: of the model file.
        tensors: its weights.
        where: what an error names.

    Raises:
        ModelFileError: an unknown network, or tensors that are not those of it.
        UsageError: a network of timm, where timm is missing or does not know it.
    """
    from biometry_cli.models.catalog import build, entry, is_known

    if not is_known(card.model.name):
        raise ModelFileError(
            f"names the network {card.model.name!r}, which this version does not know",
            where=where,
            mend="Update biometry-cli",
        )
    network = build(
        card.model.name,
        outputs=card.labels.outputs(dense=entry(card.model.name).dense),
        height_px=card.preprocess.height_px,
        width_px=card.preprocess.width_px,
        width=card.model.width,
    )
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        raise ModelFileError(
            f"its weights do not fit the network {card.model.name} "
            f"({str(error).splitlines()[-1].strip()})",
            where=where,
            mend="Copy it again, or train again by `biometry train`",
        ) from None
    return network.eval()


def choose_device(name: str) -> str:
    """ "cuda" or "cpu" for a setting of auto, cpu or cuda. Raises UsageError for a missing GPU."""
    import torch

    present = torch.cuda.is_available()
    if name == "cuda" and not present:
        raise UsageError("this machine has no usable CUDA device", mend="Take --device cpu")
    return "cuda" if present and name != "cpu" else "cpu"


def choose_precision(wanted: str, device: str) -> str:
    """accelerate's name, "no" or "bf16", for a setting of auto, float32 or bfloat16.

    On auto, bfloat16 is taken only where the hardware computes in it: elsewhere it is slower.
    """
    import torch

    if wanted == "float32":
        return "no"
    if wanted == "bfloat16":
        return "bf16"
    if device == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "no"
    features = torch.cpu.get_capabilities()
    computes = any(features.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))
    return "bf16" if computes else "no"


def set_threads(threads: int | None) -> None:
    """Let torch run ``threads`` processor threads; None takes those that may run here."""
    import torch

    torch.set_num_threads(usable_threads() if threads is None else threads)
