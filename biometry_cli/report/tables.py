"""Tables of one thing each: a prediction, a model file, settings, networks, a few facts."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from biometry_cli.report.clinical_tables import (
    age_range,
    centile_text,
    grams_range,
)
from biometry_cli.report.data_tables import data_report_tables
from biometry_cli.report.evaluation_tables import confusion_table, evaluation_table
from biometry_cli.report.landmark_tables import of_one_point
from biometry_cli.report.point_tables import both_readings, points_table
from biometry_cli.report.words import (
    MEASURE_TERMS,
    formula_text,
    interval_text,
    plane_text,
    said_flags,
    spacing_pair,
    spacing_text,
    value_text,
)
from biometry_cli.results.flags import UNSURE
from biometry_cli.results.prediction import Prediction

if TYPE_CHECKING:
    from biometry_cli.bundle import ModelCard
    from biometry_cli.calibration import MeasureCalibration

__all__ = [
    "card_table",
    "confusion_table",
    "data_report_tables",
    "evaluation_table",
    "facts_table",
    "models_table",
    "prediction_table",
    "settings_table",
]

_TOP_CLASSES = 3


def prediction_table(prediction: Prediction) -> RenderableType:
    """One image's answer: name and plane, measures or classes, age and weight, then its flags."""
    heading = Text(Path(prediction.file).name, style="bold", overflow="fold")
    parts: list[RenderableType] = [heading]
    if prediction.plane is not None:
        heading.append(f"  {plane_text(prediction.plane)}", style="not bold cyan")
    elif prediction.label is not None:
        heading.append(f"  {prediction.label}", style="bold cyan")
        if UNSURE in prediction.flags:
            heading.append(f" ({UNSURE})", style="yellow")
    spacing = spacing_pair(prediction.spacing_mm)
    if spacing is not None and prediction.label is None:
        heading.append(f"  {spacing_text(spacing)}", style="not bold dim")
    if prediction.point_measurements:
        parts.append(both_readings(prediction))
    elif prediction.measurements:
        parts.append(_measures(prediction))
    if prediction.points is not None:
        parts += points_table(prediction.points)
    if prediction.probabilities and prediction.plane is None:
        parts.append(_top_classes(prediction))
    parts += [Text(line) for line in _fetus_lines(prediction)]
    parts += [Text(f"! {line}", style="yellow") for line in said_flags(prediction)]
    return Group(*parts, "")


def _measures(prediction: Prediction) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(min_width=4)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(style="dim")
    for each in prediction.measurements:
        value, interval = value_text(each.value, each.unit), interval_text(each.interval, each.unit)
        term = MEASURE_TERMS.get(each.name, "")
        table.add_row(Text(each.name, style="cyan"), value, interval, term)
    return table


def _top_classes(prediction: Prediction) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(min_width=4)
    table.add_column(justify="right", no_wrap=True)
    ranked = sorted((prediction.probabilities or {}).items(), key=lambda item: -item[1])
    for name, probability in ranked[:_TOP_CLASSES]:
        style = "bold cyan" if name == prediction.label else ""
        table.add_row(Text(name, style=style), f"{100 * probability:.1f} %")
    return table


def _fetus_lines(prediction: Prediction) -> Iterable[str]:
    """Age, weight and centiles in a line each; ``--json`` and the report hold every formula."""
    age, weight = prediction.gestational_age, prediction.fetal_weight
    if age is not None and age.text is None and age.estimates:
        yield f"age unknown  {age.estimates[0].reason}"
    if age is not None and age.text is not None:
        between = f" ({age_range(age.interval)})" if age.interval else ""
        origin = "given" if age.formula is None else f"estimated, {formula_text(age.formula)}"
        yield f"age {age.text}{between}  {origin}"
    if weight is not None and weight.grams is not None:
        between = f" ({grams_range(weight.interval)})" if weight.interval else ""
        yield f"weight {weight.grams:,.0f} g{between}"
    charts: dict[str, list[str]] = {}
    for each in prediction.centiles:
        if each.centile is not None:
            known = charts.setdefault(each.chart.partition(",")[0], [])
            known.append(f"{each.measure} {centile_text(each.centile)}")
    for chart, centiles in charts.items():
        yield f"centile {', '.join(centiles)}  {chart}"


def facts_table(facts: Iterable[tuple[str, str]], title: str) -> Table:
    """What a finished command has to say, one fact a line: name, value."""
    table = Table(
        box=box.SIMPLE_HEAD,
        show_header=False,
        title=Text(title, style="bold"),
        title_justify="left",
    )
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts:
        table.add_row(Text(name), Text(value))
    return table


