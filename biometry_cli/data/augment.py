"""Random changes to a training image and its masks together.

Each image's changes are drawn from its own generator, keyed by seed, epoch and image, so a
resumed run, or one with other loading processes, sees the very same pixels. Geometry is one
bilinear resampling of image and masks stacked together, so they cannot drift apart.
"""

import math

import torch
from torch import Tensor
from torchvision.transforms.v2 import functional as vision

from biometry_cli.settings import AugmentSettings

# Where a change is not drawn at all, the image is left untouched rather than resampled.
_SPECKLE_GRAIN_PX = 2


def keyed_generator(seed: int, epoch: int, image: int) -> torch.Generator:
    """A generator that depends on nothing but its three keys."""
    mixed = (seed * 1_000_003 + epoch) * 1_000_003 + image
    return torch.Generator().manual_seed(mixed % (2**63 - 1))


def augment(
    image: Tensor, masks: Tensor, settings: AugmentSettings, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Change one image and its masks.

    Args:
        image: (1, H, W) float32, 0 to 1, before normalisation.
        masks: (S, H, W) float32 coverage of each structure, 0 to 1; S may be 0.
        settings: the largest changes.
        generator: the source of all randomness.

    Returns:
        The changed image, 0 to 1, and masks, same shapes.
    """
    if not settings.enabled:
        return image, masks
    stacked = _move(torch.cat([image, masks]), settings, generator)
    image, masks = stacked[:1], stacked[1:]
    return _repaint(image, settings, generator).clamp(0.0, 1.0), masks


def _move(stacked: Tensor, settings: AugmentSettings, generator: torch.Generator) -> Tensor:
    height, width = stacked.shape[-2:]
    angle_deg = settings.rotation_deg * _symmetric(generator)
    scale = (1 + settings.scale) ** _symmetric(generator)
    shift_x = settings.shift * width * _symmetric(generator)
    shift_y = settings.shift * height * _symmetric(generator)
    if _uniform(generator) < settings.flip:
        stacked = torch.flip(stacked, [-1])
    if angle_deg == 0 and scale == 1 and shift_x == 0 and shift_y == 0:
        return stacked
    moved: Tensor = vision.affine(
        stacked,
        angle=angle_deg,
        translate=[shift_x, shift_y],
        scale=scale,
        shear=[0.0, 0.0],
        interpolation=vision.InterpolationMode.BILINEAR,
        fill=[0.0],
    )
    return moved


def _repaint(image: Tensor, settings: AugmentSettings, generator: torch.Generator) -> Tensor:
    gain = (1 + settings.gain) ** _symmetric(generator)
    gamma = (1 + settings.contrast) ** _symmetric(generator)
    speckle = settings.speckle * _uniform(generator)
    blur_px = settings.blur_px * _uniform(generator)
    shadowed = _uniform(generator) < settings.shadow
    if gamma != 1:
        image = image.pow(gamma)
    if shadowed:
        image = image * _shadow(image.shape[-2], image.shape[-1], generator)
    if speckle > 0:
        image = image * (1 + speckle * _grain(image.shape[-2], image.shape[-1], generator))
    if blur_px > 0.2:
        size = 2 * math.ceil(2 * blur_px) + 1
        image = vision.gaussian_blur(image, [size, size], [blur_px, blur_px])
    brightened: Tensor = image * gain
    return brightened


def _grain(height: int, width: int, generator: torch.Generator) -> Tensor:
    """Noise of unit deviation whose grain is wider than tall, as a beam's is: (1, H, W)."""
    fine = torch.randn(1, height, width // _SPECKLE_GRAIN_PX + 1, generator=generator)
    return fine.repeat_interleave(_SPECKLE_GRAIN_PX, dim=-1)[..., :width]


def _shadow(height: int, width: int, generator: torch.Generator) -> Tensor:
    """A dark band that fans out downwards from the top edge, with soft sides: (1, H, W)."""
    top_x = width * (0.2 + 0.6 * _uniform(generator))
    lean = 0.6 * _symmetric(generator)
    half_width = width * (0.03 + 0.05 * _uniform(generator))
    depth = 0.3 + 0.6 * _uniform(generator)
    start_y = height * 0.5 * _uniform(generator)
    y = torch.arange(height, dtype=torch.float32)[:, None]
    x = torch.arange(width, dtype=torch.float32)[None, :]
    distance = (x - top_x - lean * y).abs() / (half_width * (1 + y / height))
    inside = torch.sigmoid((1 - distance) * 6) * torch.sigmoid((y - start_y) * 8 / height)
    return (1 - depth * inside)[None]


def _uniform(generator: torch.Generator) -> float:
    return float(torch.rand((), generator=generator, dtype=torch.float64))


def _symmetric(generator: torch.Generator) -> float:
    return 2 * _uniform(generator) - 1
