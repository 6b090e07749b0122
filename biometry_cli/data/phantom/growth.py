"""Plausible sizes of a fetus between 18 and 38 weeks."""

import math
from dataclasses import dataclass

import numpy as np

from biometry_cli.measure.growth.intergrowth import STANDARDS_MM

WEEKS_RANGE = (18.0, 38.0)
SCATTER = 0.035
"""Relative deviation of one fetus's size from the median for its age."""


@dataclass(frozen=True)
class Fetus:
    """The sizes that all images of one fetus share; ``axis_ratio`` is b/a of the outline."""

    weeks: float
    hc_mm: float
    ac_mm: float
    fl_mm: float
    head_axis_ratio: float
    abdomen_axis_ratio: float

    def size_mm(self, structure: str) -> float:
        """HC of the "head", AC of the "abdomen", FL of the "femur"; another name: KeyError."""
        return {"head": self.hc_mm, "abdomen": self.ac_mm, "femur": self.fl_mm}[structure]

    def axis_ratio(self, structure: str) -> float | None:
        """Short over long axis of the "head" or "abdomen"; None for any other structure."""
        return {"head": self.head_axis_ratio, "abdomen": self.abdomen_axis_ratio}.get(structure)


def sample_fetus(rng: np.random.Generator) -> Fetus:
    """Draw a gestational age, then sizes around its medians.

    The medians are those of the INTERGROWTH-21st standards; the scatter and the axis ratios are
    rounded from usual values.
    """
    weeks = float(rng.uniform(*WEEKS_RANGE))
    hc_mm, ac_mm, fl_mm = (STANDARDS_MM[name].mean(weeks) for name in ("HC", "AC", "FL"))
    # A large fetus is large all over, so half of the scatter is shared.
    shared, *own = np.clip(rng.standard_normal(4), -2, 2)
    factors = [1 + SCATTER * float(shared + one) / math.sqrt(2) for one in own]
    return Fetus(
        weeks=weeks,
        hc_mm=hc_mm * factors[0],
        ac_mm=ac_mm * factors[1],
        fl_mm=fl_mm * factors[2],
        head_axis_ratio=float(np.clip(rng.normal(0.79, 0.03), 0.7, 0.88)),
        abdomen_axis_ratio=float(np.clip(rng.normal(0.95, 0.03), 0.85, 1.0)),
    )
