"""What is said of a model file, of the networks to choose from, and of settings."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from biometry_cli.learned import warnings_of
from biometry_cli.report.sheet.blocks import Block, Cell, Column, Row, Rows, facts
from biometry_cli.report.sheet.words import value_text
from biometry_cli.results.figures import of_one_point

if TYPE_CHECKING:
    from biometry_cli.bundle import ModelCard
    from biometry_cli.calibration import MeasureCalibration


def settings_sheet(rows: Sequence[tuple[str, str, str]]) -> tuple[Block, ...]:
    """Settings as (key, value, where it comes from); what is not a default stands out."""
    columns = (Column("setting"), Column("value"), Column("from"))
    shown = tuple(
        Row((Cell(key), Cell(value), Cell(origin, tone="quiet" if origin == "default" else "name")))
        for key, value, origin in rows
    )
    return (Rows("", columns, shown),)


def models_sheet(
    rows: Iterable[tuple[str, Sequence[str], int | None, str]],
) -> tuple[Block, ...]:
    """Networks as (name, tasks, number of parameters, purpose)."""
    columns = (Column("name"), Column("task"), Column("parameters", numeric=True))
    shown = tuple(
        Row(
            (
                Cell(name, tone="name"),
                Cell("\n".join(tasks)),
                Cell("" if parameters is None else f"{parameters:,}"),
                Cell(purpose),
            )
        )
        for name, tasks, parameters, purpose in rows
    )
    return (Rows("", (*columns, Column("purpose")), shown),)


def card_sheet(card: "ModelCard") -> tuple[Block, ...]:
    """What a model file says of itself."""
    training, preprocess = card.training, card.preprocess
    width = "" if card.model.width is None else f", width {card.model.width:g}"
    splits = [
        f"{split} {images} of {training.subjects.get(split, 0)} subjects"
        for split, images in training.images.items()
    ]
    figures = [
        f"{name.removeprefix('val_')} {value:.4f}"
        for name, value in training.validation.items()
        if value is not None and not of_one_point(name.removeprefix("val_"))
    ]
    pairs = [
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
        ("beware", " ".join(warnings_of(card))),
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
    return (facts(pairs, "model"),)


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
