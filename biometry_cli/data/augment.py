"""Random changes to a training image, its masks and its landmarks together.

Each image's changes are drawn from its own generator, keyed by seed, epoch and image, so a
resumed run, or one with other loading processes, sees the very same pixels. Geometry is one
bilinear resampling of image and masks stacked together, so they cannot drift apart, and points
move by the same numbers.
"""

import math
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Move:
    """A change of place: a left-right flip if ``flipped``, then a turn and a change of size about
    the image's centre, then a shift. Angles run from x towards y, lengths are in pixels."""

    flipped: bool = False
    angle_deg: float = 0.0
    scale: float = 1.0
    shift_x_px: float = 0.0
    shift_y_px: float = 0.0

    def planes(self, stacked: Tensor) -> Tensor:
        """Move the pixels of (N, H, W): bilinear, 0 where nothing was."""
        if self.flipped:
            stacked = torch.flip(stacked, [-1])
        if (self.angle_deg, self.scale, self.shift_x_px, self.shift_y_px) == (0, 1, 0, 0):
            return stacked
        moved: Tensor = vision.affine(
            stacked,
            angle=self.angle_deg,
            translate=[self.shift_x_px, self.shift_y_px],
            scale=self.scale,
            shear=[0.0, 0.0],
            interpolation=vision.InterpolationMode.BILINEAR,
            fill=[0.0],
        )
        return moved

    def points(self, points_px: Tensor, size: tuple[int, int]) -> Tensor:
        """Move points (..., 2), x and y in an image of ``size`` (height, width), as its pixels.

        Pixel centres are whole numbers, so the image's centre is at (width - 1) / 2.
        """
        center = points_px.new_tensor([(size[1] - 1) / 2, (size[0] - 1) / 2])
        away = points_px - center
        if self.flipped:
            away = away * away.new_tensor([-1.0, 1.0])
        angle_rad = math.radians(self.angle_deg)
        cosine, sine = self.scale * math.cos(angle_rad), self.scale * math.sin(angle_rad)
        turn = away.new_tensor([[cosine, sine], [-sine, cosine]])
        return away @ turn + center + center.new_tensor([self.shift_x_px, self.shift_y_px])


def draw_move(settings: AugmentSettings, size: tuple[int, int], generator: torch.Generator) -> Move:
    """A random move of an image of ``size`` (height, width) within the settings' limits."""
    angle_deg = settings.rotation_deg * _symmetric(generator)
    scale = (1 + settings.scale) ** _symmetric(generator)
    shift_x_px = settings.shift * size[1] * _symmetric(generator)
    shift_y_px = settings.shift * size[0] * _symmetric(generator)
    flipped = _uniform(generator) < settings.flip
    return Move(flipped, angle_deg, scale, shift_x_px, shift_y_px)


def augment(
    image: Tensor, masks: Tensor, settings: AugmentSettings, generator: torch.Generator
) -> tuple[Tensor, Tensor, Move]:
    """Change one image and its masks.

    Args:
        image: (1, H, W) float32, 0 to 1, before normalisation.
        masks: (S, H, W) float32 coverage of each structure, 0 to 1; S may be 0.
        settings: the largest changes.
        generator: the source of all randomness.

    Returns:
        The changed image, 0 to 1, and masks, same shapes; and how their pixels moved, for points.
    """
    if not settings.enabled:
        return image, masks, Move()
    move = draw_move(settings, (image.shape[-2], image.shape[-1]), generator)
    stacked = move.planes(torch.cat([image, masks]))
    image, masks = stacked[:1], stacked[1:]
    return _repaint(image, settings, generator).clamp(0.0, 1.0), masks, move


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
