"""What can be measured: every structure and every measure, said once.

A new measure is one entry here and, where it is read from a shape in a new way, one function in
``sizes.py``. The order of the entries is the order of every report. Codes are LOINC's, as
DICOM's structured report of obstetric ultrasound (TID 5000) and FHIR take them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Dimension = Literal["length", "area", "ratio", "mass"]
Shape = Literal["ellipse", "shaft", "outline"]
Reading = Literal[
    "perimeter", "long_axis", "short_axis", "index", "length", "area", "outline_length"
]

OUTER_OUTER = "outer-outer"


@dataclass(frozen=True)
class Code:
    """A coded term: scheme designator (LN is LOINC), value, meaning."""

    scheme: str
    value: str
    meaning: str


@dataclass(frozen=True)
class Measure:
    """One measure.

    Attributes:
        name: the field's own term, upper case.
        term: in words.
        dimension: decides the unit: mm, mm², % or g.
        read: how the shape of its structure gives it; None for one that no structure gives.
        convention: where the calipers stand; None for a measure without such a choice.
        plausible_mm: what every fetus of 11 to 43 weeks lies in; None for a measure that growth
            formulas do not take. FL starts at 12 weeks, since a shorter range could not tell a
            femur in centimetres.
        code: for structured reports.
    """

    name: str
    term: str
    dimension: Dimension = "length"
    read: Reading | None = None
    convention: str | None = None
    plausible_mm: tuple[float, float] | None = None
    code: Code | None = None


@dataclass(frozen=True)
class Structure:
    """One structure.

    Attributes:
        name: as in a model's classes.
        shape: an ellipse fitted to the outline, the shaft of a long bone, or the outline as it is.
        measures: names, in the order of a report.
        planes: standard planes, by a classifier's name, on which the structure is measured.
    """

    name: str
    shape: Shape
    measures: tuple[str, ...]
    planes: tuple[str, ...] = ()


MEASURES: dict[str, Measure] = {
    each.name: each
    for each in (
        Measure(
            "HC",
            "head circumference",
            read="perimeter",
            convention=OUTER_OUTER,
            plausible_mm=(45.0, 450.0),
            code=Code("LN", "11984-2", "Head Circumference"),
        ),
        Measure(
            "BPD",
            "biparietal diameter",
            read="short_axis",
            convention=OUTER_OUTER,
            plausible_mm=(12.0, 140.0),
            code=Code("LN", "11820-8", "Biparietal Diameter"),
        ),
        Measure(
            "OFD",
            "occipitofrontal diameter",
            read="long_axis",
            convention=OUTER_OUTER,
            plausible_mm=(15.0, 170.0),
            code=Code("LN", "11851-3", "Occipital-Frontal Diameter"),
        ),
        Measure(
            "CI",
            "cephalic index",
            dimension="ratio",
            read="index",
            code=Code("LN", "11823-2", "Cephalic Index"),
        ),
        Measure(
            "AC",
            "abdominal circumference",
            read="perimeter",
            convention=OUTER_OUTER,
            plausible_mm=(40.0, 480.0),
            code=Code("LN", "11979-2", "Abdominal Circumference"),
        ),
        Measure(
            "TAD",
            "transverse abdominal diameter",
            read="long_axis",
            convention=OUTER_OUTER,
            code=Code("LN", "11862-0", "Transverse Abdominal Diameter"),
        ),
        Measure(
            "APAD",
            "anteroposterior abdominal diameter",
            read="short_axis",
            convention=OUTER_OUTER,
            code=Code("LN", "11818-2", "Anterior-Posterior Abdominal Diameter"),
        ),
        Measure(
            "FL",
            "femur length",
            read="length",
            plausible_mm=(8.0, 95.0),
            code=Code("LN", "11963-6", "Femur Length"),
        ),
        Measure(
            "CRL",
            "crown-rump length",
            plausible_mm=(5.0, 120.0),
            code=Code("LN", "11957-8", "Crown Rump Length"),
        ),
        Measure(
            "EFW",
            "estimated fetal weight",
            dimension="mass",
            code=Code("LN", "11727-5", "Estimated Weight"),
        ),
    )
}

STRUCTURES: dict[str, Structure] = {
    each.name: each
    for each in (
        # ISUOG's guidelines (biometry, 2019; mid-trimester scan, 2022) take HC and BPD on the
        # transthalamic or transventricular plane, so the transcerebellar one is not listed.
        Structure(
            "head",
            "ellipse",
            ("HC", "BPD", "OFD", "CI"),
            ("trans-thalamic", "trans-ventricular", "head", "brain", "fetal head", "fetal brain"),
        ),
        Structure("abdomen", "ellipse", ("AC", "TAD", "APAD"), ("abdomen", "fetal abdomen")),
        Structure("femur", "shaft", ("FL",), ("femur", "fetal femur")),
    )
}

_MEASURES_OF_OTHERS: dict[str, Measure] = {
    "area": Measure("area", "area", dimension="area", read="area"),
    "perimeter": Measure("perimeter", "perimeter", read="outline_length"),
    "major_axis": Measure("major_axis", "long axis", read="long_axis"),
    "minor_axis": Measure("minor_axis", "short axis", read="short_axis"),
}
"""Of a structure that is not listed; their names carry the structure's: ``cervix_area``."""

