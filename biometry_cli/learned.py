"""What a model's own validation says of it: whether training ended, and what it hardly learned.

The figures travel with the model, so that every answer can say it.
"""

import math

from biometry_cli.bundle import ModelCard
from biometry_cli.measure.catalog import structure_of
from biometry_cli.results.figures import BALANCED_ACCURACY, DICE, NME, Kind

# Below these a measure is a guess. A first look at 40 images reaches 0.85 and more; two trained
# observers agree with 0.95 and more, and place the ends of a caliper within 3 % of its length.
_LEAST_DICE = 0.7
_MOST_NME = 0.1


def hardly_learned(card: ModelCard) -> dict[tuple[str, str], str]:
    """Structures that the model hardly learned, with the figure of its validation that says so.

    Of a calibrated model the figures are those of the images that chose it. A structure that
    validation could not judge is not among them.

    Returns:
        ``{("femur", "mask"): "Dice 0.31"}``; by "points" for a structure between points.
    """
    found: dict[tuple[str, str], str] = {}
    if card.labels.segments:
        for structure in card.labels.structures:
            dice = _figure(card, DICE, structure)
            if dice is not None and dice < _LEAST_DICE:
                found[structure, "mask"] = f"{DICE.label} {dice:.2f}"
    if card.labels.finds_points:
        for caliper in card.labels.calipers:
            nme = _figure(card, NME, caliper)
            if nme is not None and nme > _MOST_NME:
                found[structure_of(caliper), "points"] = f"{NME.label} {nme:.2f}"
    return found


def calls_hardly_learned(card: ModelCard) -> str | None:
    """The figure that says that a classifier hardly learned: nearer to chance than to perfect."""
    if card.task != "classify":
        return None
    accuracy = _figure(card, BALANCED_ACCURACY)
    halfway = (1 + 1 / len(card.labels.classes)) / 2
    if accuracy is None or accuracy >= halfway:
        return None
    return f"{BALANCED_ACCURACY.label} {accuracy:.2f}"


def warnings_of(card: ModelCard) -> list[str]:
    """What must be known of a model before a figure of it is read, a sentence each."""
    warnings = []
    if not card.training.finished:
        warnings.append(
            f"The training of this model has not ended: it is the best of its first "
            f"{card.training.epoch} epochs, without intervals. `biometry train --resume` goes on."
        )
    learned = [f"{name} ({figure})" for (name, _), figure in hardly_learned(card).items()]
    calls = calls_hardly_learned(card)
    learned += [f"its classes ({calls})"] if calls else []
    if learned:
        warnings.append(
            f"The model has hardly learned {', '.join(learned)} by its own validation images: "
            "train longer, or on more images. No age or weight is worked out from that."
        )
    return warnings


def _figure(card: ModelCard, kind: Kind, of: str = "") -> float | None:
    value = card.training.validation.get(f"val_{kind.name(of)}")
    return None if value is None or math.isnan(value) else value
