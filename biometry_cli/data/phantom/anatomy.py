"""The bodies that a scan shows, painted into a scene: mother, fetal head, trunk and thigh.

Inside a head, local u points to the forehead and v across the midline; inside a trunk, u points
away from the spine. Positions are fractions of the semi-axes, so they grow with the fetus.
"""

import math
from dataclasses import replace

import numpy as np

from biometry_cli.data.phantom.scene import Scene
from biometry_cli.data.phantom.shapes import Capsule, Ellipse

SKULL_MM = 1.9
SKIN_MM = 1.6
THIGH_HALF_LENGTH = 0.75
"""Half the length of a thigh over that of its femur."""


def paint_surroundings(scene: Scene, rng: np.random.Generator, body: Ellipse) -> None:
    """The mother's tissue, and around ``body`` a womb with fluid, placenta and cord."""
    sector = scene.sector
    texture = 0.45 * scene.cloud(rng, 25) + 0.4 * scene.cloud(rng, 9) + 0.3 * scene.cloud(rng, 3.5)
    scene.scatter *= np.exp(texture) * np.float32(rng.uniform(0.5, 1.0))
    paint_abdominal_wall(scene, rng)

    slack = rng.uniform(0.95, 1.6, size=2)
    shift_mm = rng.uniform(-0.35, 0.35, size=2) * body.b_mm
    womb = Ellipse(
        body.x_mm + shift_mm[0],
        body.y_mm + shift_mm[1],
        body.a_mm * slack[0] + 4,
        body.b_mm * slack[1] + 4,
        body.angle_rad + rng.uniform(-0.5, 0.5),
    )
    # The womb starts below the mother's own layers and has uneven walls.
    depth_mm = sector.depths_mm()
    uneven_mm = 3.5 * scene.cloud(rng, 26)
    cavity = (womb.inset_mm(scene.x_mm, scene.y_mm) + uneven_mm > 0) & (depth_mm > 9)
    scene.fill_fluid(cavity)
    if rng.random() < 0.7:  # limbs and loops of cord that happen to lie beside the body
        limbs = cavity & (scene.cloud(rng, 16) > rng.uniform(0.6, 1.5))
        scene.fill(limbs, 0.8 * np.exp(0.3 * scene.cloud(rng, 4)))


def paint_abdominal_wall(scene: Scene, rng: np.random.Generator) -> None:
    """Skin, fat and muscle below the probe, and spots where the probe makes no contact."""
    depth_mm = scene.sector.depths_mm()
    thickness_mm = rng.uniform(8, 16)
    layer_mm = rng.uniform(2.5, 4.5)
    phase = depth_mm * (2 * math.pi / layer_mm) + 0.7 * scene.cloud(rng, 20)
    layers = np.exp(np.sin(phase)) * np.exp(-((depth_mm / thickness_mm) ** 4))
    scene.scatter += layers.astype(np.float32)
    scene.mirror += np.maximum(layers - 2, 0).astype(np.float32)  # sheets of fascia
    scene.mirror += np.exp(-((depth_mm / 1.2) ** 2)) * np.float32(6)
    for _ in range(rng.poisson(0.6)):
        centre_rad = rng.uniform(-1, 1) * scene.sector.half_angle_rad
        width_rad = rng.uniform(0.015, 0.06)
        gap = np.exp(-(((scene.sector.angles_rad() - centre_rad) / width_rad) ** 2))
        scene.attenuation_db_per_mm += (depth_mm < 4) * gap * np.float32(rng.uniform(1, 3))


def paint_skull(scene: Scene, rng: np.random.Generator, skull: Ellipse) -> None:
    """Skull and brain: the bone's outer surface is ``skull``."""
    brain = 0.28 * np.exp(0.5 * scene.cloud(rng, 5) + 0.4 * scene.cloud(rng, 16))
    scene.fill(skull, np.asarray(brain), -0.02)
    scene.wall(
        skull,
        thickness_mm=SKULL_MM,
        amplitude=rng.uniform(22, 40),
        directivity=rng.uniform(2.5, 4.5),
        rough=rng.uniform(0.01, 0.04),
        attenuation_db_per_mm=rng.uniform(0.5, 1.3),
    )
    # Sulci and the insula: broken lines that follow the skull.
    for size in (0.86, 0.62):
        broken = scene.cloud(rng, 9) > rng.uniform(0.3, 0.9)
        gyri = Ellipse(
            skull.x_mm, skull.y_mm, skull.a_mm * size, skull.b_mm * size, skull.angle_rad
        )
        scene.wall(gyri, thickness_mm=1.2, amplitude=0.8, rough=0.5, where=broken)


