"""One image of a prediction report: its picture beside everything that was found in it."""

from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image

from biometry_cli.report.charts.growth import ChartCurves
from biometry_cli.report.html.clinical import age_card, centiles_table, formulas, weight_card
from biometry_cli.report.html.footnotes import Notes
from biometry_cli.report.html.growth_charts import growth_charts
from biometry_cli.report.html.markup import Markup, element, joined
from biometry_cli.report.html.measures import measures_table
from biometry_cli.report.html.parts import cards, flags_list, remarks
from biometry_cli.report.html.pictures import charts_row, picture, share_bar
from biometry_cli.report.html.point_parts import both_readings_table, points_part
from biometry_cli.report.html.tables import Column, facts, table
from biometry_cli.report.html.wording import NONE, file_name, number
from biometry_cli.report.points import visible_points
from biometry_cli.report.words import plane_text, said_flags, spacing_pair, spacing_text
from biometry_cli.results.flags import UNSURE
from biometry_cli.results.prediction import FailedFile, Prediction


@dataclass(frozen=True)
class Shown:
    """One answered image; ``overlay`` is its picture with what was found drawn on it."""

    prediction: Prediction
    overlay: Image.Image | None = None


def image_part(
    shown: Shown,
    key: str,
    notes: Notes,
    curves: Mapping[str, ChartCurves],
    *,
    of_exam: bool,
) -> Markup:
    """An article; age, weight and centiles stand in it unless an exam holds them.

    Args:
        shown: the image.
        key: its id in the page.
        notes: take the sentences on intervals.
        curves: growth charts.
        of_exam: whether the image was taken into an exam.
    """
    prediction = shown.prediction
    details = [flags_list(said_flags(prediction))]
    if prediction.task == "classify":
        details.append(_classes(prediction))
    elif prediction.point_measurements:
        details.append(both_readings_table(prediction, notes))
    elif prediction.measurements or not prediction.points:
        details.append(measures_table("Measures", prediction.measurements, notes))
    if prediction.points is not None:
        details.append(points_part(prediction.points))
    details.append(_about(prediction))
    sides = [element("div", joined(details))]
    if shown.overlay is not None:
        sides.insert(0, picture(shown.overlay, alt=_alt(prediction)))
    class_ = "sides both" if len(sides) > 1 else "sides"
    parts = [element("div", joined(sides), class_=class_)]
    if not of_exam:
        # The notes are on the age, weight and centiles, which an exam has for all its images.
        parts += [*_assessment(prediction, key, notes, curves), remarks(prediction.notes)]
    return _article(prediction.file, key, joined(parts))


def failed_part(failed: FailedFile, key: str) -> Markup:
    """An article in the place of an answer: why there is none."""
    code = element("small", f"error: {failed.error.code}")
    message = element("p", "Not answered. ", failed.error.message, " ", code, class_="failed")
    return _article(failed.file, key, message)


def _article(file: str, key: str, body: Markup) -> Markup:
    heading = element("h3", file_name(file), id=f"{key}-heading", title=file)
    return element(
        "article", heading, body, id=key, class_="image", aria_labelledby=f"{key}-heading"
    )


def _assessment(
    prediction: Prediction, key: str, notes: Notes, curves: Mapping[str, ChartCurves]
) -> list[Markup]:
    age, weight = prediction.gestational_age, prediction.fetal_weight
    parts = []
    if age is not None or weight is not None:
        parts.append(cards(age_card(age, notes), weight_card(weight, notes)))
    elif prediction.task != "classify" and prediction.spacing_mm is None:
        sentence = "No age, weight or centiles: they need sizes in mm, so a pixel size."
        parts.append(element("p", sentence, class_="small"))
    charts = growth_charts(
        key,
        prediction.centiles,
        curves,
        age=age,
        weight=weight,
        measurements=prediction.measurements,
    )
    parts.append(centiles_table(prediction.centiles, notes))
    parts += [charts_row(charts), formulas(age, weight, notes)]
    return parts


def _about(prediction: Prediction) -> Markup:
    rows = [("File", prediction.file)]
    if prediction.plane is not None:
        rows.append(("Plane", plane_text(prediction.plane)))
    if prediction.task != "classify":
        spacing = spacing_pair(prediction.spacing_mm)
        rows.append(("Pixel size", spacing_text(spacing) if spacing else f"{NONE} (not known)"))
    if "segment" in prediction.task:
        found = [
            f"{each.name} ({number(100 * each.area_fraction, 1)} % of the image)"
            for each in prediction.structures
        ]
        rows.append(("Structures found", ", ".join(found) or NONE))
    if prediction.unlike_training is not None:
        score = f"{prediction.unlike_training:.2f} (flagged above 1)"
        rows.append(("Unlike the training images", score))
    return facts(rows)


def _classes(prediction: Prediction) -> Markup:
    ranked = sorted((prediction.probabilities or {}).items(), key=lambda item: -item[1])
    doubt = f", {UNSURE}" if UNSURE in prediction.flags else ""
    label = element("p", "Called ", element("strong", prediction.label or NONE), doubt)
    rows = [
        [name, f"{100 * share:.1f} %", share_bar(share, chosen=name == prediction.label)]
        for name, share in ranked
    ]
    if not rows:
        return label
    columns = [Column("Class"), Column("Probability", numeric=True), Column("0 to 100 %")]
    return joined([label, table("Probabilities", columns, rows)])


def _alt(prediction: Prediction) -> str:
    name = file_name(prediction.file)
    if prediction.task == "classify":
        return f"{name} with the probabilities of its classes"
    found = ", ".join(each.name for each in prediction.structures)
    points = ", ".join(each.name for each in visible_points(prediction.points or {}))
    drawn = [f"the outlines and calipers of {found}"] if found else []
    drawn += [f"the points of {points}"] if points else []
    return f"{name} with {' and '.join(drawn) or 'what was found drawn on it'}"
