"""The model file: weights and everything that is needed to use and to trace them, in one file.

A ``.safetensors`` file holds the tensors, and in its header one JSON text, the model card. An
exported ``.onnx`` file carries the same card in its metadata. Neither can run code when read.
"""

import hashlib
import json
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from biometry_cli.calibration import Calibration
from biometry_cli.cores import usable_threads
from biometry_cli.data.labels import LabelSchema
from biometry_cli.data.membership import Membership
from biometry_cli.data.preprocess import Preprocess
from biometry_cli.errors import ModelFileError
from biometry_cli.files import write_bytes
from biometry_cli.names import valid_values
from biometry_cli.settings import Settings

if TYPE_CHECKING:
    from torch import Tensor

CARD_KEY = "biometry"
_TRACED_LIBRARIES = ("biometry-cli", "torch", "torchvision", "numpy", "pillow", "safetensors")


class ModelSpec(BaseModel):
    """The network: its name in the catalog and its width multiplier."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    width: float | None = None


class TrainingSummary(BaseModel):
    """What the weights learned from. ``images`` and ``subjects`` are counts by split.

    ``membership`` knows those images and subjects again. ``finished`` is false in the file of a
    run that has not ended.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    _valid_names = field_validator("*", mode="before")(valid_values)

    data: str
    images: dict[str, int]
    subjects: dict[str, int]
    seed: int
    split_shares: tuple[float, float, float]
    epoch: int
    minutes: float
    validation: dict[str, float | None]
    membership: Membership = Membership()
    finished: bool = True


class ModelCard(BaseModel):
    """Everything in a model file but the weights.

    ``settings`` are the run's, without paths; ``settings_hash`` is theirs; ``calibration`` holds
    what the end of training learned from the validation split.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["biometry-1"] = "biometry-1"
    labels: LabelSchema
    preprocess: Preprocess
    model: ModelSpec
    training: TrainingSummary
    settings: dict[str, Any]
    settings_hash: str
    versions: dict[str, str]
    created: str
    calibration: Calibration = Calibration()
    weights_hash: str | None = None

    @property
    def task(self) -> str:
        """The labels' task."""
        return self.labels.task

    def told_json(self) -> str:
        """As JSON for a reader: without the arrays of the appearance, which programs load."""
        arrays = {"quantiles", "deviation", "mean", "axes", "variances"}
        untold = {"appearance": {"image": arrays, "network": arrays}}
        return self.model_dump_json(exclude={"calibration": untold})