def paint_midline(scene: Scene, rng: np.random.Generator, skull: Ellipse) -> None:
    """The falx from front to back, and the cavum septi pellucidi as a dark box within it."""
    gap = (0.28, 0.56)
    for back, front in ((-0.93, gap[0]), (gap[1], 0.93)):
        x_mm, y_mm = skull.point((back + front) / 2, 0)
        length_mm = (front - back) * skull.a_mm
        falx = Capsule(x_mm, y_mm, length_mm, 1.4, skull.angle_rad)
        scene.wall(falx, thickness_mm=1.4, amplitude=rng.uniform(2.5, 5), rough=0.3)
    box = skull.part(sum(gap) / 2, 0, 0.14, 0.075)
    scene.fill_fluid(box)
    scene.wall(box, thickness_mm=1.2, amplitude=rng.uniform(2.5, 5), rough=0.25)


def paint_thalami(scene: Scene, rng: np.random.Generator, skull: Ellipse) -> None:
    """Two dark lobes either side of the midline, with the third ventricle between them."""
    for side in (-1, 1):
        lobe = skull.part(-0.06, side * 0.24, 0.3, 0.18, side * 0.3)
        scene.fill(lobe, rng.uniform(0.08, 0.14))
        scene.wall(lobe, thickness_mm=1.6, amplitude=1.1, rough=0.4)


def paint_ventricles(scene: Scene, rng: np.random.Generator, skull: Ellipse) -> None:
    """Lateral ventricles with bright choroid plexus behind, frontal horns in front."""
    width = rng.uniform(0.12, 0.18)
    for side in (-1, 1):
        ventricle = skull.part(-0.3, side * 0.42, 0.48, width, side * 0.22)
        scene.fill_fluid(ventricle)
        scene.wall(ventricle, thickness_mm=1.4, amplitude=3, rough=0.3)
        plexus = skull.part(-0.24, side * 0.42, 0.3, 0.75 * width, side * 0.22)
        scene.fill(plexus, 2.2 * np.exp(0.3 * scene.cloud(rng, 4)))
        horn = skull.part(0.5, side * 0.26, 0.18, 0.07, -side * 0.5)
        scene.fill_fluid(horn)


def paint_cerebellum(scene: Scene, rng: np.random.Generator, skull: Ellipse) -> None:
    """A dumbbell across the back of the head, and the dark cisterna magna behind it."""
    cisterna = skull.part(-0.76, 0, 0.18, 0.5)
    scene.fill_fluid(cisterna)
    for side in (-1, 1):
        lobe = skull.part(-0.52, side * 0.34, 0.29, 0.24, side * 1.2)
        scene.fill(lobe, rng.uniform(0.5, 0.9))
        scene.wall(lobe, thickness_mm=2.0, amplitude=4.5, directivity=0.7, rough=0.6)
    vermis = skull.part(-0.52, 0, 0.15, 0.11)
    scene.fill(vermis, 2.5)


def paint_head(scene: Scene, rng: np.random.Generator, skull: Ellipse) -> None:
    """A head at the level where its circumference is measured: midline, cavum and thalami."""
    paint_skull(scene, rng, skull)
    paint_midline(scene, rng, skull)
    paint_thalami(scene, rng, skull)


def paint_trunk(scene: Scene, rng: np.random.Generator, skin: Ellipse) -> None:
    """A fetal trunk: skin, soft tissue, spine and ribs. The skin's outer surface is ``skin``."""
    texture = 0.3 * scene.cloud(rng, 3.5) + 0.35 * scene.cloud(rng, 9) + 0.3 * scene.cloud(rng, 30)
    tissue = rng.uniform(0.5, 0.9) * np.exp(texture)
    scene.fill(skin, np.asarray(tissue))
    scene.wall(skin, thickness_mm=SKIN_MM, amplitude=rng.uniform(4, 8), directivity=1.5, rough=0.3)
    # Three centres of bone: the vertebral body and the two sides of its arch.
    for u, v, size in ((-0.62, 0.0, 0.075), (-0.8, 0.12, 0.05), (-0.8, -0.12, 0.05)):
        bone = skin.part(u, v, size, size)
        scene.fill(bone, 5.0, 2.5)
        scene.wall(bone, thickness_mm=1.5, amplitude=14, rough=0.3)


