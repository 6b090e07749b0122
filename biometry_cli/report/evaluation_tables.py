"""An evaluation as tables: metrics by structure or class, agreement of measures, confusion."""

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from biometry_cli.report.agreement_tables import agreement_tables
from biometry_cli.report.landmark_tables import false_points, landmarks_table
from biometry_cli.results.evaluation import Evaluation
from biometry_cli.results.flags import UNSURE

_OVERLAPS = {
    "dice": "Dice",
    "iou": "IoU",
    "hd95_mm": "HD95 mm",
    "assd_mm": "ASSD mm",
    "hd95_px": "HD95 px",
    "assd_px": "ASSD px",
}
_NAMES = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "macro_f1": "macro F1",
    "auroc": "AUROC, one against the rest",
    "ece": "expected calibration error",
    "ece_uncalibrated": "the same before calibration",
    "brier": "Brier score",
    "answered": "answered share",
    "error_rate_answered": "wrong among the answered",
}
_LONGEST_CLASS = 34


def evaluation_table(evaluation: Evaluation) -> Group:
    """Everything in an evaluation but its cases. A metric that no table knows is listed last."""
    heading = Text(f"{evaluation.split}: {evaluation.n} images", style="bold")
    origin = [part for part in (evaluation.model, evaluation.data) if part]
    heading.append("".join(f"  {part}" for part in origin), style="not bold dim")
    heading.overflow = "fold"
    known: set[str] = set()
    parts: list[Table | None]
    agreement: list[RenderableType] = []
    if evaluation.task != "classify":
        parts = [_structures(evaluation, known)] if "segment" in evaluation.task else []
        parts += [landmarks_table(evaluation, known)] if "landmarks" in evaluation.task else []
        agreement = agreement_tables(evaluation)
        for each in evaluation.agreement:
            measure = each.measure.lower()
            known.update(f"{measure}_{figure}_mm" for figure in ("mae", "bias", "sd"))
    else:
        parts = [_classifier(evaluation, known), _classes(evaluation, known)]
        parts.append(confusion_table(evaluation))
    rest = {name: value for name, value in evaluation.metrics.items() if name not in known}
    parts.append(_named_figures(rest))
    shown: list[RenderableType] = [part for part in parts if part is not None and part.row_count]
    unsure = evaluation.counts.get(UNSURE)
    if unsure is not None and evaluation.task == "classify":
        agreement.append(Text(f"{unsure} of {evaluation.n} images unsure: not answered"))
    agreement += [Text(line) for line in false_points(evaluation)]
    unlike = evaluation.counts.get("unlike_training")
    if unlike is not None:
        agreement.append(Text(f"{unlike} of {evaluation.n} images unlike the training images"))
    return Group(heading, *shown, *agreement)


def confusion_table(evaluation: Evaluation) -> Table | None:
    """Counts of images by true class (rows) and called class (columns, by the row's number)."""
    if evaluation.confusion_matrix is None:
        return None
    table = Table(
        box=box.SIMPLE_HEAD,
        title="true class (rows), called (columns)",
        title_justify="left",
        padding=(0, 1, 0, 0),
    )
    # The numbers are the legend: ten long names would not stand side by side in 80 columns.
    table.add_column("#", justify="right", style="dim", no_wrap=True)
    table.add_column("true class", style="cyan", overflow="fold", max_width=_LONGEST_CLASS)
    for number in range(1, len(evaluation.classes) + 1):
        table.add_column(str(number), justify="right", no_wrap=True)
    rows = zip(evaluation.classes, evaluation.confusion_matrix, strict=True)
    for true, (name, counts) in enumerate(rows):
        cells = [
            Text(str(count) if count else "·", style=_count_style(count, right=called == true))
            for called, count in enumerate(counts)
        ]
        table.add_row(str(true + 1), Text(name), *cells)
    return table


def _count_style(count: int, *, right: bool) -> str:
    if count == 0:
        return "dim"
    return "bold green" if right else "bold red"


def _structures(evaluation: Evaluation, known: set[str]) -> Table:
    """Overlap and distances: a row a structure, and their mean."""
    metrics, counts = evaluation.metrics, evaluation.counts
    columns = {key: label for key, label in _OVERLAPS.items() if key in metrics}
    distances = any(key.startswith("hd95") for key in columns)
    # Where truth or prediction lacks the structure, no distance exists: a mean over fewer images
    # than that of Dice must not look better than it is.
    counted = ["images", "no distance"] if distances else ["images"]
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("structure", style="cyan", overflow="fold")
    for label in (*columns.values(), *counted):
        table.add_column(label, justify="right", no_wrap=True)
    known.update(columns)
    for name in evaluation.classes[1:]:
        keys = [_of_structure(key, name) for key in columns]
        known.update(keys)
        figures = [_figure(metrics.get(key), key) for key in keys]
        images = counts.get(f"dice_{name}", 0)
        with_distance = sum(counts.get(key, 0) for key in keys if key.startswith("hd95"))
        numbers = [str(images), str(images - with_distance)][: len(counted)]
        table.add_row(Text(name), *figures, *numbers)
    if len(evaluation.classes) > 2:
        table.add_section()
        table.add_row("mean", *(_figure(metrics[key], key) for key in columns))
    return table


def _of_structure(key: str, structure: str) -> str:
    """``hd95_mm`` -> ``hd95_head_mm``."""
    kind, _, unit = key.partition("_")
    return f"{kind}_{structure}_{unit}" if unit else f"{kind}_{structure}"


def _classifier(evaluation: Evaluation, known: set[str]) -> Table:
    overall = {key: evaluation.metrics[key] for key in _NAMES if key in evaluation.metrics}
    known.update(overall)
    return _named_figures(overall)


def _classes(evaluation: Evaluation, known: set[str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("class", style="cyan", overflow="fold")
    for name in ("images", "AUROC"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in evaluation.classes:
        key = f"auroc_{name}"
        known.add(key)
        figure = _figure(evaluation.metrics.get(key), key)
        table.add_row(Text(name), str(evaluation.counts.get(name, "")), figure)
    return table


def _named_figures(metrics: dict[str, float | None]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_header=False)
    table.add_column(style="cyan")
    table.add_column(justify="right", no_wrap=True)
    for key, value in metrics.items():
        table.add_row(Text(_NAMES.get(key, key)), _figure(value, key))
    return table


def _figure(value: float | None, key: str) -> str:
    if value is None:
        return "–"
    return f"{value:.2f}" if key.endswith(("_mm", "_px")) else f"{value:.4f}"
