"""The physics of the picture: from a scene to the grey image of a convex probe.

Echoes are summed per sample as a complex field, so their envelope is Rayleigh-distributed where
only diffuse scatter is present and Rician near a mirror-like interface, as in a real scanner.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from biometry_cli.data.phantom.scene import Scene

AXIAL_SIGMA_SAMPLES = 1.3
"""Half-length of the pulse along the line (Gaussian sigma)."""
SHADOW_SIGMA_LINES = 1.5
"""Softness of a shadow's edge."""
FOCAL_ZONES = 8
"""Bands of depth, each with one beam width."""
TISSUE_LEVEL = 0.44
"""Grey level (0..1) of soft tissue at 0 dB gain."""


@dataclass(frozen=True)
class ScannerSettings:
    """The knobs of the scanner.

    Attributes:
        gain_db: overall gain.
        time_gain_error_db: what the time gain over- or undercorrects by at the deepest sample.
        dynamic_range_db: span of echoes between black and white.
        noise_db: electronic noise at the deepest sample, relative to soft tissue.
        focus: depth of the narrowest beam as a fraction of the whole depth.
        beam_width_lines: Gaussian sigma of the beam at its focus, in scan lines.
    """

    gain_db: float = 0.0
    time_gain_error_db: float = 0.0
    dynamic_range_db: float = 60.0
    noise_db: float = -32.0
    focus: float = 0.5
    beam_width_lines: float = 0.8


def sample_settings(rng: np.random.Generator) -> ScannerSettings:
    """Settings as they differ between operators and machines."""
    return ScannerSettings(
        gain_db=rng.uniform(-6, 5),
        time_gain_error_db=rng.uniform(-8, 5),
        dynamic_range_db=rng.uniform(52, 68),
        noise_db=rng.uniform(-38, -24),
        focus=rng.uniform(0.35, 0.7),
        beam_width_lines=rng.uniform(0.75, 1.1),
    )


def echo_envelope(
    scene: Scene, settings: ScannerSettings, rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """The echo's amplitude along each line, before compression.

    Returns:
        float32 (S, L), 0 or more. Even soft tissue at unit scatter gives a Rayleigh distribution
        with mean square 1.
    """
    sector = scene.sector
    shape = scene.scatter.shape
    step_mm = sector.depth_mm / (sector.samples - 1)
    loss_db = np.cumsum(scene.attenuation_db_per_mm, axis=0) * np.float32(step_mm)
    # The aperture sees round the edge of an obstacle, which softens its shadow.
    loss_db = ndimage.gaussian_filter1d(loss_db, SHADOW_SIGMA_LINES, axis=1, truncate=2)
    depth = np.linspace(0, 1, shape[0], dtype=np.float32)[:, None]
    transmitted = _amplitude(settings.time_gain_error_db * depth - loss_db)

    grain = rng.standard_normal((2, *shape), dtype=np.float32) * np.float32(np.sqrt(0.5))
    field = grain * (scene.scatter * transmitted)
    for zone in np.array_split(np.arange(shape[0]), FOCAL_ZONES):
        rows = slice(zone[0], zone[-1] + 1)
        sigma = _beam_sigma_lines(float(depth[zone].mean()), settings)
        # A beam that is wide blurs mirror echoes but keeps the mean power of diffuse scatter.
        field[:, rows] *= _grain_gain(sigma) * _grain_gain(AXIAL_SIGMA_SAMPLES)
        field[0, rows] += scene.mirror[rows] * transmitted[rows]
        field[:, rows] = ndimage.gaussian_filter1d(
            field[:, rows], sigma, axis=2, mode="nearest", truncate=3
        )
    field = ndimage.gaussian_filter1d(
        field, AXIAL_SIGMA_SAMPLES, axis=1, mode="nearest", truncate=3
    )
    # The time gain lifts the noise of the amplifier with depth, so it shows deep in fluid.
    noise = _amplitude(settings.noise_db - 30 * (1 - depth))
    field += noise * rng.standard_normal((2, *shape), dtype=np.float32)
    return np.asarray(np.hypot(field[0], field[1]))


def compress(
    envelope: npt.NDArray[np.float32], settings: ScannerSettings
) -> npt.NDArray[np.float32]:
    """Log compression of ``envelope`` (any shape) to grey levels 0..1."""
    level_db = 20 * np.log10(np.maximum(envelope, np.float32(1e-6))) + settings.gain_db
    return np.clip(TISSUE_LEVEL + level_db / np.float32(settings.dynamic_range_db), 0, 1)


def scan(
    scene: Scene, settings: ScannerSettings, rng: np.random.Generator
) -> npt.NDArray[np.uint8]:
    """The image that the scanner shows: uint8 (H, W), 0 outside the fan."""
    grey = scene.sector.to_image(compress(echo_envelope(scene, settings, rng), settings))
    return np.rint(grey * 255).astype(np.uint8)


def _amplitude(level_db: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.asarray(np.exp(level_db * np.float32(np.log(10) / 20)))


def _beam_sigma_lines(depth: float, settings: ScannerSettings) -> float:
    """Width of a Gaussian beam: it spreads on both sides of its focus."""
    spread = (depth - settings.focus) / 0.35
    return float(settings.beam_width_lines * np.sqrt(1 + spread**2))


def _grain_gain(sigma: float) -> np.float32:
    """What white noise must be multiplied by to keep its power through a Gaussian filter."""
    reach = int(3 * sigma + 0.5)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    return np.float32(weights.sum() / np.sqrt((weights**2).sum()))
