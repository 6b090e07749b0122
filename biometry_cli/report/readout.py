"""The figures of a reading or an exam as rows of a panel."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from biometry_cli.measure.catalog import STRUCTURES, measure_names
from biometry_cli.measure.growth.dates import completed_text
from biometry_cli.report.panel import Panel
from biometry_cli.report.pen import (
    PINK,
    SKY_BLUE,
    STRUCTURE_COLORS,
    STRUCTURE_PATTERNS,
    WHITE,
    YELLOW,
    Color,
    Pattern,
)
from biometry_cli.report.point_rows import RING, list_legend, list_points
from biometry_cli.report.words import (
    READINGS_DISAGREE,
    flag_text,
    formula_text,
    plane_text,
    spacing_pair,
    spacing_text,
    value_text,
)
from biometry_cli.results.base import Interval
from biometry_cli.results.clinical import FetalWeight, GestationalAge
from biometry_cli.results.flags import UNSURE
from biometry_cli.results.measures import Measurement
from biometry_cli.results.prediction import Exam, Prediction

if TYPE_CHECKING:
    from biometry_cli.inference.reading import Reading
    from biometry_cli.measure.structures import MeasuredStructure

UNLIKE_TRAINING, NOT_MEASURED = "unlike_training", "not_measured"
CALIPER_MARKS = ("+", "×")  # on the scan and before the rows: the first diameter, the second
_OWN_PLACES = {name: place for place, name in enumerate(STRUCTURES)}
_TOP_CLASSES = 6


def structure_styles(names: Iterable[str]) -> dict[str, tuple[Color, Pattern]]:
    """Color and dashes of each structure's outline.

    Head, abdomen and femur keep theirs in every picture; others follow in their order.
    """
    free = range(len(_OWN_PLACES), len(STRUCTURE_COLORS))
    others = [name for name in names if name not in _OWN_PLACES]
    places = _OWN_PLACES | {name: free[i % len(free)] for i, name in enumerate(others)}
    return {name: (STRUCTURE_COLORS[i], STRUCTURE_PATTERNS[i]) for name, i in places.items()}


def caliper_marks(found: "MeasuredStructure") -> dict[str, str]:
    """The mark of each diameter or length of a structure, by the measure's name."""
    names = list(found.calipers_px)
    return {name: CALIPER_MARKS[i % len(CALIPER_MARKS)] for i, name in enumerate(names)}


def short_name(measure: str, structure: str) -> str:
    """``BPD``; ``major axis`` for the ``cervix_major_axis`` of a cervix."""
    return measure.removeprefix(f"{structure}_").replace("_", " ")


def interval_text(interval: Interval | None, decimals: int = 1) -> str:
    """``(168.9–175.9)``, or nothing."""
    if interval is None:
        return ""
    low, high = interval
    return f"({low:,.{decimals}f}–{high:,.{decimals}f})"


def list_reading(panel: Panel, reading: "Reading") -> None:
    """Everything that a picture's panel says of one image."""
    prediction = reading.prediction
    panel.title(Path(prediction.file).name)
    list_plane(panel, prediction)
    if prediction.task == "classify":
        list_classes(panel, prediction)
    else:
        spacing = spacing_pair(prediction.spacing_mm)
        if spacing is not None:
            panel.small(spacing_text(spacing))
        list_structures(panel, reading)
        if prediction.points is not None:
            list_points(panel, prediction.points, PINK if "segment" in prediction.task else YELLOW)
        list_age_and_weight(panel, prediction.gestational_age, prediction.fetal_weight)
        panel.gap()
        list_legend(panel, reading)
        measures = [*prediction.measurements, *prediction.point_measurements]
        if any(measure.interval is not None for measure in measures):
            panel.small("in brackets: 95 % interval")
    panel.gap()
    for flag in prediction.flags:
        if flag not in (UNLIKE_TRAINING, NOT_MEASURED):  # the banner and the plane say that
            panel.warning(flag_text(flag))


def list_plane(panel: Panel, prediction: Prediction) -> None:
    """The recognised plane, and why nothing was measured on it."""
    if prediction.plane is not None:
        panel.small(f"plane: {plane_text(prediction.plane)}")
        if prediction.plane.reason is not None:
            panel.warning(f"not measured: {prediction.plane.reason}")