def make_card(
    settings: Settings,
    *,
    labels: LabelSchema,
    preprocess: Preprocess,
    model: ModelSpec,
    training: TrainingSummary,
) -> ModelCard:
    """Put a card together, with the versions of this process and the present time."""
    traced = traced_settings(settings)
    versions = library_versions()
    if model.name.startswith("timm:"):
        versions["timm"] = metadata.version("timm")  # which decides what the name builds
    return ModelCard(
        labels=labels,
        preprocess=preprocess,
        model=model,
        training=training,
        settings=traced,
        settings_hash=hash_json(traced),
        versions=versions,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def traced_settings(settings: Settings) -> dict[str, Any]:
    """The settings that shape a model, without this machine's paths and names."""
    traced = settings.model_dump(mode="json", exclude_none=True)
    for section, key in (("data", "folder"), ("train", "runs_folder")):
        traced[section].pop(key, None)
    for key in ("weights", "more_weights", "planes", "plane_structures"):
        traced["predict"].pop(key, None)
    return traced


def hash_json(value: Any) -> str:
    """SHA-256 of a value as JSON with sorted keys, sixteen hex digits."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def library_versions() -> dict[str, str]:
    """Versions of Python and of the libraries that a result depends on."""
    versions = {"python": platform.python_version()}
    for name in _TRACED_LIBRARIES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return versions


def write_model(path: Path, card: ModelCard, tensors: "Mapping[str, Tensor]") -> None:
    """Write a model file in one step. Raises UsageError where it cannot be written."""
    from safetensors.torch import save

    stored = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    write_bytes(path, save(stored, metadata={CARD_KEY: card.model_dump_json()}))


def read_card(path: Path) -> ModelCard:
    """The card of a ``.safetensors`` or ``.onnx`` model file; imports no torch.

    Raises:
        ModelFileError: missing, damaged, of another kind, or not written by this product.
    """
    if not path.is_file():
        raise ModelFileError("no such model file", where=path, mend="Check the path")
    if path.suffix == ".safetensors":
        return parse_card(_safetensors_metadata(path).get(CARD_KEY), path)
    if path.suffix == ".onnx":
        return onnx_card(onnx_session(path, path), path)
    raise unknown_format(path)


def unknown_format(where: Path | str) -> ModelFileError:
    """The error for a file that is no model of any format."""
    return ModelFileError(
        "is not a model file",
        where=where,
        mend="Model files end in .safetensors or .onnx; nothing else is opened",
    )


def parse_card(text: str | None, where: Path | str) -> ModelCard:
    """A model file's description. Raises ModelFileError without one that fits this version."""
    if text is None:
        raise ModelFileError(
            "holds weights, but not the description that biometry writes beside them",
            where=where,
            mend="Name the model.safetensors of a run, or a file that `biometry export` wrote",
        )
    try:
        return ModelCard.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        raise ModelFileError(
            f"its description does not fit this version: {'.'.join(map(str, first['loc']))}: "
            f"{first['msg']}",
            where=where,
            mend="Update biometry-cli, or train again",
        ) from None


def onnx_card(session: Any, where: Path | str) -> ModelCard:
    """The card in an open session's metadata. Raises ModelFileError as ``parse_card``."""
    return parse_card(session.get_modelmeta().custom_metadata_map.get(CARD_KEY), where)


def safetensors_card(content: bytes, where: Path | str) -> ModelCard:
    """The card in the header of a safetensors file's bytes: its length in 8 bytes, then JSON.

    Raises:
        ModelFileError: damaged, or without a card that fits.
    """
    try:
        length = int.from_bytes(content[:8], "little")
        header = json.loads(content[8 : 8 + length])
        metadata = dict(header.get("__metadata__") or {})
    except (ValueError, AttributeError, TypeError) as error:
        raise _damaged(where, error) from None
    return parse_card(metadata.get(CARD_KEY), where)


def parse_tensors(content: bytes, where: Path | str) -> "dict[str, Tensor]":
    """All tensors of a safetensors file's bytes. Raises ModelFileError where it is damaged."""
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        tensors: dict[str, Tensor] = load(content)
    except (SafetensorError, ValueError) as error:
        raise _damaged(where, error) from None
    return tensors


def read_tensors(path: Path) -> "dict[str, Tensor]":
    """All tensors of a ``.safetensors`` file. Raises ModelFileError as ``read_card`` does."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        tensors: dict[str, Tensor] = load_file(path)
    except (SafetensorError, OSError) as error:
        raise _damaged(path, error) from None
    return tensors


def file_hash(path: Path) -> str:
    """SHA-256 of a file, sixteen hex digits: what a result names its model by."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:16]


def content_hash(content: bytes) -> str:
    """The ``file_hash`` of a file's bytes."""
    return hashlib.sha256(content).hexdigest()[:16]


def onnx_session(model: Path | bytes, where: Path | str, threads: int | None = None) -> Any:
    """An ONNX Runtime session on the processor.

    Args:
        model: a file, or its bytes.
        where: what an error names.
        threads: processor threads; those that may run here when None.

    Raises:
        ModelFileError: unreadable as ONNX.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = usable_threads() if threads is None else threads
    # Its waiting threads may spin: measured on two cores, 24 ms a batch and not 32, and beside a
    # busy process 42 and not 49. What hurt was two threads where a quota allows one.
    source = model if isinstance(model, bytes) else str(model)
    try:
        return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    # The runtime's own exceptions share no public base class but Exception.
    except Exception as error:
        raise ModelFileError(
            f"cannot be read as an ONNX model ({str(error).splitlines()[0][:200]})",
            where=where,
            mend="Export it again by `biometry export`",
        ) from None


def _safetensors_metadata(path: Path) -> dict[str, str]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as opened:
            return dict(opened.metadata() or {})
    except (SafetensorError, OSError) as error:
        raise _damaged(path, error) from None


def _damaged(path: Path | str, error: Exception) -> ModelFileError:
    return ModelFileError(
        f"is not a readable safetensors file ({error})",
        where=path,
        mend="Copy it again, or train again by `biometry train`",
    )
