"""Answers of the measuring code, with the checks that every test of them needs."""

import numpy as np
from numpy.typing import NDArray

from biometry_cli.measure.structures import MeasuredStructure, measure_structure


def found(
    name: str,
    mask: NDArray[np.floating],
    spacing: tuple[float, float] | None = None,
    field: NDArray[np.bool_] | None = None,
) -> MeasuredStructure:
    """The structure in a mask that holds one."""
    structure = measure_structure(name, mask, spacing, field)
    assert structure is not None
    return structure


def values(structure: MeasuredStructure) -> dict[str, float]:
    """Its values by the measure's name."""
    return {measured.name: measured.value for measured in structure.measures}
