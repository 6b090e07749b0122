"""Whether a data folder agrees with itself: what its annotations measure, and what its table says.

Images that were resized while their table was kept, sizes in cm, rows and columns exchanged: each
leaves good masks and wrong millimetres. Medians decide, so that a few odd annotations do not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from biometry_cli.data.labels import LabelSchema
from biometry_cli.data.masks import IndexArray
from biometry_cli.data.points import calipers_of
from biometry_cli.data.samples import Sample
from biometry_cli.measure.calipers import measure_calipers
from biometry_cli.measure.catalog import MEASURES, STRUCTURES, measure_names
from biometry_cli.measure.growth.plausible import size_reason
from biometry_cli.measure.structures import MeasuredStructure, measure_structure
from biometry_cli.results.flags import POOR_ELLIPSE_FIT, TOUCHES_BORDER

Spacing = tuple[float, float]

# Annotators and conventions differ by less than this; a single image may by more.
_APART, _APART_ALONE = 0.10, 0.25
# Where nearly all images differ alike, it is no annotator: of circumferences, of what may be
# measured to the inner or to the outer border.
_ALIKE, _APART_ALIKE, _APART_ALIKE_LENGTH = 0.01, 0.03, 0.06
_FEW = 5
_UNITS = {0.1: "cm", 10.0: "cm", 25.4: "inches", 1 / 25.4: "inches", 1000.0: "m", 0.001: "µm"}


@dataclass(frozen=True)
class Size:
    """One measure of one image's annotation, in mm, beside what the table says of it.

    ``exchanged_mm`` is what it would be with rows and columns of the pixel size exchanged; None
    where both are the same.
    """

    image: Path
    table: Path | None
    measure: str
    by: str
    measured_mm: float
    reference_mm: float | None
    exchanged_mm: float | None = None

    @property
    def ratio(self) -> float:
        """Measured over reference, which must be there."""
        return self.measured_mm / (self.reference_mm or np.nan)


@dataclass(frozen=True)
class _Finding:
    """What speaks against a measure of a table: its words, and the factor, where there is one."""

    measure: str
    words: str
    cause: str
    factor: float | None = None


def measured_mask(
    mask: IndexArray, structures: Sequence[str | None], spacing: Spacing | None
) -> tuple[MeasuredStructure, ...]:
    """What an annotated mask measures of the structures that its classes are; None is left out."""
    measured = (
        measure_structure(name, (mask == index).astype(np.float32), spacing)
        for index, name in enumerate(structures, start=1)
        if name is not None
    )
    return tuple(each for each in measured if each is not None)


def measured_points(
    sample: Sample, names: tuple[str, ...], spacing: Spacing | None
) -> tuple[MeasuredStructure, ...]:
    """What the annotated points of an image measure."""
    ends = {}
    for caliper, places in calipers_of(names).items():
        pair = [(sample.points or {}).get(names[place]) for place in places]
        if pair[0] is not None and pair[1] is not None:
            ends[caliper] = (pair[0], pair[1])
    return measure_calipers(ends, spacing)


def sizes_of(
    sample: Sample, mask: IndexArray | None, labels: LabelSchema, spacing: Spacing | None
) -> list[Size]:
    """What an image's mask and points measure; nothing where no pixel size is known.

    A structure that the image cuts off, or whose outline is no ellipse, tells nothing of the
    pixel size and is left out.
    """
    if spacing is None:
        return []
    sizes = _all_sizes(sample, mask, labels, spacing)
    turned = spacing[::-1]
    exchanged = _all_sizes(sample, mask, labels, turned) if turned != spacing else {}
    return [
        Size(
            image=sample.image,
            table=sample.calibration.table,
            measure=measure,
            by=by,
            measured_mm=value,
            reference_mm=sample.calibration.reference_mm.get(measure.upper()),
            exchanged_mm=exchanged.get((by, measure)),
        )
        for (by, measure), value in sizes.items()
    ]


def contradictions(sizes: Iterable[Size]) -> list[str]:
    """Sentences on what annotations and tables cannot both be right about; one a likely cause."""
    by_place: dict[tuple[Path | None, str], dict[str, list[Size]]] = {}
    for size in sizes:
        of_place = by_place.setdefault((size.table, size.by), {})
        of_place.setdefault(size.measure, []).append(size)
    told = []
    for (table, _), by_measure in by_place.items():
        place = "" if table is None else f"{table}: "
        told += [f"{place}{sentence}" for sentence in _of_place(by_measure)]
    return told


def _all_sizes(
    sample: Sample, mask: IndexArray | None, labels: LabelSchema, spacing: Spacing
) -> dict[tuple[str, str], float]:
    found = [("landmarks", each) for each in measured_points(sample, labels.points, spacing)]
    if mask is not None and labels.segments:
        names = _names_for(labels.structures, sample.calibration.reference_mm)
        found += [("masks", each) for each in measured_mask(mask, names, spacing)]
    return {
        (by, measure.name): measure.value
        for by, structure in found
        if not {TOUCHES_BORDER, POOR_ELLIPSE_FIT} & set(structure.flags)
        for measure in structure.measures
        if measure.unit == "mm" and measure.value > 0
    }


def _names_for(structures: Sequence[str], references: Iterable[str]) -> tuple[str | None, ...]:
    """What each structure is measured as; None for one of which nothing is known to compare.

    The only structure of masks that nobody named is what the references are measures of.
    """
    wanted = set(references)
    homes = {each.name for each in STRUCTURES.values() if wanted & set(each.measures)}
    if len(structures) == 1 and structures[0] not in STRUCTURES and len(homes) == 1:
        return (*homes,)
    return tuple(
        name
        if name in STRUCTURES or wanted & {each.upper() for each in measure_names(name)}
        else None
        for name in structures
    )


def _of_place(by_measure: dict[str, list[Size]]) -> list[str]:
    compared = {
        measure: pairs
        for measure, sizes in by_measure.items()
        if (pairs := [size for size in sizes if size.reference_mm is not None])
    }
    exchanged = [words for pairs in compared.values() if (words := _exchanged(pairs))]
    if exchanged:
        return exchanged[:1]
    findings = [found for pairs in compared.values() if (found := _compare(pairs))]
    if findings:
        return _merged(findings, {m: median(s.ratio for s in p) for m, p in compared.items()})
    for measure, sizes in by_measure.items():
        reason = size_reason(measure, median(size.measured_mm for size in sizes))
        if reason is not None:
            return [f"by the {sizes[0].by}, the median {reason}: pixel size?"]
    return []


def _compare(pairs: list[Size]) -> _Finding | None:
    """What is odd in the ratios of one measure; None where table and annotations agree."""
    measure, by = pairs[0].measure, pairs[0].by
    column = f"{measure.lower()}_mm"
    middle = median(size.ratio for size in pairs)
    near = [size for size in pairs if _is_near(size.ratio, middle, _APART)]
    if _is_apart(measure, [size.ratio for size in pairs], middle) and 2 * len(near) > len(pairs):
        odd = near
    else:
        odd = [size for size in pairs if not _is_near(size.ratio, 1.0, _APART_ALONE)]
        if not odd:
            return None
        middle = median(size.ratio for size in odd)
        near = [size for size in odd if _is_near(size.ratio, middle, _APART)]
    count = f"in {len(odd)} of {len(pairs)} images"
    such = f"{count}, such as {odd[0].image.name}" if len(odd) < len(pairs) else count
    if 5 * len(near) < 4 * len(odd):
        low, high = (pick(size.ratio for size in odd) for pick in (min, max))
        words = f"{measure} by the {by} is {low:.2f} to {high:.2f} of {column} {such}"
        return _Finding(measure, words, "lines of other images?")
    words = f"{measure} by the {by} is {_ratio_text(middle)} of {column} {such}"
    return _Finding(measure, words, _cause(middle, column), middle)


def _is_apart(measure: str, ratios: list[float], middle: float) -> bool:
    """Whether a median ratio is more than how annotators and conventions differ."""
    if not _is_near(middle, 1.0, _APART):
        return True
    known = MEASURES.get(measure)
    around = known is not None and known.read == "perimeter"
    limit = _APART_ALIKE if around else _APART_ALIKE_LENGTH
    alike = sum(_is_near(ratio, middle, _ALIKE) for ratio in ratios)
    return len(ratios) >= _FEW and 5 * alike >= 4 * len(ratios) and abs(middle - 1) > limit


def _is_near(ratio: float, other: float, share: float) -> bool:
    return other / (1 + share) <= ratio <= other * (1 + share)


def _cause(factor: float, column: str) -> str:
    for value, unit in _UNITS.items():
        if _is_near(factor, value, _APART):
            return f"pixel size or {column} in {unit}?"
    return "pixel size? The images may have been resized after the table was made."


def _ratio_text(ratio: float) -> str:
    return f"{ratio:.2f}" if 0.095 <= ratio < 9.5 else f"{ratio:.2g}"


def _merged(findings: list[_Finding], middles: Mapping[str, float]) -> list[str]:
    """A sentence for all measures that are off by one factor: it is the pixel size's.

    Args:
        findings: of one table.
        middles: the median ratio of every measure of the table.
    """
    first, others = findings[0], findings[1:]
    alike: list[str] = []
    if first.factor is not None:
        factors = {**middles, **{each.measure: each.factor for each in others if each.factor}}
        alike = [
            measure
            for measure, factor in factors.items()
            if measure != first.measure and _is_near(factor, first.factor, _APART_ALIKE)
        ]
        others = [each for each in others if each.measure not in alike]
    also = f" ({', '.join(alike)} alike)" if alike else ""
    cause = first.cause
    fits = [each for each, middle in middles.items() if _is_near(middle, 1.0, _APART_ALIKE)]
    if first.measure not in fits and fits and not alike:
        cause = f"{', '.join(fits)} fit, so is {first.measure.lower()}_mm what its name says?"
    return [f"{first.words}{also}: {cause}"] + (_merged(others, middles) if others else [])


def _exchanged(pairs: list[Size]) -> str | None:
    """Whether the references fit once rows and columns of the pixel size are exchanged."""
    if any(size.exchanged_mm is None for size in pairs):
        return None
    now = median(abs(size.ratio - 1) for size in pairs)
    then = median(abs((size.exchanged_mm or 0) / (size.reference_mm or 1) - 1) for size in pairs)
    if now < _APART_ALIKE or then > now / 3:
        return None
    measure, by = pairs[0].measure, pairs[0].by
    points = ", or x and y of the points," if by == "landmarks" else ""
    return (
        f"{measure} by the {by} is {100 * now:.0f} % off {measure.lower()}_mm, and "
        f"{100 * then:.0f} % with rows and columns exchanged, in the median of {len(pairs)} "
        f"images: are pixel_size_row_mm and pixel_size_column_mm{points} exchanged?"
    )
