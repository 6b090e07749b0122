"""A first ellipse for outline points of which a good part may be wrong."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Shape = tuple[Floats, Floats, Floats]
"""Centre (2,), semi-axes (2,) in any order, and their directions (2, 2), one axis a column."""

TRIALS = 60  # finds six sound points with a chance of 99 % even where a third of them are outliers
SUBSET = 6
JUDGES = 200  # points that judge the trials; more would not change which one wins
TOLERANCE = 0.025  # of the points' spread: further off, a point speaks against an ellipse


def consensus_ellipse(points: Floats) -> Shape:
    """The trial ellipse that most of the points lie close to.

    Trials are direct least-squares fits to all points and to small random subsets, judged as in
    MSAC (Torr and Zisserman, MLESAC, Computer Vision and Image Understanding 78, 2000): a point
    costs its squared distance, and never more than one at the tolerance. The draw is seeded, so
    equal points always give an equal ellipse.

    Args:
        points: (N, 2) float64, N >= 6, with mean 0 and root mean square about 1.

    Raises:
        ValueError: no trial is an ellipse.
    """
    rng = np.random.default_rng(0)
    subsets = points[rng.integers(len(points), size=(TRIALS, SUBSET))]
    conics = np.concatenate([_direct_conics(points[None]), _direct_conics(subsets)])
    judges = points[:: max(1, len(points) // JUDGES)]
    distance = _sampson_distances(conics, judges)
    costs = np.minimum((distance / TOLERANCE) ** 2, 1).sum(axis=1)
    for trial in np.argsort(costs, kind="stable"):
        shape = _shape(conics[trial])
        if shape is not None:
            return shape
    raise ValueError("the points do not lie on an ellipse")


def _direct_conics(samples: Floats) -> Floats:
    """Ellipses of least algebraic distance to (K, n, 2) points, as (K, 6) coefficients.

    The coefficients are those of x², xy, y², x, y and 1. Halíř and Flusser, Numerically stable
    direct least squares fitting of ellipses, WSCG 1998.
    """
    x, y = samples[..., 0], samples[..., 1]
    quadratic = np.stack([x * x, x * y, y * y], axis=-1)
    linear = np.stack([x, y, np.ones_like(x)], axis=-1)
    to_linear = -np.linalg.pinv(linear) @ quadratic
    scatter = np.swapaxes(quadratic, -1, -2) @ (quadratic + linear @ to_linear)
    # Divided by the matrix of the constraint 4ac - b² = 1, which only one eigenvector can meet.
    reduced = np.stack([scatter[:, 2] / 2, -scatter[:, 1], scatter[:, 0] / 2], axis=1)
    vectors = np.linalg.eig(reduced)[1].real
    chosen = np.argmax(4 * vectors[:, 0] * vectors[:, 2] - vectors[:, 1] ** 2, axis=1)
    leading = np.take_along_axis(vectors, chosen[:, None, None], axis=2)
    conics: Floats = np.concatenate([leading, to_linear @ leading], axis=1)[..., 0]
    return conics


def _sampson_distances(conics: Floats, points: Floats) -> Floats:
    """First-order distances (K, N) of points (N, 2) from conics (K, 6); infinite at a centre."""
    x, y = points.T
    a, b, c, d, e, f = conics.T[..., None]
    value = a * x * x + b * x * y + c * y * y + d * x + e * y + f
    slope = np.hypot(2 * a * x + b * y + d, b * x + 2 * c * y + e)
    distance: Floats = np.divide(value, slope, out=np.full_like(value, np.inf), where=slope > 0)
    return distance


def _shape(conic: Floats) -> Shape | None:
    """Centre, semi-axes and directions of a conic (6,), or None where it is no ellipse."""
    a, b, c, d, e, f = conic
    form = np.array([[a, b / 2], [b / 2, c]])
    if 4 * a * c - b * b <= 0:
        return None
    center = -np.linalg.solve(form, np.array([d, e])) / 2
    curvatures, directions = np.linalg.eigh(form / (center @ form @ center - f))
    if not (curvatures > 0).all():
        return None
    return center, 1 / np.sqrt(curvatures), directions
