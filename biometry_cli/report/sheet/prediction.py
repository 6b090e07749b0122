"""What is said of one image: its plane or class, its measures and points, and what they mean."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from biometry_cli.measure.catalog import measure_names, structure_with
from biometry_cli.report.sheet.blocks import (
    NONE,
    PAGE,
    PICTURE,
    TERMINAL,
    Alert,
    Bar,
    Block,
    Cell,
    Column,
    Fold,
    Heading,
    Note,
    Picture,
    Row,
    Rows,
    Sides,
    Tone,
    facts,
)
from biometry_cli.report.sheet.clinical import Curves, age_card, growth_blocks, weight_card
from biometry_cli.report.sheet.points import Points, hidden_names, visible_points
from biometry_cli.report.sheet.words import (
    file_name,
    measure_name,
    measure_term,
    number,
    origin_text,
    percent,
    quantity,
    spacing_pair,
    spacing_text,
)
from biometry_cli.results.flags import (
    NOT_MEASURED,
    UNSURE,
    Rank,
    flag_lines,
    flag_text,
    rank_of,
)
from biometry_cli.results.measures import Measurement
from biometry_cli.results.prediction import FailedFile, PlaneFound, Prediction

if TYPE_CHECKING:
    from PIL import Image

CALIPER_MARKS = ("+", "×")  # on the scan and before the rows: the first diameter, the second
RING = "○"  # a point, or an end of a caliper between points beside masks

_FIRST_CLASSES = 6  # those of less probability are for who looks at the page
_MANY_POINTS = 12
_TWO_READINGS = (
    "Between points: a diameter or length is the distance between the two ends of a caliper, a "
    "circumference the perimeter of the ellipse with both diameters as axes. In the picture, "
    "yellow crosses are calipers of the masks, pink rings those of points."
)


def prediction_sheet(
    prediction: Prediction,
    *,
    picture: "Image.Image | None" = None,
    curves: Curves | None = None,
    of_exam: bool = False,
) -> tuple[Block, ...]:
    """Everything that is said of one answered image.

    Args:
        prediction: the answer.
        picture: the scan with what was found drawn on it, for a page.
        curves: growth charts to draw.
        of_exam: age, weight and growth are left to the exam that holds the image.
    """
    found = _found(prediction)
    if picture is not None:
        found = (Sides(((Picture(picture, _alt(prediction)),), found)),)
    meaning = () if of_exam else _meaning(prediction, curves)
    return (prediction_heading(prediction), *found, *meaning)


def failed_sheet(failed: FailedFile) -> tuple[Block, ...]:
    """What stands in the place of an answer: why there is none."""
    return (Alert((f"Not answered. {failed.error.message} (error: {failed.error.code})",)),)


def prediction_heading(prediction: Prediction) -> Heading:
    """The file with its plane or class and its pixel size."""
    details = []
    if prediction.plane is not None:
        details.append(Cell(plane_text(prediction.plane), tone="name"))
    elif prediction.label is not None:
        details.append(_called(prediction))
    spacing = spacing_pair(prediction.spacing_mm)
    if spacing is not None and prediction.label is None:
        origin = origin_text(prediction.spacing_origin, prediction.file)
        told = f"{spacing_text(spacing)}{origin and f' ({origin})'}"
        details.append(Cell(told, tone="quiet"))
    return Heading(file_name(prediction.file), tuple(details), until=TERMINAL)


def plane_text(plane: PlaneFound) -> str:
    """``trans-thalamic 97.1 %``."""
    return f"{plane.label} {percent(plane.probability)}"


def _called(prediction: Prediction) -> Cell:
    if UNSURE in prediction.flags:
        return Cell(f"{prediction.label} ({UNSURE})", tone="doubt")
    return Cell(prediction.label or NONE, tone="chosen")


def alert(prediction: Prediction) -> Alert:
    """A prediction's flags in words, with the reason why an image was not measured."""
    plane = prediction.plane
    if plane is None or plane.reason is None:
        return Alert(tuple(flag_lines(prediction.flags)))
    others = [flag for flag in prediction.flags if flag not in (NOT_MEASURED, UNSURE)]
    return Alert((f"not measured: {plane.reason}", *flag_lines(others)))


def _found(prediction: Prediction) -> tuple[Block, ...]:
    blocks: list[Block] = [alert(prediction)]
    if prediction.task == "classify":
        blocks += _classes(prediction)
    else:
        blocks += measure_blocks(prediction)
    if prediction.points is not None:
        blocks += _points(prediction.points, beside_masks="segment" in prediction.task)
    return (*blocks, _about(prediction))


