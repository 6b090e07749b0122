"""The other figures of an evaluation: overlap of structures, scores of classes, and the rest."""

from biometry_cli.report.html.landmark_part import landmark_keys
from biometry_cli.report.html.markup import NOTHING, Markup, element, joined
from biometry_cli.report.html.parts import card
from biometry_cli.report.html.tables import Column, table
from biometry_cli.report.html.wording import NONE, number
from biometry_cli.report.sheet.words import measure_name as measure_label
from biometry_cli.results.evaluation import Evaluation
from biometry_cli.results.flags import UNSURE

_OVERLAPS = {
    "dice": "Dice",
    "iou": "IoU",
    "hd95_mm": "HD95, mm",
    "hd95_px": "HD95, px",
    "assd_mm": "ASSD, mm",
    "assd_px": "ASSD, px",
}
_SCORES = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "macro_f1": "Macro F1",
    "auroc": "AUROC, one against the rest",
    "ece": "Expected calibration error",
    "ece_uncalibrated": "Calibration error before calibration",
    "brier": "Brier score",
    "answered": "Answered share",
    "error_rate_answered": "Wrong among the answered",
}
_CLOSENESS = "Closeness: 1 − radial error over a tenth of the image’s diagonal"
_DATED = "_ga_days"
_OF_MEASURES = ("mae_mm", "bias_mm", "sd_mm")


def score_cards(evaluation: Evaluation) -> list[Markup]:
    """The figures over all structures or classes, a card each."""
    named = _SCORES if evaluation.task == "classify" else {"dice": "Dice"}
    return [
        card(words, number(evaluation.metrics[key], 3), f"{_images(evaluation, key)} images")
        for key, words in named.items()
        if key in evaluation.metrics
    ]


def _images(evaluation: Evaluation, key: str) -> int:
    """How many images a figure over all is of."""
    unsure = evaluation.counts.get(UNSURE, 0) if key == "error_rate_answered" else 0
    return evaluation.n - unsure


def overlap_table(evaluation: Evaluation) -> Markup:
    """A row a structure: overlap and distances, and over how many images each was taken."""
    metrics, counts = evaluation.metrics, evaluation.counts
    kinds = {key: words for key, words in _OVERLAPS.items() if key in metrics}
    if "segment" not in evaluation.task or not kinds:
        return NOTHING
    structures = evaluation.classes[1:]
    columns = [Column("Structure"), *(Column(words, numeric=True) for words in kinds.values())]
    rows = []
    for structure in structures:
        row: list[str] = [structure]
        for kind in kinds:
            key = _of_structure(kind, structure)
            images = f"{counts[key]} images" if key in counts else ""
            row.append(_figure(metrics.get(key), kind, images))
        rows.append(row)
    if len(structures) > 1:
        rows.append(["mean", *(_figure(metrics[kind], kind) for kind in kinds)])
    return table("Outlines against the truth, mean over images", columns, rows)


def classes_table(evaluation: Evaluation) -> Markup:
    """A row a class: its number in the confusion matrix, its images and its AUROC."""
    if evaluation.task != "classify" or not evaluation.classes:
        return NOTHING
    columns = [
        Column("Class"),
        Column("Number", numeric=True),
        Column("Images", numeric=True),
        Column("Called right", numeric=True),
        Column("AUROC", numeric=True),
    ]
    matrix = evaluation.confusion_matrix
    rows = []
    for place, name in enumerate(evaluation.classes):
        images = evaluation.counts.get(name)
        right = NONE if matrix is None else str(matrix[place][place])
        auroc = number(evaluation.metrics.get(f"auroc_{name}"), 3)
        rows.append([name, str(place + 1), NONE if images is None else str(images), right, auroc])
    return table("By class", columns, rows)


def other_figures(evaluation: Evaluation) -> Markup:
    """Every figure and count that no other table of the page shows, so that none is lost."""
    known = _known(evaluation)
    figures = {key: value for key, value in evaluation.metrics.items() if key not in known}
    images = {key: count for key, count in evaluation.counts.items() if key not in known}
    rows = [[_words(key), _figure(value, key)] for key, value in figures.items()]
    rows += [[f"{_words(key)}, images", str(count)] for key, count in images.items()]
    if not rows:
        return NOTHING
    return table(
        "What no table above holds", [Column("Figure"), Column("Value", numeric=True)], rows
    )


def _known(evaluation: Evaluation) -> set[str]:
    if evaluation.task != "classify":
        known = {"dice"} | {kind for kind in _OVERLAPS if kind in evaluation.metrics}
        for kind in list(known):
            known |= {_of_structure(kind, structure) for structure in evaluation.classes[1:]}
        known |= landmark_keys(evaluation)
    else:
        known = {*_SCORES, *evaluation.classes, *(f"auroc_{name}" for name in evaluation.classes)}
    for each in evaluation.agreement:
        measure = each.measure.lower()
        known |= {f"{measure}_{figure}" for figure in (*_OF_MEASURES, "mm", "missing")}
    return known


def _of_structure(kind: str, structure: str) -> str:
    """``hd95_mm`` -> ``hd95_head_mm``."""
    name, _, unit = kind.partition("_")
    return f"{name}_{structure}_{unit}" if unit else f"{name}_{structure}"


def _figure(value: float | None, kind: str, images: str = "") -> str:
    text = number(value, 2 if kind.endswith(("_mm", "_px")) else 4)
    return joined([text, element("small", images)]) if images else text


def _words(key: str) -> str:
    if key.endswith(_DATED):
        return f"{measure_label(key.removesuffix(_DATED).upper())} with an age error"
    return (_SCORES | {"closeness": _CLOSENESS}).get(key, key.replace("_", " "))
