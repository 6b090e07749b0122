"""From the soft mask of one named structure to its clinical measures.

Shapes are fitted in millimetres wherever the pixel spacing is known, so unequal spacing is exact.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from biometry_cli.measure import catalog
from biometry_cli.measure.contour import (
    component_sizes,
    largest_component,
    on_border,
    polygon_length,
    signed_area,
    smoothed,
    soft_contour,
)
from biometry_cli.measure.ellipse import Ellipse, Segment, moment_ellipse
from biometry_cli.measure.ellipse_fit import fit_ellipse
from biometry_cli.measure.field_of_view import off_field
from biometry_cli.measure.sizes import Measured, Shape, measure_shape
from biometry_cli.results.flags import (
    POOR_ELLIPSE_FIT,
    TOUCHES_BORDER,
    TOUCHES_FIELD_OF_VIEW,
    TWO_COMPONENTS,
)

Mask = NDArray[np.bool_]

LEVEL = 0.5
SMALLEST_AREA_PX = 10.0  # less is a handful of pixels, without a shape to measure
SECOND_COMPONENT = 0.05  # of the largest one's pixels; anything smaller is a speck
POOR_FIT = 0.04  # root mean square distance over the ellipse's size: 2 mm for a head at term
LEAST_SEEN = 0.5  # of the ellipse's perimeter; with less outline in view it is a guess
LONGEST_BRUSH = 0.02  # of the outline; crossing the field's edge at a slant, it leaves as much


@dataclass(frozen=True)
class MeasuredStructure:
    """One structure as found in one soft mask. Pixels are those of the mask, x, y.

    Attributes:
        area_px: area inside the contour, in px², holes counted in.
        ellipse_px: the ellipse that the diameters come from; None for a femur, or without a fit.
        contour_px: (N, 2) float64 closed contour.
        measures: in the order of a report; empty for a head or abdomen without an ellipse.
        flags: of ``touches_border`` (the outline is cut off by the image),
            ``touches_field_of_view`` (over 2 % of it run outside or along the edge of what the
            probe saw), ``two_components`` (another component has at least 5 % of the largest
            one's pixels; it is not measured) and, for a head or abdomen, ``poor_ellipse_fit``: no
            ellipse; or its root mean square distance from the outline exceeds 4 % of the square
            root of semi_major * semi_minor; or less than half of it lies on outline in view.
        certainty: 0.5 to 1, the mean probability of the component's pixels; 1 for a binary mask.
        by: whether a mask's outline or points gave the measures.
    """

    name: str
    area_px: float
    ellipse_px: Ellipse | None
    contour_px: NDArray[np.float64]
    measures: tuple[Measured, ...]
    flags: tuple[str, ...]
    certainty: float
    by: Literal["mask", "points"] = "mask"

    @property
    def calipers_px(self) -> dict[str, Segment]:
        """Both ends of each measured diameter or length, by the measure's name."""
        return {
            each.name: (each.calipers_px[0], each.calipers_px[1])
            for each in self.measures
            if each.calipers_px is not None and len(each.calipers_px) == 2
        }


def measure_structure(
    name: str,
    probability: NDArray[np.floating],
    spacing_mm: tuple[float, float] | None,
    field_of_view: Mask | None = None,
) -> MeasuredStructure | None:
    """Measures the largest component of a soft mask as the structure that ``name`` says.

    The catalog says which measures a structure has, and whether its shape is an ellipse fitted to
    the outline, in which points on the border of the image, outside the field of view or along its
    edge have no vote; a shaft; or, for any name that it does not list, the outline as it is
    (closed along the image's border where it is cut off), with the ellipse of its second moments,
    since nothing says that such a structure is an ellipse.

    Args:
        name: the structure's name.
        probability: (H, W), 0 to 1, or a binary mask.
        spacing_mm: millimetres from one pixel to the next as (row, column); None gives pixels.
        field_of_view: (H, W), True where the probe saw, as from ``field_of_view.field_of_view``;
            None takes the whole image.

    Returns:
        The measures, or None where no component above a probability of 0.5 reaches 10 px².

    Raises:
        ValueError: not a finite map (H, W), a field of view of another shape, or a spacing that
            is not positive.
    """
    row, column = (1.0, 1.0) if spacing_mm is None else spacing_mm
    if not (0 < row < np.inf and 0 < column < np.inf):
        raise ValueError(f"pixel spacing must be positive, not {spacing_mm}")
    contour_px = soft_contour(probability, LEVEL)
    if len(contour_px) == 0 or abs(signed_area(contour_px)) < SMALLEST_AREA_PX:
        return None

    cut_off = on_border(contour_px, probability.shape)
    unseen = np.zeros_like(cut_off)
    if field_of_view is not None:
        if field_of_view.shape != probability.shape:
            raise ValueError(f"{field_of_view.shape} is no field of view of {probability.shape}")
        unseen = off_field(contour_px, field_of_view)
    flags = _mask_flags(probability, cut_off, unseen)
    scale = np.array([column, row])
    outline = contour_px * scale
    kind = catalog.structure(name).shape
    ellipse: Ellipse | None = None
    if kind == "ellipse":
        votes = ~(cut_off | unseen)
        ellipse = _fitted(outline[votes])
        if ellipse is None or _is_poor(ellipse, outline, votes):
            flags.append(POOR_ELLIPSE_FIT)
    elif kind == "outline":
        ellipse = moment_ellipse(outline)
    shape = Shape(
        structure=name,
        outline=outline,
        smooth_outline=smoothed(contour_px) * scale if kind == "outline" else outline,
        pixel=(column, row),
        ellipse=ellipse,
        ellipse_words="the fitted ellipse"
        if kind == "ellipse"
        else "the ellipse with the outline's second moments",
    )
    measured = kind == "shaft" or ellipse is not None

    component = largest_component(probability > LEVEL)
    return MeasuredStructure(
        name=name,
        area_px=abs(signed_area(contour_px)),
        ellipse_px=None if ellipse is None else ellipse.scaled(1 / column, 1 / row),
        contour_px=contour_px,
        measures=measure_shape(shape, "px" if spacing_mm is None else "mm") if measured else (),
        flags=tuple(flags),
        certainty=float(np.mean(probability[component], dtype=np.float64)),
    )


def _mask_flags(probability: NDArray[np.floating], cut_off: Mask, unseen: Mask) -> list[str]:
    flags = [TOUCHES_BORDER] if cut_off.any() else []
    if np.mean(unseen & ~cut_off) > LONGEST_BRUSH:
        flags.append(TOUCHES_FIELD_OF_VIEW)
    sizes = np.sort(component_sizes(probability > LEVEL))
    if len(sizes) > 1 and sizes[-2] >= SECOND_COMPONENT * sizes[-1]:
        flags.append(TWO_COMPONENTS)
    return flags


def _fitted(points: NDArray[np.float64]) -> Ellipse | None:
    try:
        return fit_ellipse(points)
    except ValueError:  # no ellipse is a finding, and becomes a flag
        return None


def _is_poor(ellipse: Ellipse, outline: NDArray[np.float64], votes: Mask) -> bool:
    size = math.sqrt(ellipse.semi_major * ellipse.semi_minor)
    deviation = math.sqrt(np.mean(ellipse.distances(outline[votes]) ** 2))
    seen = polygon_length(outline) * float(np.mean(votes))
    return deviation > POOR_FIT * size or seen < LEAST_SEEN * ellipse.perimeter()
