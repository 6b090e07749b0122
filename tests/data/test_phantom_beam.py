"""The imaging physics: speckle, attenuation, shadows, mirror echoes and compression."""

import math

import numpy as np
import pytest

from biometry_cli.data.phantom.beam import ScannerSettings, compress, echo_envelope, scan
from biometry_cli.data.phantom.scene import Scene
from biometry_cli.data.phantom.sector import Sector
from biometry_cli.data.phantom.shapes import Ellipse

SECTOR = Sector(256, 340, 50.0, 150.0, 0.6)
QUIET = ScannerSettings(noise_db=-90)


def envelope_of(scene: Scene, settings: ScannerSettings = QUIET, seed: int = 0) -> np.ndarray:
    return echo_envelope(scene, settings, np.random.default_rng(seed))


def power(envelope: np.ndarray) -> float:
    return float(np.mean(np.square(envelope, dtype=np.float64)))


def test_even_tissue_gives_rayleigh_speckle_of_unit_power() -> None:
    envelope = np.concatenate([envelope_of(Scene.tissue(SECTOR), seed=seed) for seed in range(4)])
    assert power(envelope) == pytest.approx(1, rel=0.05)
    # Of a Rayleigh distribution: mean over deviation, and the share above its root mean square.
    assert envelope.mean() / envelope.std() == pytest.approx(1.913, rel=0.03)
    assert (envelope > 1).mean() == pytest.approx(math.exp(-1), abs=0.02)
    assert (envelope > 2).mean() == pytest.approx(math.exp(-4), abs=0.006)


def test_scatter_scales_the_amplitude() -> None:
    scene = Scene.tissue(SECTOR)
    scene.scatter *= np.float32(0.1)
    assert power(envelope_of(scene)) == pytest.approx(0.01, rel=0.1)


def test_grain_widens_to_the_sides_with_depth() -> None:
    image = SECTOR.to_image(envelope_of(Scene.tissue(SECTOR)))
    middle = slice(120, 220)

    def likeness(rows: slice) -> float:
        patch = image[rows, middle] - image[rows, middle].mean()
        return float((patch[:, 3:] * patch[:, :-3]).mean() / patch.var())

    assert likeness(slice(200, 240)) > likeness(slice(30, 70)) + 0.2


def test_an_obstacle_casts_its_shadow_along_the_beam() -> None:
    scene = Scene.tissue(SECTOR)
    angle_rad = 0.3
    disc = Ellipse(100 * math.sin(angle_rad), 100 * math.cos(angle_rad), 8, 8, 0)
    scene.fill(disc, 1.0, 1.5)
    envelope = envelope_of(scene)
    line = int(np.argmin(np.abs(SECTOR.angles_rad()[0] - angle_rad)))
    behind = slice(round(0.5 * SECTOR.samples), None)
    shadow_db = 10 * math.log10(power(envelope[behind, line - 2 : line + 3]))
    assert shadow_db == pytest.approx(-16 * 1.5, abs=2.5)
    assert power(envelope[behind, :40]) == pytest.approx(1, rel=0.25)
    in_front = slice(0, round(0.2 * SECTOR.samples))
    assert power(envelope[in_front, line - 20 : line + 20]) == pytest.approx(1, rel=0.25)


def test_time_gain_error_grows_with_depth() -> None:
    envelope = envelope_of(Scene.tissue(SECTOR), ScannerSettings(time_gain_error_db=-20))
    quarter = SECTOR.samples // 4
    assert power(envelope[:quarter]) > 10 * power(envelope[-quarter:])


def test_a_wall_shines_where_the_beam_meets_it_squarely() -> None:
    scene = Scene.tissue(SECTOR)
    scene.scatter[:] = 0.01
    ring = Ellipse(0, 125, 45, 35, 0)
    scene.wall(ring, thickness_mm=2, amplitude=20, directivity=3, rough=0.01)
    envelope = envelope_of(scene)
    inset_mm = ring.inset_mm(scene.x_mm, scene.y_mm)
    on_wall = (inset_mm > 0) & (inset_mm < 2)
    top = on_wall & (np.abs(scene.x_mm) < 8) & (scene.y_mm < 125)
    side = on_wall & (scene.x_mm > 40)
    assert envelope[top].mean() > 10 * envelope[side].mean()


def test_fluid_is_dark_and_brightens_what_lies_behind() -> None:
    scene = Scene.tissue(SECTOR)
    scene.fill_fluid(Ellipse(0, 130, 25, 25, 0))
    envelope = envelope_of(scene)
    middle = slice(SECTOR.lines // 2 - 10, SECTOR.lines // 2 + 10)
    depth_mm = SECTOR.depths_mm()[:, 0]
    inside = envelope[(depth_mm > 65) & (depth_mm < 95), middle]
    behind = envelope[depth_mm > 112, middle]
    assert power(inside) < 0.005
    assert 10 * math.log10(power(behind)) == pytest.approx(50 * 0.06, abs=1.0)


def test_compression_is_logarithmic_and_clips() -> None:
    settings = ScannerSettings(gain_db=3.0, dynamic_range_db=60.0)
    levels = compress(np.array([0, 0.1, 1, 10, 1e6], np.float32), settings)
    assert levels[[0, 4]].tolist() == [0, 1]
    assert np.diff(levels[1:4]) == pytest.approx(20 / 60, abs=1e-5)


def test_a_cloud_has_unit_deviation_and_mean_near_zero() -> None:
    scene = Scene.tissue(SECTOR)
    clouds = np.stack([scene.cloud(np.random.default_rng(seed), 10) for seed in range(8)])
    assert clouds.dtype == np.float32
    assert clouds.mean() == pytest.approx(0, abs=0.1)
    assert clouds.std() == pytest.approx(1, abs=0.1)


def test_a_scan_is_black_outside_the_fan_and_grey_inside() -> None:
    pixels = scan(Scene.tissue(SECTOR), ScannerSettings(), np.random.default_rng(0))
    assert pixels.dtype == np.uint8
    assert pixels.shape == (256, 340)
    assert not pixels[:, [0, -1]].any()
    assert not pixels[:20, :60].any()
    assert 80 < pixels[100:200, 140:200].mean() < 140
