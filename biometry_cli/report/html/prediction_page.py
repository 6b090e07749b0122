"""The report of ``predict``: exams first, then every image, then where it all comes from."""

from collections.abc import Mapping, Sequence

from biometry_cli.report.charts.growth import ChartCurves
from biometry_cli.report.html.exam_part import exam_section
from biometry_cli.report.html.footnotes import Notes
from biometry_cli.report.html.image_part import Shown, failed_part, image_part
from biometry_cli.report.html.markup import NOTHING, Markup, element, joined
from biometry_cli.report.html.measures import Anchors, image_link
from biometry_cli.report.html.page import Section, page
from biometry_cli.report.html.provenance import Provenance, provenance_section
from biometry_cli.report.html.tables import Column, table
from biometry_cli.report.html.wording import NONE, number, weeks_text
from biometry_cli.report.points import visible_points
from biometry_cli.report.words import flag_text, plane_text, value_text
from biometry_cli.results.prediction import Exam, FailedFile

__all__ = ["ChartCurves", "Provenance", "Shown", "prediction_page"]


_MOST_CHARTED = 4  # inputs: a dozen charts for each of hundreds would bury everything else


def prediction_page(
    shown: Sequence[Shown | FailedFile],
    *,
    exam: Sequence[Exam],
    curves: Mapping[str, ChartCurves],
    provenance: Provenance,
    title: str,
) -> str:
    """A whole HTML document that needs no other file.

    Args:
        shown: every input in order; a failed one is shown with its message.
        exam: exams over these images; an image that an exam names carries no age of its own.
        curves: growth charts, under any key; matched to centiles by ``measure`` and ``chart``.
            Drawn for every exam; for images of no exam only where there are at most 4 inputs.
        provenance: where the numbers come from.
        title: of the document.
    """
    notes = Notes()
    anchors: dict[str, str] = {}
    keys = [f"image-{number}" for number in range(1, len(shown) + 1)]
    for each, key in zip(shown, keys, strict=True):
        anchors.setdefault(_file(each), key)
    sections = [
        exam_section(each, f"exam-{number}", notes, curves, anchors)
        for number, each in enumerate(exam, start=1)
    ]
    in_exams = {file for each in exam for file in each.files}
    in_exams |= {left.file for each in exam for left in each.left_out}
    own_curves = curves if len(shown) <= _MOST_CHARTED else {}
    articles = [
        failed_part(each, key)
        if isinstance(each, FailedFile)
        else image_part(each, key, notes, own_curves, of_exam=_file(each) in in_exams)
        for each, key in zip(shown, keys, strict=True)
    ]
    sections += [
        Section("overview", "Overview", _overview(shown, anchors)),
        Section("images", "Images", joined(articles)),
        Section("notes", "Intervals", notes.list()),
        provenance_section(provenance),
    ]
    return page(title, _lead(shown, provenance), sections)


def _file(each: Shown | FailedFile) -> str:
    return each.file if isinstance(each, FailedFile) else each.prediction.file


def _lead(shown: Sequence[Shown | FailedFile], provenance: Provenance) -> list[str]:
    failed = sum(isinstance(each, FailedFile) for each in shown)
    lead = [f"{len(shown)} image" if len(shown) == 1 else f"{len(shown)} images"]
    if failed:
        lead.append(f"{failed} not answered")
    answered = [each.prediction for each in shown if isinstance(each, Shown)]
    models = {each.model for each in answered}
    models |= {each.plane.model for each in answered if each.plane is not None}
    lead += [f"model {model}" for model in sorted(models)]
    return [*lead, provenance.created]


def _overview(shown: Sequence[Shown | FailedFile], anchors: Anchors) -> Markup:
    """A row an image, where there is more than one."""
    if len(shown) < 2:
        return NOTHING
    columns = [
        Column("Image"),
        Column("Plane"),
        Column("Found"),
        Column("Gestational age", numeric=True),
        Column("Weight", numeric=True),
        Column("Flags"),
    ]
    rows = [_overview_row(each, anchors) for each in shown]
    # Images of an exam have no age or weight of their own, and most models know no planes: a
    # column of dashes says nothing.
    empty = [place for place in (1, 3, 4) if all(row[place] == NONE for row in rows)]
    kept = [place for place in range(len(columns)) if place not in empty]
    return table(
        "Every image, and what was found in it",
        [columns[place] for place in kept],
        [[row[place] for place in kept] for row in rows],
        stacked=True,
    )


def _overview_row(each: Shown | FailedFile, anchors: Anchors) -> list[str]:
    link = image_link(_file(each), anchors)
    if isinstance(each, FailedFile):
        flag = element("span", "not answered", class_="flag")
        return [link, NONE, NONE, NONE, NONE, flag]
    prediction = each.prediction
    found = [f"{m.name} {value_text(m.value, m.unit)}" for m in prediction.measurements]
    if prediction.points is not None and not found:
        found += [each.name for each in visible_points(prediction.points)]
    if prediction.label is not None and prediction.plane is None:
        share = (prediction.probabilities or {}).get(prediction.label)
        found.append(prediction.label + ("" if share is None else f" {100 * share:.1f} %"))
    age, weight = prediction.gestational_age, prediction.fetal_weight
    flags = [element("span", flag_text(flag), class_="flag") for flag in prediction.flags]
    return [
        link,
        plane_text(prediction.plane) if prediction.plane is not None else NONE,
        ", ".join(found) or NONE,
        weeks_text(age.weeks) if age is not None and age.weeks is not None else NONE,
        f"{number(weight.grams, 0)} g" if weight is not None and weight.grams else NONE,
        joined(flags) or NONE,
    ]