def settings_table(rows: Sequence[tuple[str, str, str]]) -> Table:
    """Settings as (key, value, where it comes from); what is not a default stands out."""
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("setting", no_wrap=True)
    table.add_column("value", overflow="fold")
    table.add_column("from", overflow="fold")
    for key, value, origin in rows:
        style = "dim" if origin == "default" else "cyan"
        table.add_row(Text(key), Text(value), Text(origin, style=style))
    return table


def models_table(rows: Sequence[tuple[str, str, str, str]]) -> Table:
    """Networks as (name, task, parameters, purpose)."""
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("name", style="cyan", no_wrap=True)
    table.add_column("task", no_wrap=True)
    table.add_column("parameters", justify="right", no_wrap=True)
    table.add_column("purpose")
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def card_table(card: "ModelCard") -> Table:
    """What a model file says of itself."""
    training, preprocess = card.training, card.preprocess
    width = "" if card.model.width is None else f", width {card.model.width:g}"
    splits = [
        f"{split} {images} of {training.subjects.get(split, 0)} subjects"
        for split, images in training.images.items()
    ]
    groups = [*card.labels.calipers, *card.labels.points]
    figures = [
        f"{name.removeprefix('val_')} {value:.4f}"
        for name, value in training.validation.items()
        if value is not None and not of_one_point(name.removeprefix("val_"), groups)
    ]
    facts = [
        ("task", card.task),
        ("classes", ", ".join(card.labels.classes)),
        ("landmarks", ", ".join(card.labels.points)),
        ("network", f"{card.model.name}{width}"),
        ("input", f"{preprocess.width_px} × {preprocess.height_px} px"),
        ("normalisation", preprocess.normalisation),
        ("data", training.data),
        ("images", ", ".join(splits)),
        ("trained", f"epoch {training.epoch}, {training.minutes:.1f} min, seed {training.seed}"),
        ("validation", ", ".join(figures) or "none"),
        ("intervals", _half_widths(card.calibration.measures)),
        (
            "intervals, points" if card.labels.segments else "intervals",
            _half_widths(card.calibration.point_measures),
        ),
        ("probabilities", _probabilities(card)),
        ("unsure", _unsure(card)),
        ("unlike training", _appearance(card)),
        ("created", card.created),
        ("settings hash", card.settings_hash),
        ("exported from", card.weights_hash or ""),
        ("versions", ", ".join(f"{name} {version}" for name, version in card.versions.items())),
    ]
    return facts_table([fact for fact in facts if fact[1]], title="model")


def _half_widths(measures: "Mapping[str, MeasureCalibration]") -> str:
    """The calibrated half-width of each measure, and of how many subjects."""
    parts = []
    for name, fitted in measures.items():
        if fitted.relative is None or fitted.absolute is None:
            parts.append(f"{name} none ({fitted.subjects} subjects)")
        elif fitted.taken == "absolute":
            parts.append(f"{name} ± {value_text(fitted.absolute, fitted.unit)}")
        else:
            parts.append(f"{name} ± {100 * fitted.relative:.1f} %")
    return ", ".join(parts)


def _probabilities(card: "ModelCard") -> str:
    """The temperature, what it did, and how many images it is of."""
    fitted = card.calibration.classes
    if fitted is None:
        return "" if card.task != "classify" else "not calibrated"
    if fitted.reason:
        return f"not calibrated: {fitted.reason}"
    apart = "kept apart" if fitted.apart else "which also chose the checkpoint"
    return (
        f"temperature {fitted.temperature:.2f}, calibration error {fitted.ece_before:.3f} before "
        f"and {fitted.ece_after:.3f} after, on {fitted.images} images of {fitted.subjects} "
        f"subjects, {apart}"
    )


def _unsure(card: "ModelCard") -> str:
    """The threshold and what it promises."""
    fitted = card.calibration.classes
    if fitted is None or fitted.threshold is None or fitted.answered is None:
        return ""
    wrong = f"at most {100 * fitted.error_rate:g} % of the answers wrong"
    promise = f"{wrong}, with {100 * fitted.confidence:.0f} % confidence"
    if not fitted.confidence:
        promise = f"{wrong} on the calibration images, too few to promise it of others"
    return (
        f"below a probability of {fitted.threshold:.3f}: {promise}; "
        f"{100 * fitted.answered:.0f} % answered there"
    )


def _appearance(card: "ModelCard") -> str:
    fitted = card.calibration.appearance.get("image")
    if fitted is None:
        return "not calibrated"
    return (
        f"known from {fitted.training_images} training images, its limit from "
        f"{fitted.validation_images} validation images"
    )