def measure_blocks(prediction: Prediction) -> list[Block]:
    """The measures, a row each; what was read twice, from masks and between points, in one row."""
    if not prediction.measurements and not prediction.point_measurements:
        nothing = [] if prediction.points else [Note(("Nothing was measured.",), rank=PAGE)]
        return [*nothing]
    names = [each.name for each in prediction.structures]
    method = Column("How it was read", rank=PAGE)
    if not prediction.point_measurements:
        rows = [measure_row(each, names) for each in prediction.measurements]
        marked = _with_marks(rows, prediction.measurements)
        single = (Column("Measure"), Column("Value", numeric=True), method)
        return [Rows("Measures", single, marked, brief=True)]
    by_masks = {each.name: each for each in prediction.measurements if each.by == "mask"}
    by_points = {each.name: each for each in prediction.point_measurements}
    every = [{**by_points, **by_masks}[name] for name in {**by_masks, **by_points}]
    rows = [_both(by_masks.get(m.name), by_points.get(m.name), m, names) for m in every]
    double = (
        Column("Measure"),
        Column("From masks", numeric=True),
        Column("Between points", numeric=True, short="points"),
        method,
    )
    table = Rows("Measures", double, _with_marks(rows, every), brief=True)
    return [table, Note((_TWO_READINGS,), rank=PAGE)]


def measure_row(measure: Measurement, structures: Iterable[str] = ()) -> Row:
    """Name, value with its interval, and how it was read; its group is its structure."""
    cells = (name_cell(measure.name), value_cell(measure), method_cell(measure))
    return Row(cells, tone=_tone(measure), group=_group(measure.name, structures))


def name_cell(measure: str) -> Cell:
    """The measure's name over what it stands for."""
    term = measure_term(measure)
    return Cell(measure_name(measure), below=(Cell(term),) if term else (), tone="name")


def value_cell(measure: Measurement, tone: Tone = "") -> Cell:
    """The value with its interval, and what that promises."""
    interval, note = measure.interval, measure.guarantee
    return quantity(measure.value, measure.unit, interval, note=note, tone=tone)


def method_cell(measure: Measurement) -> Cell:
    """How a value was read, and what speaks against it."""
    below = [Cell(f"calipers {measure.convention}")] if measure.convention else []
    below += [Cell(flag_text(flag), tone="doubt") for flag in measure.flags]
    return Cell(measure.method or NONE, below=tuple(below))


def _tone(measure: Measurement) -> Tone:
    doubtful = any(rank_of(flag) >= Rank.DOUBT for flag in measure.flags)
    return "doubt" if doubtful else ""


def _group(measure: str, structures: Iterable[str]) -> str:
    measured = (name for name in structures if measure in measure_names(name))
    return next(measured, structure_with(measure))


def _with_marks(rows: Sequence[Row], measures: Sequence[Measurement]) -> tuple[Row, ...]:
    """Rows with the marks of their calipers; within a structure, the second is another one."""
    groups: dict[str, list[str]] = {}
    for row, measure in zip(rows, measures, strict=True):
        if len(measure.calipers or ()) == 2:
            groups.setdefault(row.group, []).append(measure.name)
    marks = {name: mark for names in groups.values() for name, mark in caliper_marks(names).items()}
    return tuple(
        replace(row, mark=marks.get(measure.name, ""))
        for row, measure in zip(rows, measures, strict=True)
    )


def caliper_marks(names: Iterable[str]) -> dict[str, str]:
    """The mark of each diameter or length of a structure, by the measure's name."""
    return {name: CALIPER_MARKS[i % len(CALIPER_MARKS)] for i, name in enumerate(names)}


def _both(
    first: Measurement | None, second: Measurement | None, named: Measurement, names: Iterable[str]
) -> Row:
    """A row of a measure from the mask beside that between the points."""
    remarks = method_cell(first) if first else Cell(NONE)
    told = first.flags if first else []
    more = [flag for flag in (second.flags if second else []) if flag not in told]
    below = tuple(Cell(f"points: {flag_text(flag)}", tone="doubt") for flag in more)
    cells = (
        name_cell(named.name),
        value_cell(first) if first else Cell(NONE),
        value_cell(second, _tone(second) or "again") if second else Cell(NONE),
        replace(remarks, below=(*remarks.below, *below)),
    )
    apart = _tone(first) if first else ""
    if apart and second:
        cells = (*cells[:2], replace(cells[2], tone=apart), cells[3])
    return Row(cells, tone=apart, group=_group(named.name, names))


