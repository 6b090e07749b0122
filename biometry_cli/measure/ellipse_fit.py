"""The ellipse that lies closest to outline points of which a good part may be wrong."""

import math

import numpy as np

from biometry_cli.measure.ellipse import Ellipse, Points, ellipse_from_axes, feet

Shape = tuple[Points, Points, Points]
"""Centre (2,), semi-axes (2,) in any order, and their directions (2, 2), one axis a column."""

FEWEST_POINTS = 6  # five numbers make an ellipse; a sixth point is the least that can contradict it
TRIALS = 60  # finds six sound points with a chance of 99 % even where a third of them are outliers
SUBSET = 6
JUDGES = 200  # points that judge the trials; more would not change which one wins
TOLERANCE = 0.025  # of the points' spread: further off, a point speaks against an ellipse
STEPS = 100
CONVERGED = 1e-7  # largest change of a parameter in the last step, in units of the points' spread
ORDINARY_DEVIATION = 0.005  # of the ellipse's size; a deviation like this is never an outlier
LARGEST_SEMI_AXIS = 50.0  # in units of the points' spread; so flat an arc determines no ellipse


def fit_ellipse(points: Points) -> Ellipse:
    """The ellipse closest to the points, by orthogonal distance and robust against outliers.

    The direct fit that most points agree with starts a least-squares fit of the orthogonal
    distances, in which points far off the ellipse (spurs, dents, leaks) lose their vote.

    Args:
        points: (N, 2) x, y in any one unit; N >= 6. They may cover a part of the ellipse only.

    Raises:
        ValueError: too few points, points that are not finite or lie on a line, or points that
            bend too little to determine an ellipse.
    """
    points = np.asarray(points, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < FEWEST_POINTS:
        raise ValueError(
            f"an ellipse needs (N, 2) points with N >= {FEWEST_POINTS}, not {points.shape}"
        )
    if not np.isfinite(points).all():
        raise ValueError("ellipse points must be finite")
    origin = points.mean(axis=0)
    spread = float(np.sqrt(np.mean((points - origin) ** 2)))
    if np.linalg.matrix_rank(points - origin, tol=1e-6 * spread * math.sqrt(len(points))) < 2:
        raise ValueError("the points lie on a line, not on an ellipse")
    normalised = (points - origin) / spread
    center, semi_axes, directions = _refined_ellipse(normalised, _consensus_ellipse(normalised))
    return ellipse_from_axes(origin + spread * center, spread * semi_axes, directions)


def _consensus_ellipse(points: Points) -> Shape:
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


def _direct_conics(samples: Points) -> Points:
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
    conics: Points = np.concatenate([leading, to_linear @ leading], axis=1)[..., 0]
    return conics


def _sampson_distances(conics: Points, points: Points) -> Points:
    """First-order distances (K, N) of points (N, 2) from conics (K, 6); infinite at a centre."""
    x, y = points.T
    a, b, c, d, e, f = conics.T[..., None]
    value = a * x * x + b * x * y + c * y * y + d * x + e * y + f
    slope = np.hypot(2 * a * x + b * y + d, b * x + 2 * c * y + e)
    distance: Points = np.divide(value, slope, out=np.full_like(value, np.inf), where=slope > 0)
    return distance


def _shape(conic: Points) -> Shape | None:
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


def _refined_ellipse(points: Points, start: Shape) -> Shape:
    """Gauss-Newton steps on the orthogonal distances, re-weighted by Tukey's biweight.

    The ellipse is the image of the unit circle under a symmetric matrix, held here by its
    eigenvalues (semi-axes) and eigenvectors (directions): unlike an axis' angle, that matrix is
    well determined for a circle too.

    Args:
        points: (N, 2) float64, N >= 6, with mean 0 and root mean square about 1.
        start: centre, semi-axes and directions of an ellipse near the points.

    Raises:
        ValueError: the points bend too little to determine an ellipse.
    """
    center, semi_axes, directions = start
    for _ in range(STEPS):
        unit, normal, distance = feet((points - center) @ directions, semi_axes)
        weight = np.sqrt(_tukey_weights(distance, float(np.sqrt(semi_axes.prod()))))
        # How far the foot moves along the normal as centre x, y and matrix xx, xy, yy grow.
        jacobian = np.column_stack(
            [
                normal,
                normal[:, 0] * unit[:, 0],
                normal[:, 0] * unit[:, 1] + normal[:, 1] * unit[:, 0],
                normal[:, 1] * unit[:, 1],
            ]
        )
        step = np.linalg.lstsq(jacobian * weight[:, None], distance * weight)[0]
        center = center + directions @ step[:2]
        matrix = np.diag(semi_axes) + np.array([[step[2], step[3]], [step[3], step[4]]])
        semi_axes, turn = np.linalg.eigh(matrix)
        directions = directions @ turn
        if semi_axes[0] <= 0 or semi_axes[1] > LARGEST_SEMI_AXIS:
            raise ValueError("the points bend too little to determine an ellipse")
        if np.abs(step).max() < CONVERGED:
            break
    return center, semi_axes, directions


def _tukey_weights(distance: Points, size: float) -> Points:
    """Tukey's biweight at 95 % efficiency, its scale from the median absolute distance."""
    scale = max(1.4826 * float(np.median(np.abs(distance))), ORDINARY_DEVIATION * size)
    return np.asarray(np.clip(1 - (distance / (4.685 * scale)) ** 2, 0, None) ** 2)
