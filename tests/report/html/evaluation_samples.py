"""Evaluations as eval gives them."""

import numpy as np

from biometry_cli.report.charts.pairs import Pair
from biometry_cli.results.evaluation import Agreement, Evaluation, Figure, Stratum

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


def all_pairs() -> dict[str, list[Pair]]:
    return {measure: pairs(measure) for measure in _RANGES_MM}


def segmentation() -> tuple[Evaluation, dict[str, list[Pair]]]:
    by_measure = all_pairs()
    strata = []
    for scanner in _SCANNERS:
        own = {m: [p for p in each if p.stratum == scanner] for m, each in by_measure.items()}
        figures = [agreement(m, each) for m, each in own.items()]
        strata.append(Stratum(value=scanner, n=len(own["HC"]), agreement=figures))
    structures = ("head", "abdomen", "femur")
    metrics: dict[str, float | None] = {"dice": 0.9612, "iou": 0.9271, "hd95_mm": 1.93}
    counts = {}
    for place, name in enumerate(structures):
        metrics |= {f"dice_{name}": 0.97 - 0.02 * place, f"iou_{name}": 0.94 - 0.03 * place}
        metrics[f"hd95_{name}_mm"] = 1.5 + 0.4 * place
        counts |= {f"dice_{name}": 120, f"iou_{name}": 120, f"hd95_{name}_mm": 119 - place}
    metrics |= {"hc_mae_mm": 2.1, "hc_bias_mm": 0.3, "hc_sd_mm": 2.6, "novel_figure": 0.1234}
    counts |= {"hc_mm": 120, "hc_missing": 2, "hc_ga_days": 117}
    evaluation = Evaluation(
        task="segment",
        split="test",
        n=360,
        metrics=metrics,
        counts=counts,
        classes=["background", *structures],
        agreement=[agreement(measure, each) for measure, each in by_measure.items()],
        by="scanner",
        strata=strata,
        model="segnet",
        data="data/phantoms",
    )
    return evaluation, by_measure


def classification() -> Evaluation:
    classes = ["head", "abdomen", "femur", "maternal <cervix> & others"]
    matrix = [[58, 2, 0, 0], [1, 44, 0, 3], [0, 0, 31, 0], [4, 1, 2, 80]]
    return Evaluation(
        task="classify",
        split="test",
        n=226,
        metrics={
            "accuracy": 0.9425,
            "balanced_accuracy": 0.9543,
            "macro_f1": 0.9476,
            "auroc": 0.9921,
            **{f"auroc_{name}": 0.99 for name in classes},
        },
        counts={name: sum(row) for name, row in zip(classes, matrix, strict=True)},
        classes=classes,
        confusion_matrix=matrix,
        model="planes",
        data="data/planes",
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
