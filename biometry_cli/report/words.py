"""Numbers, units and flags in words: the same wording in tables and pictures."""

from collections.abc import Iterable
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from biometry_cli.results.prediction import PlaneFound, Prediction

from biometry_cli.measure.catalog import MEASURES
from biometry_cli.results.evaluation import BY_POINTS

MEASURE_TERMS = {name: each.term for name, each in MEASURES.items()}

READINGS_DISAGREE = "readings_disagree"

_FLAGS = {
    "no_spacing": "no pixel size known: values in pixels",
    "no_structure": "no structure found",
    "touches_border": "cut off by the image border",
    "touches_field_of_view": "cut off by the edge of the field of view",
    "no_usable_measure": "no usable measure",
    "two_components": "a second part was found and not measured",
    "poor_ellipse_fit": "the outline is hardly an ellipse",
    "unsure": "unsure of the class: its probability is below the model's threshold",
    READINGS_DISAGREE: "masks and points disagree by more than their intervals",
    "crooked_calipers": "two diameters that are no axes of one ellipse",
    "unlike_training": "unlike the images that the model learned from",
    "implausible_size": "outside the sizes that a fetus can have",
    "implausible_relation": "measures that do not fit together in one fetus",
    "not_measured": "not measured",
    "not_on_this_plane": "found, but it does not belong on this plane: not measured",
    "out_of_chart_range": "outside the range of the growth chart",
}

_MEASURES = tuple(name.lower() for name in MEASURES)
_FORMULA_WORDS = {"intergrowth": "INTERGROWTH-21st", "who": "WHO"}


class Spacing(NamedTuple):
    """Pixel size in mm."""

    row_mm: float
    column_mm: float


def spacing_pair(spacing_mm: float | tuple[float, float] | None) -> Spacing | None:
    """A prediction's pixel size as (row, column)."""
    if spacing_mm is None:
        return None
    pair = spacing_mm if isinstance(spacing_mm, tuple) else (spacing_mm, spacing_mm)
    return Spacing(*pair)


def spacing_text(spacing: Spacing) -> str:
    """``0.1793 mm/px``, or ``0.1793 × 0.2001 mm/px`` (row × column) where they differ."""
    sides = dict.fromkeys(f"{side:.4g}" for side in spacing)
    return f"{' × '.join(sides)} mm/px"


def value_text(value: float, unit: str) -> str:
    """A measure as a reader expects it: to a tenth, and large areas whole."""
    whole = unit.endswith("²") and value >= 100
    return f"{value:,.0f} {unit}" if whole else f"{value:.1f} {unit}"


def measure_label(name: str) -> str:
    """``HC_POINTS``, an HC between points beside that of a mask, as ``HC (points)``."""
    measure = name.removesuffix(BY_POINTS)
    return name if measure == name else f"{measure} (points)"


def confidence_text(confidence: float | None) -> str:
    """``93 %``; a dash where a model answers without one."""
    return "–" if confidence is None else f"{100 * confidence:.0f} %"


def flag_text(flag: str) -> str:
    """A flag such as ``head:touches_border`` in words."""
    structure, _, name = flag.rpartition(":")
    words = _FLAGS.get(name, name.replace("_", " "))
    return f"{structure}: {words}" if structure else words


def interval_text(interval: tuple[float, float] | None, unit: str) -> str:
    """``(168.9 to 175.9)`` in the unit's own precision, empty without an interval."""
    if interval is None:
        return ""
    low, high = (value_text(end, unit).removesuffix(f" {unit}") for end in interval)
    return f"({low} to {high})"


def formula_text(formula: str) -> str:
    """``hadlock_1984_hc_ac_fl`` -> Hadlock 1984 (HC, AC, FL)."""
    words: list[str] = []
    measures: list[str] = []
    for word in formula.split("_"):
        if word in _MEASURES:
            measures.append(word.upper())
        else:
            words.append(_FORMULA_WORDS.get(word, word[:1].upper() + word[1:]))
    inputs = f" ({', '.join(measures)})" if measures else ""
    return " ".join(words) + inputs


def plane_text(plane: "PlaneFound") -> str:
    """``trans-thalamic 97.1 %``."""
    return f"{plane.label} {100 * plane.probability:.1f} %"


def said_flags(prediction: "Prediction") -> list[str]:
    """A prediction's flags in words, with the reason why an image was not measured."""
    plane = prediction.plane
    if plane is None or plane.reason is None:
        return flag_lines(prediction.flags)
    others = [flag for flag in prediction.flags if flag not in ("not_measured", "unsure")]
    return [f"not measured: {plane.reason}", *flag_lines(others)]


def flag_lines(flags: Iterable[str]) -> list[str]:
    """Flags in words, a line each; what is flagged alike shares its line."""
    named: dict[str, list[str]] = {}
    for flag in flags:
        subject, _, name = flag.rpartition(":")
        named.setdefault(name, []).append(PurePath(subject).name)
    return [
        ": ".join(part for part in (", ".join(subjects), flag_text(name)) if part)
        for name, subjects in named.items()
    ]