SIZED: tuple[str, ...] = tuple(name for name, each in MEASURES.items() if each.plausible_mm)
"""Measures that growth formulas take, and ``calc`` by hand."""


def structure(name: str) -> Structure:
    """The structure of that name; one measured by its outline where it is not listed."""
    return STRUCTURES.get(name) or Structure(
        name, "outline", tuple(f"{name}_{each}" for each in _MEASURES_OF_OTHERS)
    )


def measures_of(name: str) -> dict[str, Measure]:
    """The measures that a structure of this name can have, by name, in the order of a report."""
    found = STRUCTURES.get(name)
    if found is not None:
        return {each: MEASURES[each] for each in found.measures}
    return {f"{name}_{each}": measure for each, measure in _MEASURES_OF_OTHERS.items()}


def measure_names(name: str) -> tuple[str, ...]:
    """The names of ``measures_of``."""
    return tuple(measures_of(name))


def term(measure: str) -> str:
    """A measure in words; empty for one that is not listed."""
    found = MEASURES.get(measure)
    return "" if found is None else found.term


def is_named(measure: str) -> bool:
    """Whether a measure is listed, or one that any structure's outline gives, in any case."""
    outlines = tuple(f"_{each}" for each in _MEASURES_OF_OTHERS)
    return measure.upper() in MEASURES or measure.lower().endswith(outlines)


def structure_of(caliper: str) -> str:
    """The structure that a caliper, in any case, stands on; its own lower-case name if unlisted."""
    name = caliper.lower()
    if name not in calipers():
        return name
    return next(each.name for each in STRUCTURES.values() if name.upper() in each.measures)


def structure_with(measure: str) -> str:
    """The structure that a measure is one of; its own lower-case name if unlisted."""
    homes = (each.name for each in STRUCTURES.values() if measure in each.measures)
    return next(homes, measure.lower())


def diameters(name: str) -> tuple[str, str] | None:
    """The long and the short diameter that define a structure's ellipse; None without."""
    found = STRUCTURES.get(name)
    if found is None or found.shape != "ellipse":
        return None
    read = {MEASURES[each].read: each for each in found.measures}
    return read["long_axis"], read["short_axis"]


def calipers() -> tuple[str, ...]:
    """Every measure that stands between two points, as annotations name it: ``ofd``, ``fl``."""
    between = ("long_axis", "short_axis", "length")
    return tuple(
        measure.lower()
        for each in STRUCTURES.values()
        for read in between
        for measure in each.measures
        if MEASURES[measure].read == read
    )


def place_of_measure(name: str) -> int:
    """Where a measure stands in a report; one that is not listed after all that are."""
    return _place(name, MEASURES)


def place_of_structure(name: str) -> int:
    """Where a structure stands in a report; one that is not listed after all that are."""
    return _place(name, STRUCTURES)


def _place(name: str, listed: Iterable[str]) -> int:
    names = list(listed)
    return names.index(name) if name in names else len(names)


def unit(measure: Measure, length_unit: str) -> str:
    """The unit of a measure, given that of lengths: mm or px."""
    units = {"length": length_unit, "area": f"{length_unit}²", "ratio": "%", "mass": "g"}
    return units[measure.dimension]


def plane_key(plane: str) -> str:
    """A name without its accidents: ``Trans-Thalamic`` and ``trans_thalamic`` are one plane."""
    return "".join(letter for letter in plane.casefold() if letter not in " -_")


PLANE_STRUCTURES: dict[str, str] = {
    plane: each.name for each in STRUCTURES.values() for plane in each.planes
}
"""The structure measured on each plane, by default; on one that is not named there is none."""


def with_default_planes(given: Mapping[str, str]) -> dict[str, str]:
    """The default with the given planes in place of, and beside, its own; the last one counts."""
    merged: dict[str, tuple[str, str]] = {}
    for plane, name in [*PLANE_STRUCTURES.items(), *given.items()]:
        merged[plane_key(plane)] = (plane, name)
    return dict(merged.values())
