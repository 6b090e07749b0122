"""The points of a prediction as its readers meet them: both ends of a caliper together."""

from collections.abc import Mapping
from dataclasses import dataclass

from biometry_cli.data.points import calipers_of
from biometry_cli.results.prediction import FoundPoint

Points = Mapping[str, FoundPoint | None]


@dataclass(frozen=True)
class ShownPoints:
    """Both ends of a caliper under its name in capitals, or a point that stands for itself."""

    name: str
    points: tuple[FoundPoint, ...]

    @property
    def single(self) -> bool:
        """Whether it is no caliper."""
        return len(self.points) == 1


def visible_points(points: Points) -> list[ShownPoints]:
    """Calipers of which both ends are visible, then the other visible points."""
    names = tuple(points)
    calipers, ends = [], set()
    for name, places in calipers_of(names).items():
        first, second = (points[names[place]] for place in places)
        if first is not None and second is not None:
            calipers.append(ShownPoints(name.upper(), (first, second)))
            ends |= {names[place] for place in places}
    others = [
        ShownPoints(name, (point,))
        for name, point in points.items()
        if point is not None and name not in ends
    ]
    return [*calipers, *others]


def hidden_names(points: Points) -> list[str]:
    """Calipers without a visible end, then the other points that are not visible."""
    names = tuple(points)
    calipers, ends = [], set()
    for name, places in calipers_of(names).items():
        both = {names[place] for place in places}
        if all(points[end] is None for end in both):
            calipers.append(name.upper())
            ends |= both
    return [*calipers, *(n for n, point in points.items() if point is None and n not in ends)]
