"""Evaluations of models that find points, as eval gives them."""

from dataclasses import replace

from biometry_cli.evaluation import agreement
from biometry_cli.results.figures import CLOSENESS, DICE, IOU, MRE, NME, SDR, Kind
from biometry_cli.results.scores import (
    Group,
    Grouped,
    ImageScores,
    Mean,
    Measured,
    Pair,
    SplitScores,
)

POINTS = ["ofd_1", "ofd_2", "bpd_1", "bpd_2", "csp"]
COUNTS = {"ofd": (20, 0), "bpd": (20, 2), "csp": (10, 1)}


def landmarks() -> SplitScores:
    """Of two calipers and a single point."""
    groups = {}
    for place, (name, (n, missed)) in enumerate(COUNTS.items()):
        figures: dict[Kind, float | None] = {
            MRE["px"]: 5.0 + place,
            MRE["mm"]: 1.0 + 0.2 * place,
            **dict.fromkeys(SDR.values(), 0.9 - 0.1 * place),
        }
        if name != "csp":
            figures[NME] = {"ofd": 0.0123, "bpd": None}[name]
        groups[name] = group(figures, n, missed)
    rates = zip(SDR.values(), (0.72, 0.81, 0.9, 0.95), strict=True)
    errors = {MRE["px"]: 7.5, MRE["mm"]: 1.5, **dict(rates), NME: 0.0312, CLOSENESS: 0.87}
    return SplitScores(
        task="landmarks",
        split="test",
        model="points",
        data="",
        classes=[],
        points=POINTS,
        images=[ImageScores(file=f"{number}.png", flags=[]) for number in range(12)],
        landmarks=Grouped(groups, group(errors, 50, 3), false=2),
        measured=[measured("HC")],
    )


def both() -> SplitScores:
    """Of masks and points: every measure of the head was read twice."""
    head = group({DICE: 0.97, IOU: 0.94}, 12)
    return replace(
        landmarks(),
        task="segment,landmarks",
        classes=["background", "head"],
        masks=Grouped({"head": head}, head),
        measured=[measured("HC"), measured("HC_POINTS", 1.5)],
    )


def group(figures: dict[Kind, float | None], n: int, missed: int = 0) -> Group:
    """A group whose figures are all over its ``n`` images or points."""
    return Group(n, {kind: Mean(value, n) for kind, value in figures.items()}, missed)


def measured(measure: str, factor: float = 1.0) -> Measured:
    """Of ten subjects whose errors are -1 to 1 mm times ``factor``."""
    pairs = [
        Pair(f"{n}.png", str(n), measure, 200.0 + n, 200.0 + n + factor * (n - 4.5) / 4.5)
        for n in range(10)
    ]
    return agreement.measured(measure, pairs, resamples=20)
