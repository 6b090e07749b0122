"""What the beam meets: maps of scatter, mirror-like echoes and attenuation, painted shape by shape.

The maps lie on the scan lines' samples, not on pixels, so that a shadow is a running sum along a
line and speckle widens with depth by itself. Amplitudes are relative to soft tissue (1.0).
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from biometry_cli.data.phantom.sector import Sector
from biometry_cli.data.phantom.shapes import Capsule, Ellipse, FloatArray, Shape

FLUID = 0.02
"""Scatter of fluid: 34 dB below soft tissue."""
HAZE = 0.25
"""Scatter that reverberation feigns in fluid right below the probe."""
HAZE_DEPTH_MM = 18.0
"""Depth at which it has fallen to 1/e."""
FLUID_EXCESS_DB_PER_MM = -0.06
"""Fluid weakens the beam less than the tissue that the time gain is set for."""


@dataclass
class Scene:
    """Maps (S, L) on a sector's samples, float32.

    Attributes:
        sector: the field of view.
        x_mm, y_mm: position of each sample from the apex.
        scatter: amplitude of diffuse scatter, the source of speckle.
        mirror: amplitude of coherent echoes from smooth interfaces.
        attenuation_db_per_mm: loss there and back, beyond that of soft tissue.
    """

    sector: Sector
    x_mm: npt.NDArray[np.float32]
    y_mm: npt.NDArray[np.float32]
    scatter: npt.NDArray[np.float32]
    mirror: npt.NDArray[np.float32]
    attenuation_db_per_mm: npt.NDArray[np.float32]

    @classmethod
    def tissue(cls, sector: Sector) -> Self:
        """Even soft tissue everywhere."""
        radius_mm = sector.face_mm + sector.depths_mm()
        x_mm = radius_mm * np.sin(sector.angles_rad())
        y_mm = radius_mm * np.cos(sector.angles_rad())
        return cls(sector, x_mm, y_mm, np.ones_like(x_mm), np.zeros_like(x_mm), np.zeros_like(x_mm))

    def inside(self, shape: Shape) -> npt.NDArray[np.bool_]:
        """Samples inside ``shape``, bool (S, L)."""
        return np.asarray(shape.inset_mm(self.x_mm, self.y_mm) >= 0)

    def fill(
        self,
        where: Shape | npt.NDArray[np.bool_],
        scatter: float | FloatArray,
        attenuation_db_per_mm: float = 0.0,
    ) -> None:
        """Replace what lies in ``where``; ``scatter`` may be a map (S, L)."""
        inside = where if isinstance(where, np.ndarray) else self.inside(where)
        self.scatter[inside] = scatter if isinstance(scatter, float) else scatter[inside]
        self.attenuation_db_per_mm[inside] = attenuation_db_per_mm
        self.mirror[inside] = 0

    def fill_fluid(self, where: Shape | npt.NDArray[np.bool_]) -> None:
        """Replace what lies in ``where`` by fluid, with the near field's reverberations in it."""
        haze = HAZE * np.exp(-self.sector.depths_mm() / HAZE_DEPTH_MM)
        self.fill(where, np.broadcast_to(FLUID + haze, self.scatter.shape), FLUID_EXCESS_DB_PER_MM)

    def wall(
        self,
        shape: Ellipse | Capsule,
        *,
        thickness_mm: float,
        amplitude: float,
        directivity: float = 2.0,
        rough: float = 0.25,
        attenuation_db_per_mm: float = 0.0,
        where: npt.NDArray[np.bool_] | None = None,
    ) -> None:
        """Add an interface that lies just inside ``shape``'s outline.

        Args:
            shape: the outer outline.
            thickness_mm: thickness of the wall.
            amplitude: echo where the beam meets it squarely.
            directivity: exponent on the cosine between beam and normal; 0 shines from all sides.
            rough: share of ``amplitude`` that scatters to all sides as speckle.
            attenuation_db_per_mm: loss there and back within the wall.
            where: paint only there, bool (S, L).
        """
        inset_mm = shape.inset_mm(self.x_mm, self.y_mm)
        near = np.abs(inset_mm - thickness_mm / 2) < 1.5 * thickness_mm
        if where is not None:
            near &= where
        band = np.exp(-((2 * inset_mm[near] / thickness_mm - 1) ** 2)) * amplitude
        x_mm, y_mm = self.x_mm[near], self.y_mm[near]
        normal_x, normal_y = shape.normal(x_mm, y_mm)
        cosine = np.abs(normal_x * x_mm + normal_y * y_mm) / np.hypot(x_mm, y_mm)
        self.mirror[near] += band * cosine**directivity
        self.scatter[near] = np.maximum(self.scatter[near], band * rough)
        core = (inset_mm[near] >= 0) & (inset_mm[near] <= thickness_mm)
        self.attenuation_db_per_mm[near] += attenuation_db_per_mm * core

    def cloud(self, rng: np.random.Generator, grain_mm: float) -> npt.NDArray[np.float32]:
        """A smooth random map (S, L) with mean 0, deviation about 1 and lumps of ``grain_mm``."""
        sector = self.sector
        width_mm = 2 * sector.half_angle_rad * (sector.face_mm + sector.depth_mm / 2)
        rows = max(3, round(sector.depth_mm / grain_mm))
        columns = max(3, round(width_mm / grain_mm))
        lumps = rng.standard_normal((rows, columns), dtype=np.float32)
        smooth = _between(_between(lumps, sector.samples).T, sector.lines).T
        # Between two lumps their mean varies less than either; over all, to about 0.74.
        return smooth / np.float32(0.74)


def _between(knots: npt.NDArray[np.float32], count: int) -> npt.NDArray[np.float32]:
    """Values at ``count`` even steps along axis 0, eased smoothly from knot to knot."""
    place = np.linspace(0, len(knots) - 1, count, dtype=np.float32)[:, None]
    below = np.minimum(place.astype(np.intp), len(knots) - 2)[:, 0]
    ease = place - below[:, None].astype(np.float32)
    ease = ease * ease * (3 - 2 * ease)
    return np.asarray(knots[below] * (1 - ease) + knots[below + 1] * ease)
