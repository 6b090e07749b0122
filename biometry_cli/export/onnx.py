"""Export to ONNX, kept only when ONNX Runtime gives the original's answers on real images."""

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from biometry_cli.bundle import CARD_KEY, ModelCard, content_hash, onnx_session
from biometry_cli.data.images import read_scan
from biometry_cli.data.phantom.scan import STRUCTURES, draw_phantom
from biometry_cli.data.samples import list_images
from biometry_cli.errors import BiometryError, ModelFileError, UsageError
from biometry_cli.files import replacing, require_file
from biometry_cli.inference.backends import OnnxBackend, Outputs, TorchBackend
from biometry_cli.inference.model import parse_network, read_model
from biometry_cli.runs import find_weights, run_of
from biometry_cli.settings import ExportSettings, Settings
from biometry_cli.sources import resolve_settings
from biometry_cli.targets import require_free
from biometry_cli.tasks.landmarks.decode import DecodedPoint, decode, distribution
from biometry_cli.tasks.landmarks.metrics import matched
from biometry_cli.tasks.softmax import softmax

if TYPE_CHECKING:
    import torch

_OPSET = 20
# Images of the comparison, in batches of more than one size to prove that the batch is dynamic.
_IMAGES = 8
_DOUBTFUL = 0.1  # confidence of a landmark
_BATCHES = ((0, 1), (1, 4), (4, 8))


@dataclass(frozen=True)
class Difference:
    """How far an exported model is from the original.

    ``probability`` is the largest difference of any class probability or share of a heatmap, or of
    any number of the embedding over the largest one; ``points_px`` that of any point, input pixels.
    """

    probability: float
    points_px: float


@dataclass(frozen=True)
class Exported:
    """What was exported, and how it compares with the tolerances."""

    file: Path
    images: str
    difference: Difference
    card: ModelCard
    settings: ExportSettings

    def facts(self) -> list[tuple[str, str]]:
        """Lines for a table."""
        found, allowed = self.difference, self.settings
        lines = [
            ("file", str(self.file)),
            ("size", f"{self.file.stat().st_size / 1e6:.1f} MB"),
            ("compared on", self.images),
            ("largest difference", f"{found.probability:.1e} (allowed {allowed.tolerance:.0e})"),
        ]
        if self.card.labels.finds_points:
            told = f"{found.points_px:.1e} px (allowed {allowed.tolerance_px:g} px)"
            lines.append(("farthest point", told))
        return lines


def export_onnx(settings: Settings, out: Path | None) -> Exported:
    """Write a model as ONNX with its card inside.

    Args:
        settings: weights and tolerance.
        out: the file; ``model.onnx`` beside the weights when None.

    Raises:
        ModelFileError: no usable model, or the export differs from it; nothing is kept then.
        UsageError: a file name that does not end in .onnx, an unwritable place, or a file there
            that biometry did not write.
    """
    weights = find_weights(settings.predict.weights, settings.train.runs_folder)
    if weights.suffix == ".onnx":
        raise UsageError("is ONNX already", where=weights, mend="Name a .safetensors file")
    target = out or weights.with_suffix(".onnx")
    if target.suffix != ".onnx":
        raise UsageError("does not end in .onnx", where=target, mend="Choose such a name")
    require_file(target)
    require_free(target, _is_ours, "model")
    content = read_model(weights)
    card, network = parse_network(content, weights)
    images, origin = _images(weights, card)
    with replacing(target) as temporary:
        origin_hash = {"weights_hash": content_hash(content)}
        write_onnx(temporary, network, card.model_copy(update=origin_hash))
        difference = compare(temporary, network, images, card)
        _require_equal(difference, settings.export, weights)
    return Exported(target, origin, difference, card, settings.export)


def _is_ours(path: Path) -> bool:
    try:
        return CARD_KEY in onnx_session(path, path).get_modelmeta().custom_metadata_map
    except ModelFileError:
        return False


def _require_equal(difference: Difference, allowed: ExportSettings, weights: Path) -> None:
    told = None
    if not difference.probability <= allowed.tolerance:
        told = f"{difference.probability:.2g} in a probability", f"{allowed.tolerance:.2g}"
    elif not difference.points_px <= allowed.tolerance_px:
        told = f"{difference.points_px:.2g} px in a point", f"{allowed.tolerance_px:.2g}"
    if told is not None:
        raise ModelFileError(
            f"the export differs from the model by {told[0]}, more than the allowed {told[1]}, "
            "and was deleted",
            where=weights,
            mend="Report it with the versions that `biometry info` prints",
        )


