"""What is said of an evaluation: each part of a model's answers against the truth."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from biometry_cli.report.charts.classes import confusion_chart, reliability_chart
from biometry_cli.report.charts.curves import training_curves
from biometry_cli.report.charts.pairs import pair_charts, pair_stems
from biometry_cli.report.charts.style import Chart
from biometry_cli.report.sheet.agreement import (
    agreement_blocks,
    agreement_cards,
    figure_cell,
    figure_text,
    head_of,
    label_of,
    measure_sections,
)
from biometry_cli.report.sheet.blocks import (
    NONE,
    PAGE,
    TERMINAL,
    Alert,
    Block,
    Card,
    Cell,
    Column,
    Drawn,
    Heading,
    Note,
    Picture,
    Row,
    Rows,
    Section,
    Sides,
    Tone,
)
from biometry_cli.report.sheet.words import count_text
from biometry_cli.results.figures import AUROC, CLOSENESS, DICE, HD95, MRE, NME, SDR, Kind
from biometry_cli.results.scores import (
    NO_MEAN,
    Classification,
    Group,
    Grouped,
    Mean,
    SplitScores,
)

if TYPE_CHECKING:
    from PIL import Image

_OF_POINTS = (
    "MRE: mean radial error, the distance of a point from the annotated one, over all points "
    "found. The two ends of a caliper are interchangeable: they are compared in their better "
    "order.",
    "SDR: share of the annotated points with an error of at most so many mm; a missed one counts "
    "as further away. Points of images without a pixel size do not count.",
    "NME: mean error of a caliper’s two ends over its true length.",
)
_OF_PROBABILITIES = (
    "A point is the images of one of 15 bins of the top probability; on the dashed diagonal "
    "they are right as often as their probability says, below it less often.",
    "Expected calibration error: the distance from the diagonal, averaged over the images "
    "(Guo et al. 2017). Few images make it larger than it is.",
    "Brier score: the squared distance of all probabilities from the truth, 0 to 2.",
)


def evaluation_heading(scores: SplitScores) -> Heading:
    """The split and its size, the model and the data."""
    origin = tuple(Cell(part, tone="quiet") for part in (scores.model, scores.data) if part)
    return Heading(f"{scores.split}: {count_text(len(scores.images), 'image')}", origin)


def evaluation_blocks(scores: SplitScores) -> Iterator[Block]:
    """All sections in a row below the heading, for readers without sections."""
    sections = evaluation_sections(scores)
    return chain([evaluation_heading(scores)], *(section.blocks for section in sections))


def evaluation_lead(scores: SplitScores) -> list[str]:
    """The same facts as the heading, for a page."""
    named = {"model": scores.model, "data": scores.data}
    return [
        f"split {scores.split}",
        count_text(len(scores.images), "image"),
        *(f"{name} {value}" for name, value in named.items() if value),
    ]


def evaluation_sections(
    scores: SplitScores,
    *,
    cases: "Iterable[tuple[str, Image.Image]]" = (),
    history: Sequence[Mapping[str, Any]] = (),
) -> list[Section]:
    """Everything that is said of an evaluation.

    Args:
        scores: the figures.
        cases: single images as (caption, picture).
        history: a row an epoch of the model's training; empty where it is not known.
    """
    called = scores.classification
    pictures = (Picture(picture, alt=caption, caption=caption) for caption, picture in cases)
    return [
        Section("figures", "Headline figures", tuple(_headline(scores))),
        Section("outlines", "Outlines", tuple(_outlines(scores.masks))),
        Section("landmarks", "Landmarks", tuple(_landmarks(scores.landmarks))),
        Section(
            "agreement",
            "Agreement with the reference",
            tuple(agreement_blocks(scores.measured, scores.strata, scores.by)),
        ),
        *measure_sections(scores.measured),
        Section("classes", "Classes", () if called is None else tuple(_classes(called))),
        Section("probabilities", "Probabilities", () if called is None else _probabilities(called)),
        Section("cases", "Cases", tuple(pictures)),
        Section("training", "Training", tuple(map(Drawn, training_curves(history)))),
    ]


def chart_stems(measures: Iterable[str], *, classes: bool) -> list[str]:
    """The names that charts may have, of these measures and of a classifier."""
    stems = [stem for measure in measures for stem in pair_stems(measure)]
    return stems + (["confusion", "reliability"] if classes else [])


def evaluation_charts(scores: SplitScores) -> dict[str, Chart]:
    """The charts of every measure, or of a classifier, by the names of their files."""
    charts = {stem: chart for each in scores.measured for stem, chart in pair_charts(each).items()}
    if scores.classification is not None:
        charts["confusion"] = confusion_chart(scores.classification)
        charts["reliability"] = reliability_chart(scores.classification)
    return charts


def _headline(scores: SplitScores) -> Iterator[Block]:
    yield Alert(tuple(scores.warnings))
    yield from agreement_cards(scores.measured)
    if scores.masks is not None:
        yield _card(DICE, scores.masks.overall.figures[DICE], len(scores.images))
    if scores.landmarks is not None:
        yield from _landmark_cards(scores.landmarks.overall)
    notes = []
    images = count_text(len(scores.images), "image")
    if scores.classification is not None:
        for kind, mean in scores.classification.overall.figures.items():
            yield _card(kind, mean, mean.n, rank=TERMINAL)
        if scores.classification.unsure is not None:
            notes.append(f"{scores.classification.unsure} of {images} unsure: not answered")
    if scores.unlike is not None:
        notes.append(f"{scores.unlike} of {images} unlike the training images")
    yield Note(tuple(notes), tone="")


def _card(kind: Kind, mean: Mean, images: int, rank: int = PAGE) -> Card:
    return Card(
        label_of(kind),
        figure_cell(mean.value, kind),
        below=(count_text(images, "image"),),
        size="small",
        rank=rank,
    )


def _landmark_cards(overall: Group) -> Iterator[Card]:
    """Mean radial error, success rate and normalised error over all points."""
    unit = "px" if overall.figures.get(MRE["mm"], NO_MEAN).value is None else "mm"
    over = f"{count_text(overall.n, 'point')}, {overall.missed} missed"
    named = {
        MRE[unit]: ("Mean radial error", unit, over),
        SDR[2.0]: ("Points within 2 mm (SDR)", "", over),
        NME: ("Normalised mean error", "", "over calipers"),
    }
    for kind, (label, of, below) in named.items():
        value = overall.figures.get(kind, NO_MEAN).value
        if value is not None or kind == MRE[unit]:
            yield Card(label, figure_cell(value, kind), of, (below,), size="small", rank=PAGE)


def _outlines(masks: Grouped | None) -> Iterator[Block]:
    """A row a structure, and their mean.

    Where truth or prediction lacks a structure, no distance exists: a mean over fewer images than
    that of Dice must not look better than it is.
    """
    if masks is None:
        return
    kinds = list(masks.overall.figures)
    distances = [kind for kind in HD95.values() if kind in kinds]
    counted = ["Images", "No\ndistance"] if distances else ["Images"]
    rows = []
    for name, group in masks.groups.items():
        without = group.n - sum(group.figures[kind].n for kind in distances)
        rows.append(_row(name, group, kinds, [group.n, without][: len(counted)]))
    if len(rows) > 1:
        rows.append(_row("mean", masks.overall, kinds, [None] * len(counted)))
    yield _table("Outlines against the truth, mean over images", "Structure", counted, kinds, rows)


def _landmarks(points: Grouped | None) -> Iterator[Block]:
    """A row a caliper or single point, then all together."""
    if points is None:
        return
    kinds = [kind for kind in points.overall.figures if kind != CLOSENESS]
    groups = {_point_name(name, group): group for name, group in points.groups.items()}
    if len(groups) != 1:
        groups["all"] = points.overall
    rows = [_row(name, group, kinds, [group.n, group.missed]) for name, group in groups.items()]
    yield _table("Points against the truth", "Landmark", ["Points", "Missed"], kinds, rows)
    if points.false:
        sentence = f"{count_text(points.false, 'point')} found in images that were annotated as "
        yield Note((f"{sentence}not showing them.",), tone="")
    closeness = figure_text(points.overall.figures[CLOSENESS].value, CLOSENESS)
    words = "1 − radial error over a tenth of the image’s diagonal"
    yield Note((f"Closeness {closeness}: {words}, the mean over images.",), tone="")
    yield Note(_OF_POINTS, listed=True, rank=PAGE)


def _point_name(name: str, group: Group) -> str:
    """A caliper in capitals; it alone has a normalised error."""
    return name.upper() if NME in group.figures else name


def _table(
    caption: str, head: str, counted: Sequence[str], kinds: Sequence[Kind], rows: Sequence[Row]
) -> Rows:
    numeric = [*counted, *map(head_of, kinds)]
    columns = (Column(head), *(Column(words, numeric=True) for words in numeric))
    return Rows(caption, columns, tuple(rows))


def _row(name: str, group: Group, kinds: Sequence[Kind], counts: Sequence[int | None]) -> Row:
    counted = (Cell(NONE if count is None else str(count)) for count in counts)
    figures = (figure_cell(group.figures.get(kind, NO_MEAN).value, kind) for kind in kinds)
    return Row((Cell(name, tone="name"), *counted, *figures))


def _classes(called: Classification) -> Iterator[Block]:
    caption = "Confusion matrix: a row a true class, a column a called class by its number"
    shaded = f"{caption}; shaded by the share of the row."
    columns = (
        Column("Class"),
        Column("Number", numeric=True, rank=PAGE),
        Column("Images", numeric=True),
        Column("Called right", numeric=True),
        Column("AUROC", numeric=True),
    )
    rows = []
    for place, (name, group) in enumerate(called.groups.items()):
        right = called.confusion_matrix[place][place]
        cells = [Cell(str(number)) for number in (place + 1, group.n, right)]
        rows.append(
            Row((Cell(name, tone="name"), *cells, figure_cell(group.figures[AUROC].value, AUROC)))
        )
    table = Rows("By class", columns, tuple(rows))
    yield Sides(((Drawn(confusion_chart(called), shaded, wide=True),), (table,)))
    yield _confusion(caption, called)


def _confusion(caption: str, called: Classification) -> Rows:
    """The matrix for readers that cannot draw. Ten long names would not stand side by side."""
    rows = []
    for true, (name, counts) in enumerate(zip(called.groups, called.confusion_matrix, strict=True)):
        cells = [
            Cell(str(count) if count else "·", tone=_tone(count, right=place == true))
            for place, count in enumerate(counts)
        ]
        rows.append(Row((Cell(f"{true + 1} {name}", tone="name"), *cells)))
    numbers = range(1, len(rows) + 1)
    columns = (Column("True class"), *(Column(str(number), numeric=True) for number in numbers))
    return Rows(caption, columns, tuple(rows), until=TERMINAL)


def _tone(count: int, *, right: bool) -> Tone:
    if not count:
        return "quiet"
    return "good" if right else "bad"


def _probabilities(called: Classification) -> tuple[Block, ...]:
    chart = Drawn(reliability_chart(called))
    return chart, Note(_OF_PROBABILITIES, listed=True, rank=PAGE)
