"""The networks to choose from; readable without torch."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from biometry_cli.errors import UsageError, require_torch

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class CatalogEntry:
    """One network.

    Attributes:
        target: "module:Class" below ``biometry_cli.models``.
        tasks: what it answers.
        purpose: one line for ``biometry models``.
        input_pixels: number of input pixels that suits it; height and width follow the images.
        multiple_px: input sides are rounded to a multiple of this, which is also the least side.
        default_width: the width multiplier when the user sets none.
        fixed_size: whether the input size is fixed when it is built.
        dense: whether it answers with maps of the input's size; else with plain numbers.
    """

    target: str
    tasks: tuple[str, ...]
    purpose: str
    input_pixels: int
    multiple_px: int
    default_width: float
    fixed_size: bool = False
    dense: bool = False


CATALOG: dict[str, CatalogEntry] = {
    "unet": CatalogEntry(
        "unet:UNet",
        tasks=("segment", "landmarks", "segment,landmarks"),
        purpose="compact U-Net, the default for masks and points: most accuracy per minute",
        input_pixels=256 * 176,
        multiple_px=16,
        default_width=1.0,
        dense=True,
    ),
    "segnet": CatalogEntry(
        "segnet:SegNet",
        tasks=("segment", "landmarks", "segment,landmarks"),
        purpose="SegNet with pooling indices; width 1 is the published size, for a GPU",
        input_pixels=256 * 176,
        multiple_px=32,
        default_width=0.25,
        dense=True,
    ),
    "plane-resnet": CatalogEntry(
        "plane_resnet:PlaneResNet",
        tasks=("classify",),
        purpose="compact residual network, the classification default: for a processor",
        input_pixels=160 * 160,
        multiple_px=16,
        default_width=1.0,
    ),
    "biometry-cnn": CatalogEntry(
        "biometry_cnn:BiometryDetection",
        tasks=("classify", "landmarks"),
        purpose="two convolutions and a linear layer: classes, or coordinates of points",
        input_pixels=128 * 128,
        multiple_px=4,
        default_width=1.0,
        fixed_size=True,
    ),
}

TIMM = "timm:"
"""Begins the name of a network that timm builds, such as ``timm:resnet18``."""
_TIMM_ENTRY = CatalogEntry(
    "timm_network:TimmNetwork",
    tasks=("classify",),
    purpose='any encoder of timm by its name there; pip install "biometry-cli[timm]"',
    input_pixels=224 * 224,
    multiple_px=32,
    default_width=1.0,
    fixed_size=True,
)

# Outputs that a network is counted with in a list: background and a head; eight planes.
_EXAMPLE_OUTPUTS = {"segment": 2, "classify": 8}

DEFAULT_MODELS = {
    "segment": "unet",
    "classify": "plane-resnet",
    "landmarks": "unet",
    "segment,landmarks": "unet",
}


def is_known(name: str) -> bool:
    """Whether it is in the catalog, or begins as timm's do."""
    return name in CATALOG or name.startswith(TIMM)


def entry(name: str) -> CatalogEntry:
    """The catalog's entry; all names of timm share one. Raises UsageError for an unknown name."""
    if not is_known(name):
        raise UsageError(
            f"there is no model {name!r}",
            mend=f"`biometry models` lists them: {', '.join(CATALOG)}, {TIMM}NAME",
        )
    return CATALOG.get(name, _TIMM_ENTRY)


def require_model(name: str | None, *, pretrained: bool) -> None:
    """Refuse a network that cannot be built; imports timm, and so torch, for its names alone.

    Args:
        name: of the catalog or timm; None for the task's default.
        pretrained: whether it is to start with weights that timm fetches.

    Raises:
        UsageError: an unknown name, timm missing, or no pretrained weights.
    """
    if name is not None:
        entry(name)
    if name is not None and name.startswith(TIMM):
        _require_timm(name)
        from biometry_cli.models.timm_network import require_encoder

        require_encoder(name.removeprefix(TIMM), pretrained=pretrained)
    elif pretrained:
        raise UsageError(
            f"{name or 'the default model'} has no pretrained weights",
            mend=f"Take --model {TIMM}NAME, or leave --pretrained out",
        )