def write_onnx(path: Path, network: "torch.nn.Module", card: ModelCard) -> None:
    """Write ``network`` with a dynamic batch and the card in its metadata.

    Input "image" (B, 1, h, w) float32, preprocessed; outputs "logits" (B, C) or (B, C, h, w) and
    "embedding" (B, E). A model of landmarks gives heatmaps after the classes, or (B, 2P) or
    (B, 3P) coordinates.
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


def compare(
    path: Path, network: "torch.nn.Module", inputs: npt.NDArray[np.float32], card: ModelCard
) -> Difference:
    """Compare the file with the network on ``inputs``; NaN on either side differs by infinity."""
    exported = OnnxBackend(onnx_session(path, path))
    original = TorchBackend(network)
    differences = [
        _difference(exported.run(inputs[first:last]), original.run(inputs[first:last]), card)
        for first, last in _BATCHES
        if len(inputs[first:last])
    ]
    return Difference(
        probability=max(each.probability for each in differences),
        points_px=max(each.points_px for each in differences),
    )


def _difference(exported: Outputs, original: Outputs, card: ModelCard) -> Difference:
    classes = len(card.labels.classes)
    parts = [0.0, _embedding_difference(exported, original)]
    points_px = 0.0
    if card.labels.finds_points:
        parts.append(_heatmaps_difference(exported.logits, original.logits, classes))
        points_px = _points_difference(exported.logits, original.logits, card)
    if classes:
        both = softmax(exported.logits[:, :classes]), softmax(original.logits[:, :classes])
        parts.append(float(np.abs(both[0] - both[1]).max()))
    return Difference(max(map(_or_infinite, parts)), _or_infinite(points_px))


def _embedding_difference(exported: Outputs, original: Outputs) -> float:
    """Of any number of the embedding over the largest one."""
    if exported.embedding is None or original.embedding is None:
        return math.inf
    scale = max(float(np.abs(original.embedding).max()), 1e-6)
    return float(np.abs(exported.embedding - original.embedding).max()) / scale


def _points_difference(
    exported: npt.NDArray[np.float32], original: npt.NDArray[np.float32], card: ModelCard
) -> float:
    """Largest distance of any point, as decoded in pixels of the input, ends of a caliper in
    their closer order; infinite where one side alone sees it.

    A point that both sides are less than 10 % sure of is left out: a nearly flat heatmap has no
    peak, and rounding alone chooses between its places. The heatmaps themselves still count.
    """
    size = (card.preprocess.height_px, card.preprocess.width_px)
    placement = card.preprocess.placement(size)
    largest = 0.0
    for first, second in zip(exported, original, strict=True):
        decoded = [decode(answer, card.labels, placement, size) for answer in (first, second)]
        doubtful = {
            name
            for name in card.labels.points
            if all(
                each[name] is not None and _confidence(each[name]) < _DOUBTFUL for each in decoded
            )
        }
        found, wanted = (
            {
                name: None if point is None or name in doubtful else (point.x, point.y)
                for name, point in each.items()
            }
            for each in decoded
        )
        found = dict(matched(found, wanted, card.labels.points, card.labels.calipers))
        for name, point in wanted.items():
            other = found[name]
            if point is None and other is None:
                continue
            apart = math.inf if point is None or other is None else math.dist(point, other)
            largest = max(largest, apart)
    return largest


def _confidence(point: DecodedPoint | None) -> float:
    return 1.0 if point is None or point.confidence is None else point.confidence


def _heatmaps_difference(
    exported: npt.NDArray[np.float32], original: npt.NDArray[np.float32], classes: int
) -> float:
    """Of the share of any pixel of any heatmap; 0 for a network that answers with coordinates."""
    if exported.ndim < 4:
        return 0.0
    return max(
        float(np.abs(distribution(first)[0] - distribution(second)[0]).max())
        for own, other in zip(exported[:, classes:], original[:, classes:], strict=True)
        for first, second in zip(own, other, strict=True)
    )


def _or_infinite(value: float) -> float:
    return math.inf if math.isnan(value) else value


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