def _points(points: Points, *, beside_masks: bool) -> list[Block]:
    """A row a caliper or single point, and a line for all that is not visible."""
    shown = visible_points(points)
    columns = (Column("Point"), Column("x, y in px", rank=TERMINAL), Column("Confidence"))
    rows = []
    for each in shown:
        places = " to ".join(f"({number(p.x, 1)}, {number(p.y, 1)})" for p in each.points)
        sure = ", ".join(percent(point.confidence, 0) for point in each.points)
        known = any(point.confidence is not None for point in each.points)
        name = Cell(each.name.replace("_", " "), tone="again" if beside_masks else "name")
        cells = (name, Cell(places), Cell(sure))
        rank = PICTURE if each.single or known else TERMINAL
        rows.append(Row(cells, rank=rank, mark=RING if each.single else ""))
    table: Block = Rows("Points", columns, tuple(rows), brief=True)
    if len(shown) > _MANY_POINTS:
        table = Fold(f"{len(shown)} points", (table,), rank=PICTURE)
    hidden = hidden_names(points)
    return [table, Note((f"not visible: {', '.join(hidden)}",) if hidden else ())]


def _classes(prediction: Prediction) -> list[Block]:
    """The classes with their probabilities, the likeliest first."""
    ranked = sorted((prediction.probabilities or {}).items(), key=lambda item: -item[1])
    rows = []
    for place, (name, share) in enumerate(ranked):
        chosen = name == prediction.label
        named = _called(prediction) if chosen else Cell(name, tone="name")
        tone: Tone = named.tone if chosen else ""
        cells = (named, Cell(percent(share)), Cell("", drawn=Bar(share, chosen)))
        rows.append(Row(cells, rank=PICTURE if place < _FIRST_CLASSES else PAGE, tone=tone))
    columns = (Column("Class"), Column("Probability", numeric=True), Column("0 to 100 %"))
    table = Rows("Probabilities", columns, tuple(rows), brief=True)
    if prediction.plane is None:
        return [table]
    # The terminal has named the plane; the classes behind it are for those who look closer.
    return [replace(table, until=PICTURE), replace(table, rank=PAGE)]


def _about(prediction: Prediction) -> Rows:
    """What the page says of the image itself."""
    pairs = [("File", prediction.file)]
    if prediction.plane is not None:
        pairs.append(("Plane", plane_text(prediction.plane)))
    elif prediction.label is not None:
        pairs.append(("Class", _called(prediction).text))
    if prediction.task != "classify":
        spacing = spacing_pair(prediction.spacing_mm)
        origin = prediction.spacing_origin
        told = f"{spacing_text(spacing)}{f' ({origin})' * bool(origin)}" if spacing else ""
        pairs.append(("Pixel size", told or f"{NONE} (not known)"))
    if "segment" in prediction.task:
        found = [
            f"{each.name} ({percent(each.area_fraction)} of the image)"
            for each in prediction.structures
        ]
        pairs.append(("Structures found", ", ".join(found) or NONE))
    if prediction.unlike_training is not None:
        score = f"{number(prediction.unlike_training, 2)} (flagged above 1)"
        pairs.append(("Unlike the training images", score))
    return facts(pairs, rank=PAGE)


def _meaning(prediction: Prediction, curves: Curves | None) -> tuple[Block, ...]:
    """Age, weight and growth of this image alone."""
    age, weight = prediction.gestational_age, prediction.fetal_weight
    blocks: list[Block] = []
    if age is not None or weight is not None:
        blocks += [age_card(age), weight_card(weight)]
    elif prediction.task != "classify" and prediction.spacing_mm is None:
        sentence = "No age, weight or centiles: they need sizes in mm, so a pixel size."
        blocks.append(Note((sentence,), rank=PAGE))
    blocks += growth_blocks(prediction, prediction.measurements, curves, rank=PAGE)
    return (*blocks, Note(tuple(prediction.notes), listed=True, rank=PAGE))


def _alt(prediction: Prediction) -> str:
    name = file_name(prediction.file)
    if prediction.task == "classify":
        return f"{name} with the probabilities of its classes"
    found = ", ".join(each.name for each in prediction.structures)
    points = ", ".join(each.name for each in visible_points(prediction.points or {}))
    drawn = [f"the outlines and calipers of {found}"] if found else []
    drawn += [f"the points of {points}"] if points else []
    return f"{name} with {' and '.join(drawn) or 'what was found drawn on it'}"
