"""Evaluations of models that find points, as eval gives them."""

from biometry_cli.evaluation.agreement import Pair, agreement
from biometry_cli.results.evaluation import Agreement, Evaluation

POINTS = ["ofd_1", "ofd_2", "bpd_1", "bpd_2", "csp"]


def landmarks(**changed: object) -> Evaluation:
    """Of two calipers and a single point."""
    metrics: dict[str, float | None] = {
        "mre_px": 7.5, "mre_mm": 1.5, "sdr_2mm": 0.72, "sdr_2.5mm": 0.81, "sdr_3mm": 0.9,
        "sdr_4mm": 0.95, "nme": 0.0312, "closeness": 0.87, "novel_figure": 0.25,
        "hc_mae_mm": 1.1, "hc_bias_mm": -0.2, "hc_sd_mm": 1.4,
    }  # fmt: skip
    for place, group in enumerate(("ofd", "bpd", "csp")):
        metrics |= {f"mre_{group}_px": 5.0 + place, f"mre_{group}_mm": 1.0 + 0.2 * place}
        metrics |= {f"sdr_{group}_{r}mm": 0.9 - 0.1 * place for r in ("2", "2.5", "3", "4")}
    metrics |= {"nme_ofd": 0.0123, "nme_bpd": None}
    counts = {
        "points": 50, "points_missed": 3, "points_false": 2,
        "points_ofd": 20, "points_ofd_missed": 0, "points_bpd": 20, "points_bpd_missed": 2,
        "points_csp": 10, "points_csp_missed": 1,
        "hc_mm": 10, "hc_missing": 0, "hc_ga_days": 10,
    }  # fmt: skip
    fields: dict[str, object] = {
        "task": "landmarks", "split": "test", "n": 12, "metrics": metrics, "counts": counts,
        "points": POINTS, "agreement": [measure_agreement("HC")], "model": "points",
    }  # fmt: skip
    return Evaluation.model_validate(fields | changed)


def both() -> Evaluation:
    """Of masks and points: every measure of the head was read twice."""
    of_points = landmarks()
    masks: dict[str, float | None] = {"dice": 0.97, "dice_head": 0.97, "iou": 0.94}
    masks |= {"iou_head": 0.94, "hc_points_mae_mm": 2.2, "hc_points_bias_mm": 0.4}
    counts = {"dice_head": 12, "iou_head": 12, "hc_points_mm": 10, "hc_points_missing": 0}
    return landmarks(
        task="segment,landmarks",
        classes=["background", "head"],
        metrics=masks | of_points.metrics | {"hc_points_sd_mm": 2.9},
        counts=counts | of_points.counts | {"hc_points_ga_days": 9},
        agreement=[measure_agreement("HC"), measure_agreement("HC_POINTS", 1.5)],
    )


def measure_agreement(measure: str, factor: float = 1.0) -> Agreement:
    """Of ten subjects whose errors are -1 to 1 mm times ``factor``."""
    pairs = [
        Pair(f"{n}.png", str(n), measure, 200.0 + n, 200.0 + n + factor * (n - 4.5) / 4.5)
        for n in range(10)
    ]
    return agreement(measure, pairs, resamples=20)
