"""What a picture of one image is drawn from, and how each structure looks in every picture."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from biometry_cli.measure.catalog import STRUCTURES
from biometry_cli.measure.structures import MeasuredStructure
from biometry_cli.report.picture.pen import STRUCTURE_COLORS, STRUCTURE_PATTERNS, Color, Pattern
from biometry_cli.results.flags import Rank, flag_lines, rank_of
from biometry_cli.results.prediction import Prediction


@dataclass(frozen=True)
class Scan:
    """One answered image.

    Attributes:
        prediction: what was found.
        pixels: (H, W) float32, 0 to 1.
        measured: the structures with their outlines and calipers.
        measured_by_points: what a model of masks and points measured between its points beside
            them.
    """

    prediction: Prediction
    pixels: npt.NDArray[np.float32]
    measured: tuple[MeasuredStructure, ...] = ()
    measured_by_points: tuple[MeasuredStructure, ...] = ()

    @property
    def beside_masks(self) -> bool:
        """Whether points stand beside masks, and so have their other look."""
        return "segment" in self.prediction.task

    @property
    def warnings(self) -> list[str]:
        """Why its figures must not be trusted, in words."""
        return flag_lines(flag for flag in self.prediction.flags if rank_of(flag) >= Rank.WARNING)


def structure_styles(names: Iterable[str]) -> dict[str, tuple[Color, Pattern]]:
    """Color and dashes of each structure's outline.

    Those of the catalog keep theirs in every picture; others follow in their order.
    """
    places = {name: place % len(STRUCTURE_COLORS) for place, name in enumerate(STRUCTURES)}
    free = range(min(len(places), len(STRUCTURE_COLORS) - 1), len(STRUCTURE_COLORS))
    others = [name for name in names if name not in places]
    places |= {name: free[i % len(free)] for i, name in enumerate(others)}
    return {name: (STRUCTURE_COLORS[i], STRUCTURE_PATTERNS[i]) for name, i in places.items()}
