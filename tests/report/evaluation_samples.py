"""Evaluations as eval gives them."""

import numpy as np

from biometry_cli.results.evaluation import Agreement, Figure
from biometry_cli.results.figures import (
    ACCURACY,
    AUROC,
    BALANCED_ACCURACY,
    DICE,
    HD95,
    IOU,
    MACRO_F1,
)
from biometry_cli.results.scores import (
    Classification,
    Group,
    Grouped,
    ImageScores,
    Mean,
    Measured,
    Pair,
    SplitScores,
    StratumScores,
)

_RANGES_MM = {"HC": (150, 340), "AC": (140, 340), "FL": (25, 72)}
_SCANNERS = ("Alpha 7", "Beta <X>", "Gamma")


def pairs(measure: str, count: int = 120, *, strata: bool = True) -> list[Pair]:
    random = np.random.default_rng(sum(map(ord, measure)))
    low, high = _RANGES_MM[measure]
    made = []
    for number in range(count):
        reference = float(random.uniform(low, high))
        predicted = float(reference * random.normal(1.002, 0.014) + random.normal(0, 0.6))
        reach = 0.03 * predicted
        made.append(
            Pair(
                file=f"test/{number:03}.png",
                subject=f"{number // 2}",
                measure=measure,
                reference_mm=reference,
                predicted_mm=predicted,
                interval_mm=(predicted - reach, predicted + reach),
                stratum=_SCANNERS[number % 3] if strata else None,
            )
        )
    return made


def agreement(measure: str, of: list[Pair]) -> Agreement:
    """The figures of some pairs, with made-up bootstrap intervals."""
    differences = np.array([pair.difference_mm for pair in of])
    references = np.array([pair.reference_mm for pair in of])
    bias, sd = float(differences.mean()), float(differences.std(ddof=1))

    def figure(value: float, reach: float) -> Figure:
        return Figure(value=value, interval=(value - reach, value + reach))

    return Agreement(
        measure=measure,
        n=len(of),
        subjects=len(of) // 2,
        missing=2,
        bias=figure(bias, 0.2),
        sd=figure(sd, 0.15),
        mae=figure(float(np.abs(differences).mean()), 0.2),
        mape=figure(float((100 * np.abs(differences) / references).mean()), 0.1),
        loa_low=figure(bias - 1.96 * sd, 0.35),
        loa_high=figure(bias + 1.96 * sd, 0.35),
        icc=Figure(value=0.9971, interval=(0.9952, 0.9984)),
        within_5_percent=Figure(value=0.9917, interval=(0.9750, 1.0)),
        ga_error_days=figure(1.4, 0.2),
        coverage=Figure(value=0.95, interval=(0.91, 0.98)),
        interval_width_mm=Figure(value=14.2),
    )


def measured(measure: str, of: list[Pair] | None = None) -> Measured:
    """A measure with its figures and pairs."""
    own = pairs(measure) if of is None else of
    return Measured(agreement(measure, own), own)


def images(count: int) -> list[ImageScores]:
    """So many images, of which nothing is known."""
    return [ImageScores(file=f"test/{number:03}.png", flags=[]) for number in range(count)]


def segmentation() -> SplitScores:
    every = [measured(measure) for measure in _RANGES_MM]
    strata = []
    for scanner in _SCANNERS:
        own = {m.agreement.measure: [p for p in m.pairs if p.stratum == scanner] for m in every}
        parted = [measured(m, each) for m, each in own.items()]
        strata.append(StratumScores(scanner, len(own["HC"]), parted))
    groups = {
        name: Group(
            120,
            {
                DICE: Mean(0.97 - 0.02 * place, 120),
                IOU: Mean(0.94 - 0.03 * place, 120),
                HD95["mm"]: Mean(1.5 + 0.4 * place, 119 - place),
            },
        )
        for place, name in enumerate(("head", "abdomen", "femur"))
    }
    overall = {DICE: Mean(0.9612, 3), IOU: Mean(0.9271, 3), HD95["mm"]: Mean(1.93, 3)}
    return SplitScores(
        task="segment",
        split="test",
        model="segnet",
        data="data/phantoms",
        classes=["background", *groups],
        points=[],
        images=images(360),
        masks=Grouped(groups, Group(360, overall)),
        measured=every,
        by="scanner",
        strata=strata,
    )


def classification() -> SplitScores:
    classes = ["head", "abdomen", "femur", "maternal <cervix> & others"]
    matrix = [[58, 2, 0, 0], [1, 44, 0, 3], [0, 0, 31, 0], [4, 1, 2, 80]]
    figures = {
        ACCURACY: 0.9425, BALANCED_ACCURACY: 0.9543, MACRO_F1: 0.9476, AUROC: 0.9921,
    }  # fmt: skip
    return SplitScores(
        task="classify",
        split="test",
        model="planes",
        data="data/planes",
        classes=classes,
        points=[],
        images=images(226),
        classification=Classification(
            {
                name: Group(sum(row), {AUROC: Mean(0.99, 226)})
                for name, row in zip(classes, matrix, strict=True)
            },
            Group(226, {kind: Mean(value, 226) for kind, value in figures.items()}),
            confusion_matrix=matrix,
        ),
    )


def history(epochs: int = 24) -> list[dict[str, float]]:
    return [
        {
            "epoch": float(epoch),
            "train_loss": 0.9 * 0.85**epoch + 0.05,
            "learning_rate": 1e-3 * (1 - epoch / (epochs + 1)),
            "val_dice": 0.96 - 0.5 * 0.8**epoch,
        }
        for epoch in range(1, epochs + 1)
    ]
