"""Export to ONNX, kept only when ONNX Runtime gives the original's answers on real images."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from biometry_cli.bundle import CARD_KEY, ModelCard, file_hash, read_card
from biometry_cli.data.images import read_scan
from biometry_cli.data.phantom.scan import STRUCTURES, draw_phantom
from biometry_cli.data.samples import list_images
from biometry_cli.errors import BiometryError, ModelFileError, UsageError
from biometry_cli.files import replacing, require_writable
from biometry_cli.inference.backends import OnnxBackend, Outputs, TorchBackend, load_network
from biometry_cli.runs import find_weights, run_of
from biometry_cli.settings import Settings
from biometry_cli.sources import resolve_settings
from biometry_cli.tasks.softmax import softmax

if TYPE_CHECKING:
    import torch

_OPSET = 20
# Images of the comparison, in batches of more than one size to prove that the batch is dynamic.
_IMAGES = 8
_BATCHES = ((0, 1), (1, 4), (4, 8))


@dataclass(frozen=True)
class Exported:
    """What was exported and how it compares. ``difference`` is the largest of any probability."""

    file: Path
    images: str
    difference: float
    tolerance: float

    def facts(self) -> list[tuple[str, str]]:
        """Lines for a table."""
        return [
            ("file", str(self.file)),
            ("size", f"{self.file.stat().st_size / 1e6:.1f} MB"),
            ("compared on", self.images),
            ("largest difference", f"{self.difference:.1e} (allowed {self.tolerance:.0e})"),
        ]


def export_onnx(settings: Settings, out: Path | None) -> Exported:
    """Write a model as ONNX with its card inside.

    Args:
        settings: weights and tolerance.
        out: the file; ``model.onnx`` beside the weights when None.

    Raises:
        ModelFileError: no usable model, or the export differs from it; nothing is kept then.
        UsageError: a file name that does not end in .onnx, or an unwritable place.
    """
    weights = find_weights(settings.predict.weights, settings.train.runs_folder)
    if weights.suffix == ".onnx":
        raise UsageError("is ONNX already", where=weights, mend="Name a .safetensors file")
    target = out or weights.with_suffix(".onnx")
    if target.suffix != ".onnx":
        raise UsageError("does not end in .onnx", where=target, mend="Choose such a name")
    require_writable(target.parent)
    card = read_card(weights)
    network = load_network(weights, card)
    images, origin = _images(weights, card)
    with replacing(target) as temporary:
        write_onnx(temporary, network, card.model_copy(update={"weights_hash": file_hash(weights)}))
        difference = largest_difference(temporary, network, images)
        if not difference <= settings.export.tolerance:
            raise ModelFileError(
                f"the export differs from the model by {difference:.2g} in a probability, more "
                f"than the allowed {settings.export.tolerance:.2g}, and was deleted",
                where=weights,
                mend="Report it with the versions that `biometry info` prints",
            )
    return Exported(target, origin, difference, settings.export.tolerance)


def write_onnx(path: Path, network: "torch.nn.Module", card: ModelCard) -> None:
    """Write ``network`` with a dynamic batch and the card in its metadata.

    Input "image" (B, 1, h, w) float32, preprocessed; outputs "logits" (B, C) or (B, C, h, w) and
    "embedding" (B, E).
    """
    import torch

    from biometry_cli.models.embedding import WithEmbedding

    example = torch.zeros(2, 1, card.preprocess.height_px, card.preprocess.width_px)
    with _quiet():
        program = torch.onnx.export(
            WithEmbedding(network).eval(),
            (example,),
            dynamo=True,
            opset_version=_OPSET,
            input_names=["image"],
            output_names=["logits", "embedding"],
            dynamic_shapes=({0: torch.export.Dim("batch", min=1)},),
            verbose=False,
        )
    if program is None:
        raise BiometryError("the exporter gave nothing")
    program.model.metadata_props[CARD_KEY] = card.model_dump_json()
    program.save(path, external_data=False)


def largest_difference(
    path: Path, network: "torch.nn.Module", inputs: npt.NDArray[np.float32]
) -> float:
    """Largest difference between the file and the network on ``inputs``.

    Of any probability, or of any number of the embedding over the largest one, whichever is more;
    NaN on either side gives infinity.
    """
    exported, original = OnnxBackend(path), TorchBackend(network)
    largest = 0.0
    for first, last in _BATCHES:
        batch = inputs[first:last]
        if len(batch):
            differences = _differences(exported.run(batch), original.run(batch))
            largest = max(largest, *differences)
    return largest


def _differences(exported: Outputs, original: Outputs) -> tuple[float, float]:
    """Largest difference of a probability, and of the embedding, relatively."""
    probability = np.abs(softmax(exported.logits) - softmax(original.logits)).max()
    embedding = np.inf
    if exported.embedding is not None and original.embedding is not None:
        scale = max(float(np.abs(original.embedding).max()), 1e-6)
        embedding = np.abs(exported.embedding - original.embedding).max() / scale
    first, second = np.nan_to_num([probability, embedding], nan=np.inf)
    return float(first), float(second)


def _images(weights: Path, card: ModelCard) -> tuple[npt.NDArray[np.float32], str]:
    """Network inputs to compare on: the run's validation images, else drawn ones."""
    found: list[Path] = []
    run = run_of(weights)
    if run is not None:
        folder = resolve_settings({}, base=run.settings, environment={}).settings.data.folder
        if folder is not None:
            found = list_images(folder / "val" / "images")[:_IMAGES]
    pixels = [read_scan(file).pixels for file in found]
    origin = f"{len(pixels)} validation images"
    if not pixels:
        random = np.random.default_rng(0)
        drawn = [draw_phantom(STRUCTURES[i % 3], random).pixels for i in range(_IMAGES)]
        pixels = [(each / np.float32(255)).astype(np.float32) for each in drawn]
        origin = f"{len(pixels)} drawn images"
    return np.stack([card.preprocess.apply(each)[0] for each in pixels]), origin


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the exporter's own remarks off the user's terminal."""
    import logging

    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
