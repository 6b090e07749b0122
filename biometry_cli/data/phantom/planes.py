"""The eight standard planes of a fetal scan, for telling planes apart."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from biometry_cli.data.phantom import anatomy
from biometry_cli.data.phantom.growth import Fetus, sample_fetus
from biometry_cli.data.phantom.placing import ellipse_of_perimeter, trunk_angle_rad
from biometry_cli.data.phantom.scan import Structure, body_outline, scan_body, true_measures_mm
from biometry_cli.data.phantom.scene import Scene
from biometry_cli.data.phantom.shapes import Capsule, Ellipse

PLANES: tuple[str, ...] = (
    "trans-thalamic",
    "trans-ventricular",
    "trans-cerebellar",
    "abdomen",
    "femur",
    "thorax",
    "cervix",
    "other",
)

STRUCTURE_SHOWN: dict[str, Structure] = {
    "trans-thalamic": "head",
    "trans-ventricular": "head",
    "trans-cerebellar": "head",
    "abdomen": "abdomen",
    "femur": "femur",
}
"""What has a true measure on a plane; the other planes have none."""


@dataclass(frozen=True)
class PlaneScan:
    """A synthetic scan of a standard plane.

    Attributes:
        pixels: uint8 (H, W), 0 outside the fan.
        spacing_mm: side of a square pixel.
        measures_mm: of the structure shown, as in ``Phantom.measures_mm``; empty without one.
    """

    pixels: npt.NDArray[np.uint8]
    spacing_mm: float
    measures_mm: dict[str, float]


def draw_plane(
    plane: str,
    rng: np.random.Generator,
    *,
    fetus: Fetus | None = None,
    height_px: int = 192,
    width_px: int = 272,
) -> PlaneScan:
    """Draw a scan of a standard plane, with random pose, depth, gain and noise.

    Fan, size and place of a head, abdomen or femur are drawn as ``draw_phantom`` draws them.

    Args:
        plane: one of ``PLANES``; any other raises KeyError.
        rng: the only source of chance; equal states give equal scans.
        fetus: whose scan it is; a random one by default.
        height_px, width_px: size of the image, at least 64 each.
    """
    fetus = fetus or sample_fetus(rng)
    structure = STRUCTURE_SHOWN.get(plane)
    outline: Capsule | Ellipse
    if structure is not None:
        outline, zoom = body_outline(
            structure, rng, fetus.size_mm(structure), fetus.axis_ratio(structure)
        )
    else:
        outline, zoom = _OTHER_OUTLINES[plane](fetus, rng)
    pixels, sector, placed = scan_body(
        outline, zoom, _PAINTS.get(plane), rng, height_px=height_px, width_px=width_px
    )
    measures_mm = {} if structure is None else true_measures_mm(structure, placed)
    return PlaneScan(pixels, sector.spacing_mm, measures_mm)


def _trunk(fetus: Fetus, rng: np.random.Generator) -> tuple[Ellipse, float]:
    angle_rad = trunk_angle_rad(rng)
    outline = ellipse_of_perimeter(fetus.ac_mm, fetus.abdomen_axis_ratio, angle_rad)
    return outline, rng.uniform(1.0, 1.45)


def _cervix(fetus: Fetus, rng: np.random.Generator) -> tuple[Ellipse, float]:
    """The mother's cervix, which does not grow with the fetus: about 3 to 4 cm long."""
    del fetus
    half_mm = rng.uniform(26, 34)
    side_rad = rng.choice((0.0, math.pi))
    angle_rad = side_rad + rng.normal(0, 0.2)
    outline = Ellipse(0, 0, half_mm, half_mm * rng.uniform(0.5, 0.65), angle_rad)
    return outline, rng.uniform(1.0, 1.5)


def _paint_thalamic(scene: Scene, rng: np.random.Generator, skull: Ellipse) -> None:
    anatomy.paint_surroundings(scene, rng, skull)
    anatomy.paint_head(scene, rng, skull)


def _paint_ventricular(scene: Scene, rng: np.random.Generator, skull: Ellipse) -> None:
    anatomy.paint_surroundings(scene, rng, skull)
    anatomy.paint_skull(scene, rng, skull)
    anatomy.paint_midline(scene, rng, skull)
    anatomy.paint_ventricles(scene, rng, skull)


def _paint_cerebellar(scene: Scene, rng: np.random.Generator, skull: Ellipse) -> None:
    anatomy.paint_surroundings(scene, rng, skull)
    anatomy.paint_head(scene, rng, skull)
    anatomy.paint_cerebellum(scene, rng, skull)


def _paint_abdomen(scene: Scene, rng: np.random.Generator, skin: Ellipse) -> None:
    anatomy.paint_surroundings(scene, rng, skin)
    anatomy.paint_abdomen(scene, rng, skin)