def _require_timm(name: str) -> None:
    from importlib.util import find_spec

    if find_spec("timm") is None:
        raise UsageError(
            f"{name} is a network of timm, which is not installed",
            mend='pip install "biometry-cli[timm]"',
        )


def choose_model(name: str | None, task: str) -> str:
    """The named model, or the task's default. Raises UsageError where the two don't fit."""
    chosen = name or DEFAULT_MODELS[task]
    if task not in entry(chosen).tasks:
        fitting = ", ".join(key for key, value in CATALOG.items() if task in value.tasks)
        fitting += f", {TIMM}NAME" if task in _TIMM_ENTRY.tasks else ""
        raise UsageError(
            f"{chosen} answers the task {' or '.join(entry(chosen).tasks)}, and this data asks for "
            f"{task}",
            mend=f"Take --model {fitting}, or another --task",
        )
    return chosen


def input_size(name: str, aspect: float) -> tuple[int, int]:
    """Input (height, width) in pixels for images of ``aspect`` = width / height."""
    chosen = entry(name)
    aspect = min(max(aspect, 0.25), 4.0)
    height = (chosen.input_pixels / aspect) ** 0.5
    step = chosen.multiple_px
    return max(step, round(height / step) * step), max(step, round(height * aspect / step) * step)


def require_size(name: str, height_px: int, width_px: int) -> None:
    """Raise UsageError for an input smaller than the network can take."""
    least = entry(name).multiple_px
    if min(height_px, width_px) < least:
        raise UsageError(
            f"{name} needs an input of at least {least} x {least} pixels, not {width_px} x "
            f"{height_px}",
            mend="Set data.height_px and data.width_px higher, or leave both out",
        )


def require_width(name: str, width: float | None) -> None:
    """Raise UsageError for a width where the network's filters are fixed."""
    if width is not None and entry(name).fixed_size:
        raise UsageError(
            f"the filters of {name} cannot be multiplied", mend="Leave --width (model.width) out"
        )


def build(
    name: str,
    *,
    outputs: int,
    height_px: int,
    width_px: int,
    width: float | None = None,
    pretrained: bool = False,
) -> "nn.Module":
    """Build a network with fresh weights.

    Args:
        name: key of the catalog, or ``timm:NAME``.
        outputs: channels of its answer, as ``LabelSchema.outputs`` counts them.
        height_px, width_px: the input size; used by networks that fix it.
        width: multiplies the filters; the entry's own when None.
        pretrained: whether timm fetches weights for its network; nothing else ever does.

    Raises:
        UsageError: an unknown name, timm missing, or a network of timm that this size, or its
            pretrained weights, cannot be had for.
    """
    import importlib

    chosen = entry(name)
    if name.startswith(TIMM):
        _require_timm(name)
    module_name, _, class_name = chosen.target.partition(":")
    network_class = getattr(
        importlib.import_module(f"biometry_cli.models.{module_name}"), class_name
    )
    arguments: dict[str, Any] = {"classes": outputs}
    if chosen.fixed_size:
        arguments |= {"height_px": height_px, "width_px": width_px}
    else:
        arguments["width"] = width if width is not None else chosen.default_width
    if name.startswith(TIMM):
        arguments |= {"encoder": name.removeprefix(TIMM), "pretrained": pretrained}
    network: nn.Module = network_class(**arguments)
    return network


def described() -> list[dict[str, Any]]:
    """Every network with what it is for; imports torch to count its parameters.

    Raises:
        UsageError: torch is not installed.
    """
    require_torch()
    return [
        {
            "name": name,
            "tasks": list(entry.tasks),
            "parameters": count_parameters(name, _EXAMPLE_OUTPUTS[entry.tasks[0]]),
            "width": entry.default_width,
            "purpose": entry.purpose,
        }
        for name, entry in CATALOG.items()
    ]


def count_parameters(name: str, outputs: int) -> int:
    """Learned numbers of the network at its default width and input size; imports torch."""
    height_px, width_px = input_size(name, 1.0)
    network = build(name, outputs=outputs, height_px=height_px, width_px=width_px)
    return sum(parameter.numel() for parameter in network.parameters())
