"""Where results come from, for reports and manifests; and the charts that reports draw."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from biometry_cli.bundle import ModelCard, library_versions
from biometry_cli.inference.predictor import Predictor
from biometry_cli.jobs.models import Models
from biometry_cli.measure.growth.catalog import CHARTS, GrowthCurves, curve
from biometry_cli.report.manifest import InputFacts
from biometry_cli.settings import Settings

if TYPE_CHECKING:
    from biometry_cli.report.sheet.provenance import Provenance


_DIGITS = 16  # of a hash that a page shows


def model_facts(card: ModelCard, name: str) -> dict[str, str]:
    """What names a model and what it learned from, label -> text."""
    training = card.training
    images = ", ".join(f"{split} {count}" for split, count in training.images.items())
    return {
        "model": name,
        "task": card.task,
        **({"classes": ", ".join(card.labels.classes)} if card.labels.classes else {}),
        **({"landmarks": ", ".join(card.labels.points)} if card.labels.points else {}),
        "learned from": f"{training.data} ({images} images)",
        "trained": f"epoch {training.epoch}, {training.minutes:.1f} min, seed {training.seed}",
        "created": card.created,
        "settings hash": card.settings_hash,
        **({"exported from": card.weights_hash} if card.weights_hash else {}),
    }


def further_facts(models: Models) -> dict[str, dict[str, str]]:
    """The facts of all models but the first that answers, by a heading."""
    named = {f"Model {number}": each for number, each in enumerate(models.answering[1:], 2)}
    if models.planes is not None:
        named["Model of planes"] = models.planes
    return {heading: model_facts(each.card, each.name) for heading, each in named.items()}


def provenance(
    predictor: Predictor,
    settings: Settings,
    inputs: Sequence[InputFacts],
    further: Mapping[str, Mapping[str, str]] | None = None,
) -> "Provenance":
    """What a report says of its origin; inputs that could not be read have no hash.

    ``further`` holds the facts of other models by a heading.
    """
    from biometry_cli.report.sheet.provenance import Provenance

    shown = settings.model_dump(mode="json", exclude_none=True, include={"predict", "device"})
    if settings.predict.planes is None:
        del shown["predict"]["plane_structures"]  # it plays no part
    return Provenance(
        model=model_facts(predictor.card, predictor.name),
        further_models=further or {},
        software=library_versions(),
        settings={
            f"{section}.{key}": _text(value)
            for section, values in shown.items()
            for key, value in values.items()
            if value != []
        },
        inputs=[(facts.file, (facts.sha256 or "–")[:_DIGITS]) for facts in inputs],
        created=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )


def _text(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} = {each or 'nothing'}" for name, each in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def growth_curves() -> dict[str, GrowthCurves]:
    """All growth charts as curves, keyed by measure and chart."""
    curves = [curve(chart.measure, chart=chart.key) for chart in CHARTS]
    return {f"{each.measure} {each.chart}": each for each in curves}