def _paint_thorax(scene: Scene, rng: np.random.Generator, skin: Ellipse) -> None:
    """Lungs, ribs and a heart whose four chambers meet at its crux."""
    anatomy.paint_surroundings(scene, rng, skin)
    anatomy.paint_trunk(scene, rng, skin)
    side = rng.choice((-1, 1))
    axis_rad = side * rng.uniform(0.6, 1.0)
    heart = skin.part(0.16, side * 0.14, 0.5, 0.4, axis_rad)
    scene.fill(heart, np.asarray(0.7 * np.exp(0.3 * scene.cloud(rng, 4))))
    scene.wall(heart, thickness_mm=1.6, amplitude=3, rough=0.5)
    swing = rng.uniform(0.85, 1.15)
    for u, length in ((0.36, 0.4), (-0.42, 0.33)):  # ventricles towards the apex, then atria
        for v in (-0.42, 0.42):
            chamber = heart.part(u, v, length * swing, 0.33 * swing, -0.4 * v * u)
            scene.fill_fluid(chamber)
            scene.wall(chamber, thickness_mm=1.0, amplitude=2, rough=0.4)
    scene.fill_fluid(skin.part(-0.42, side * 0.1, 0.07, 0.07))  # the aorta, before the spine
    anatomy.paint_ribs(scene, rng, skin, count=int(rng.integers(3, 6)))


def _paint_cervix(scene: Scene, rng: np.random.Generator, cervix: Ellipse) -> None:
    """The canal between its lips, the bladder above its outer half, the fetal head beyond."""
    texture = 0.5 * scene.cloud(rng, 20) + 0.4 * scene.cloud(rng, 6)
    scene.scatter *= np.exp(texture) * np.float32(rng.uniform(0.5, 0.9))
    anatomy.paint_abdominal_wall(scene, rng)
    # The local v axis points up or down with the side that the head lies on.
    up = -1 if math.cos(cervix.angle_rad) > 0 else 1
    head = cervix.part(1.75, -0.3 * up, 1.25, 1.05)
    womb = cervix.part(1.7, -0.1 * up, 1.45, 1.3)
    scene.fill_fluid(womb)
    scene.wall(womb, thickness_mm=1.6, amplitude=2, rough=0.4)
    anatomy.paint_skull(scene, rng, head)
    bladder = cervix.part(
        rng.uniform(0.1, 0.5), up * rng.uniform(1.5, 1.8), rng.uniform(0.7, 1.1), 0.45, 0.3 * up
    )
    scene.fill_fluid(bladder)
    scene.wall(bladder, thickness_mm=1.6, amplitude=4, rough=0.4)

    scene.fill(cervix, np.asarray(0.6 * np.exp(0.4 * scene.cloud(rng, 5))))
    scene.wall(cervix, thickness_mm=1.5, amplitude=1.5, rough=0.5)
    length_mm = 1.8 * cervix.a_mm
    mucosa = Capsule(cervix.x_mm, cervix.y_mm, length_mm, 11.0, cervix.angle_rad)
    scene.fill(mucosa, 0.14)
    canal = replace(mucosa, width_mm=1.8)
    scene.wall(canal, thickness_mm=1.8, amplitude=rng.uniform(4, 8), directivity=1, rough=0.4)


def _paint_other(scene: Scene, rng: np.random.Generator, space: Ellipse) -> None:
    """No standard plane: limbs across, a loop of cord, or the placenta and fluid alone."""
    anatomy.paint_surroundings(scene, rng, space)
    if rng.random() < 0.4:
        placenta = space.part(0, rng.choice((-0.8, 0.8)), 1.2, 0.6)
        scene.fill(placenta, np.asarray(1.2 * np.exp(0.4 * scene.cloud(rng, 5))))
        scene.wall(placenta, thickness_mm=1.5, amplitude=2.5, rough=0.4)
    for _ in range(rng.integers(1, 4)):
        u, v, size = rng.uniform(-0.7, 0.7), rng.uniform(-0.6, 0.6), rng.uniform(0.16, 0.34)
        limb = space.part(u, v, size, size * rng.uniform(0.7, 1), rng.uniform(0, math.pi))
        scene.fill(limb, np.asarray(0.7 * np.exp(0.4 * scene.cloud(rng, 4))))
        scene.wall(limb, thickness_mm=1.4, amplitude=4, rough=0.4)
        bone = limb.part(0, 0, 0.22, 0.2)
        scene.fill(bone, 4.0, 4.0)
        scene.wall(bone, thickness_mm=1.5, amplitude=12, rough=0.3)
    for _ in range(rng.integers(0, 3)):
        vessel = space.part(rng.uniform(-0.8, 0.8), rng.uniform(-0.7, 0.7), 0.12, 0.09)
        scene.fill_fluid(vessel)
        scene.wall(vessel, thickness_mm=1.2, amplitude=3, rough=0.4)


_OTHER_OUTLINES: dict[str, Callable[[Fetus, np.random.Generator], tuple[Ellipse, float]]] = {
    "thorax": _trunk,
    "cervix": _cervix,
    "other": _trunk,
}
_PAINTS: dict[str, Callable[[Scene, np.random.Generator, Ellipse], None]] = {
    "trans-thalamic": _paint_thalamic,
    "trans-ventricular": _paint_ventricular,
    "trans-cerebellar": _paint_cerebellar,
    "abdomen": _paint_abdomen,
    "thorax": _paint_thorax,
    "cervix": _paint_cervix,
    "other": _paint_other,
}