def paint_ribs(scene: Scene, rng: np.random.Generator, skin: Ellipse, count: int) -> None:
    """Short bright arcs below the skin on both sides, each with its shadow."""
    cage = Ellipse(skin.x_mm, skin.y_mm, skin.a_mm * 0.9, skin.b_mm * 0.9, skin.angle_rad)
    u, v = cage.local(scene.x_mm, scene.y_mm)
    bearing_rad = np.arctan2(v, u)
    for _ in range(count):
        centre_rad = rng.choice((-1, 1)) * rng.uniform(0.7, 2.4)
        arc = np.abs(bearing_rad - centre_rad) < rng.uniform(0.12, 0.3)
        scene.wall(
            cage,
            thickness_mm=2.2,
            amplitude=rng.uniform(10, 20),
            directivity=1.0,
            attenuation_db_per_mm=rng.uniform(3, 6),
            where=arc,
        )


def paint_abdomen(scene: Scene, rng: np.random.Generator, skin: Ellipse) -> None:
    """A trunk at the level of the stomach bubble and the umbilical vein."""
    paint_trunk(scene, rng, skin)
    side = rng.choice((-1, 1))
    stomach = skin.part(
        rng.uniform(-0.15, 0.1),
        side * rng.uniform(0.42, 0.52),
        rng.uniform(0.2, 0.3),
        rng.uniform(0.13, 0.19),
        rng.uniform(-0.5, 0.5),
    )
    scene.fill_fluid(stomach)
    scene.wall(stomach, thickness_mm=1.2, amplitude=2, rough=0.3)
    x_mm, y_mm = skin.point(rng.uniform(0.22, 0.36), -side * rng.uniform(0.0, 0.12))
    size_mm = (skin.a_mm + skin.b_mm) / 2
    vein = Capsule(
        x_mm,
        y_mm,
        size_mm * rng.uniform(0.4, 0.55),
        size_mm * rng.uniform(0.11, 0.15),
        skin.angle_rad - side * rng.uniform(0.1, 0.6),
    )
    scene.fill_fluid(vein)
    scene.wall(vein, thickness_mm=1.2, amplitude=3, rough=0.3)
    scene.fill_fluid(skin.part(-0.42, side * 0.08, 0.06, 0.06))  # the aorta, before the spine
    paint_ribs(scene, rng, skin, count=int(rng.integers(0, 3)))


def thigh_around(length_mm: float, angle_rad: float) -> Ellipse:
    """The space around (0, 0) that a thigh with a femur of that length takes up."""
    half_mm = THIGH_HALF_LENGTH * length_mm
    return Ellipse(0, 0, half_mm, 0.55 * half_mm, angle_rad)


def paint_thigh(scene: Scene, rng: np.random.Generator, shaft: Capsule) -> None:
    """The soft tissue of a thigh and in it the femur, whose bone is ``shaft``."""
    thigh = Ellipse(
        shaft.x_mm + rng.uniform(-0.1, 0.1) * shaft.length_mm,
        shaft.y_mm + rng.uniform(0.0, 0.08) * shaft.length_mm,
        shaft.length_mm * THIGH_HALF_LENGTH * rng.uniform(0.88, 1.06),
        shaft.length_mm * rng.uniform(0.3, 0.44),
        shaft.angle_rad + rng.uniform(-0.12, 0.12),
    )
    scene.fill(
        thigh, np.asarray(0.5 * np.exp(0.5 * scene.cloud(rng, 5) + 0.3 * scene.cloud(rng, 14)))
    )
    scene.wall(thigh, thickness_mm=SKIN_MM, amplitude=rng.uniform(3, 6), rough=0.3)
    scene.fill(shaft, np.asarray(7 * np.exp(0.15 * scene.cloud(rng, 5))), rng.uniform(4, 8))
    scene.wall(shaft, thickness_mm=2.0, amplitude=rng.uniform(15, 30), rough=0.2)


def paint_femur(scene: Scene, rng: np.random.Generator, shaft: Capsule) -> None:
    """The mother's tissue and the womb, and in it a thigh around ``shaft``."""
    space = thigh_around(shaft.length_mm, shaft.angle_rad)
    paint_surroundings(scene, rng, replace(space, x_mm=shaft.x_mm, y_mm=shaft.y_mm))
    paint_thigh(scene, rng, shaft)