def list_structures(panel: Panel, reading: "Reading") -> None:
    """Each structure with its measures, as the prediction gives them.

    A measure between points stands below the same one from the mask, yellow where the two
    disagree.
    """
    styles = structure_styles(found.name for found in reading.measured)
    left = list(reading.prediction.measurements)
    again = {each.name: each for each in reading.prediction.point_measurements}
    for found in reading.measured:
        panel.gap()
        if len(found.contour_px):
            panel.heading(found.name, *styles[found.name])
        else:
            panel.title(found.name)
        marks = caliper_marks(found)
        names = {*measure_names(found.name), *(each.name for each in found.measures)}
        own = [measure for measure in left if measure.name in names]
        left = [measure for measure in left if measure not in own]
        for measure in own:
            name = short_name(measure.name, found.name)
            list_measure(panel, measure, name, marks.get(measure.name, ""))
            if measure.name in again:
                _list_again(panel, again.pop(measure.name), "points", measure)
    for measure in left:
        list_measure(panel, measure, measure.name)
    if again:
        panel.gap()
        panel.title("between points alone", PINK)
    for measure in again.values():
        _list_again(panel, measure, measure.name)


def _list_again(
    panel: Panel, measure: Measurement, name: str, beside: Measurement | None = None
) -> None:
    """A measure between points, beside masks."""
    apart = beside is not None and READINGS_DISAGREE in beside.flags
    panel.row(
        name,
        value_text(measure.value, measure.unit),
        YELLOW if apart or measure.flags else PINK,
        interval=interval_text(measure.interval, decimals_of(measure)),
        mark=RING if len(measure.calipers or ()) == 2 else "",
        mark_color=PINK,
    )


def list_measure(panel: Panel, measure: Measurement, name: str, mark: str | None = None) -> None:
    """One measure in one row, yellow where something speaks against it."""
    value = value_text(measure.value, measure.unit)
    interval = interval_text(measure.interval, decimals_of(measure))
    panel.row(name, value, YELLOW if measure.flags else WHITE, interval=interval, mark=mark)


def decimals_of(measure: Measurement) -> int:
    """Of an interval: large areas are whole numbers."""
    return 0 if measure.unit.endswith("²") and measure.value >= 100 else 1


def list_age_and_weight(
    panel: Panel, age: GestationalAge | None, weight: FetalWeight | None
) -> None:
    """Gestational age in completed weeks and days, and fetal weight in grams, where known."""
    if age is not None and age.text is not None:
        panel.gap()
        ends = [completed_text(weeks) for weeks in age.interval or ()]
        panel.row("GA", f"{age.text} weeks", interval=f"({'–'.join(ends)})" if ends else "")
        given = age.formula is None
        panel.small("gestational age, given" if given else f"by {formula_text(age.formula or '')}")
    if weight is not None and weight.grams is not None:
        panel.gap()
        panel.row("EFW", f"{weight.grams:,.0f} g", interval=interval_text(weight.interval, 0))
        panel.small(f"by {formula_text(weight.formula or '')}")


def list_classes(panel: Panel, prediction: Prediction) -> None:
    """The likeliest classes with their probabilities."""
    panel.gap()
    ranked = sorted((prediction.probabilities or {}).items(), key=lambda item: -item[1])
    unsure = UNSURE in prediction.flags
    for name, probability in ranked[:_TOP_CLASSES]:
        chosen = name == prediction.label
        color = WHITE if not chosen else YELLOW if unsure else SKY_BLUE
        shown = f"{name} ({UNSURE})" if chosen and unsure else name
        panel.row(shown, f"{100 * probability:.1f} %", color)
        panel.bar(probability, color)


def list_caption(panel: Panel, prediction: Prediction, exam: Exam) -> None:
    """Below an image of an exam: name, plane, measures, and why it was left out, if it was."""
    panel.title(Path(prediction.file).name)
    if prediction.plane is not None:
        panel.small(f"plane: {plane_text(prediction.plane)}")
    for measure in prediction.measurements:
        list_measure(panel, measure, measure.name)
    for left_out in exam.left_out:
        if left_out.file == prediction.file:
            panel.warning(f"left out: {left_out.reason}")
    for flag in prediction.flags:
        if flag != NOT_MEASURED:  # the exam says why it was left out
            panel.warning(flag_text(flag))


def list_exam(panels: Sequence[Panel], exam: Exam) -> None:
    """An exam over two panels: its measures in the first, age, weight and notes in the second."""
    measures, rest = panels
    measures.title(f"exam {exam.name}")
    count = len(exam.files)
    measures.small(f"{exam.choice} of {count} image{'' if count == 1 else 's'}")
    measures.gap()
    for measure in exam.measurements:
        list_measure(measures, measure, measure.name)
    if any(measure.interval is not None for measure in exam.measurements):
        measures.small("in brackets: 95 % interval")
    list_age_and_weight(rest, exam.gestational_age, exam.fetal_weight)
    rest.gap()
    for note in exam.notes:
        rest.small(note)
    for flag in exam.flags:
        rest.warning(flag_text(flag))
