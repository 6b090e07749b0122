"""Network output -> named points in source pixels. Torch-free, the same for every backend.

A heatmap is a distribution over all pixels and "nowhere". Of a caliper's heatmap the two ends are
the centres of its two halves, parted where the truth would be: halfway between them.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from biometry_cli.data.labels import LabelSchema
from biometry_cli.data.preprocess import Placement

FloatArray = npt.NDArray[np.float32]
Array = npt.NDArray[np.float64]

VISIBLE = 0.5  # of the distribution must lie on the image
_SMOOTH_PX = 4.0  # spread of the blur under which the highest place is looked for
_NEAR_PX = 10.0  # spread of the window whose centre of mass is the point
_STEPS = 10  # of moving that window; most points stand still after three
_PARTINGS = 10
_FAINT = 1e-5  # of the largest share; fainter pixels do not move a point
_MOST_PIXELS = 1500


@dataclass(frozen=True)
class DecodedPoint:
    """One point in source pixels, with pixel centres at whole numbers.

    ``confidence`` is the share of the network's distribution that lies close to the point, 0 to
    1: how sure it is that the point is there, and there. None where the network answers with
    coordinates alone.
    """

    x: float
    y: float
    confidence: float | None = None


def decode(
    answer: FloatArray, labels: LabelSchema, placement: Placement, size: tuple[int, int]
) -> dict[str, DecodedPoint | None]:
    """A network's answer to one image -> its points by name, None for one not visible.

    Args:
        answer: (C + K, h, w), classes before heatmaps; or coordinates (2P,) or (3P,).
        labels: which points and classes there are.
        placement: of the image in the network's input.
        size: (h, w) of the input.
    """
    if answer.ndim == 3:
        return decode_heatmaps(answer[len(labels.classes) :], labels, placement)
    return decode_coordinates(answer, labels, placement, size)


def decode_heatmaps(
    logits: FloatArray, labels: LabelSchema, placement: Placement
) -> dict[str, DecodedPoint | None]:
    """Heatmap logits (K, h, w) of one image -> its points by name, None for one not visible."""
    found: dict[str, DecodedPoint | None] = dict.fromkeys(labels.points)
    for plane, places in zip(logits, labels.heatmaps, strict=True):
        shares, visible = distribution(plane)
        if visible < VISIBLE:
            continue
        cloud = _Cloud.of(shares)
        ends = _halves(cloud) if len(places) == 2 else (cloud,)
        if not all(len(end.share) for end in ends):
            continue
        for place, end in zip(places, ends, strict=True):
            peak, near = _peak(end)
            x, y = placement.to_source(peak[None])[0]
            # An end holds half of its caliper's distribution.
            confidence = min(1.0, near * len(places))
            found[labels.points[place]] = DecodedPoint(float(x), float(y), confidence)
    return found


def decode_coordinates(
    answers: FloatArray, labels: LabelSchema, placement: Placement, size: tuple[int, int]
) -> dict[str, DecodedPoint | None]:
    """Direct answers (2P,) or (3P,) of one image -> its points; ``size`` is the input's (h, w)."""
    count = len(labels.points)
    height, width = size
    shares = answers[: 2 * count].astype(np.float64).reshape(count, 2)
    points = placement.to_source((shares + 0.5) * [width, height] - 0.5)
    found: dict[str, DecodedPoint | None] = {}
    for place, name in enumerate(labels.points):
        confidence = None
        if labels.hidden:
            confidence = float(1 / (1 + np.exp(-np.float64(answers[2 * count + place]))))
        seen = confidence is None or confidence >= VISIBLE
        x, y = map(float, points[place])
        found[name] = DecodedPoint(x, y, confidence) if seen else None
    for first, second in labels.calipers.values():
        ends = labels.points[first], labels.points[second]
        if None in (found[ends[0]], found[ends[1]]):
            found |= dict.fromkeys(ends)
    return found


def distribution(plane: FloatArray) -> tuple[Array, float]:
    """Logits (h, w) -> share of each pixel (h, w), and their sum: all that is not nowhere."""
    highest = max(float(plane.max()), 0.0)
    raised = np.exp(plane.astype(np.float64) - highest)
    shares = raised / (raised.sum() + np.exp(-highest))
    return shares, float(shares.sum())


@dataclass(frozen=True)
class _Cloud:
    """The pixels that hold nearly all of a distribution: ``x`` and ``y`` (N,), ``share`` (N,)."""

    x: Array
    y: Array
    share: Array

    @classmethod
    def of(cls, shares: Array) -> "_Cloud":
        flat = shares.ravel()
        chosen = np.flatnonzero(flat > _FAINT * flat.max())
        if len(chosen) > _MOST_PIXELS:
            chosen = chosen[np.argpartition(flat[chosen], -_MOST_PIXELS)[-_MOST_PIXELS:]]
        rows, columns = np.divmod(chosen, shares.shape[1])
        return cls(columns.astype(np.float64), rows.astype(np.float64), flat[chosen])

    def where(self, chosen: npt.NDArray[np.bool_]) -> "_Cloud":
        return _Cloud(self.x[chosen], self.y[chosen], self.share[chosen])

    def center(self, weight: Array | None = None) -> Array:
        """Centre of mass (2,), of the shares or of other weights (N,)."""
        weight = self.share if weight is None else weight
        total = max(float(weight.sum()), 1e-12)
        return np.array([(weight * self.x).sum() / total, (weight * self.y).sum() / total])

    def squared_distance(self, point: Array) -> Array:
        return np.asarray((self.x - point[0]) ** 2 + (self.y - point[1]) ** 2)


def _halves(cloud: _Cloud) -> tuple[_Cloud, _Cloud]:
    """Both ends of a caliper apart: split along the long axis, then between the two centres."""
    x, y = cloud.center()
    away = np.stack([cloud.x - x, cloud.y - y])
    axis = np.linalg.eigh((away * cloud.share) @ away.T)[1][:, 1]
    first = axis @ away > 0
    for _ in range(_PARTINGS):
        if first.all() or not first.any():
            break
        near = cloud.squared_distance(cloud.where(first).center())
        nearer = near < cloud.squared_distance(cloud.where(~first).center())
        if np.array_equal(nearer, first):
            break
        first = nearer
    return cloud.where(first), cloud.where(~first)


def _peak(cloud: _Cloud) -> tuple[Array, float]:
    """Sub-pixel x, y of the main peak, and the share of the distribution close to it.

    The mean of all would be drawn towards a second, weaker peak; the highest pixel alone would
    jump by whole pixels. So a Gaussian window starts where the smoothed distribution is highest
    and follows its own centre of mass.
    """
    apart = (cloud.x[:, None] - cloud.x) ** 2 + (cloud.y[:, None] - cloud.y) ** 2
    density = np.exp(-0.5 * apart / _SMOOTH_PX**2) @ cloud.share
    highest = int(density.argmax())
    point = np.array([cloud.x[highest], cloud.y[highest]])
    for _ in range(_STEPS):
        window = np.exp(-0.5 * cloud.squared_distance(point) / _NEAR_PX**2)
        before, point = point, cloud.center(window * cloud.share)
        if np.abs(point - before).max() < 1e-4:
            break
    near = cloud.squared_distance(point) <= _NEAR_PX**2
    return point, float(cloud.share[near].sum())
