"""Errors of landmarks in the report of ``eval``: cards, a table, and how to read them."""

from biometry_cli.report.html.markup import NOTHING, Markup, element, joined
from biometry_cli.report.html.parts import card, remarks
from biometry_cli.report.html.tables import Column, table
from biometry_cli.report.html.wording import NONE, number
from biometry_cli.report.landmark_tables import (
    columns_of,
    count_keys,
    false_points,
    figure_text,
    key_of,
)
from biometry_cli.report.sheet.points import caliper_groups
from biometry_cli.results.evaluation import Evaluation

HOW_TO_READ = (
    "MRE: mean radial error, the distance of a point from the annotated one, over all points "
    "found. The two ends of a caliper are interchangeable: they are compared in their better "
    "order.",
    "SDR: share of the annotated points with an error of at most so many mm; a missed one counts "
    "as further away. Points of images without a pixel size do not count.",
    "NME: mean error of a caliper’s two ends over its true length.",
)


def landmark_cards(evaluation: Evaluation) -> list[Markup]:
    """Mean radial error, success rate and normalised error over all points, a card each."""
    metrics, counts = evaluation.metrics, evaluation.counts
    if "landmarks" not in evaluation.task:
        return []
    points, missed = (counts.get(key, 0) for key in count_keys(""))
    over = f"{points} points, {missed} missed"
    made = []
    unit = "mm" if metrics.get("mre_mm") is not None else "px"
    error = joined([number(metrics.get(f"mre_{unit}"), 2), " ", element("small", unit)])
    made.append(card("Mean radial error", error, over))
    within = metrics.get("sdr_2mm")
    if within is not None:
        rate = joined([number(100 * within, 1), " ", element("small", "%")])
        made.append(card("Points within 2 mm (SDR)", rate, over))
    if "nme" in metrics:
        made.append(card("Normalised mean error", number(metrics["nme"], 4), "over calipers"))
    return made


def landmarks_part(evaluation: Evaluation) -> Markup:
    """A row a caliper or single point, then all together; nothing for other models."""
    if "landmarks" not in evaluation.task:
        return NOTHING
    metrics, counts = evaluation.metrics, evaluation.counts
    heads = columns_of(evaluation)
    columns = [Column("Landmark"), Column("Points", numeric=True), Column("Missed", numeric=True)]
    columns += [Column(_head(text), numeric=True) for text in heads.values()]
    groups = caliper_groups(evaluation.points)
    rows = []
    for group in [*groups, *([""] if len(groups) > 1 else [])]:
        keys = [key_of(column, group) for column in heads]
        figures = [_figure(metrics.get(key), key) for key in keys]
        row = [groups.get(group, "all"), *(str(counts.get(key, 0)) for key in count_keys(group))]
        rows.append([*row, *figures])
    return joined(
        [
            table("Points against the truth", columns, rows, many=True),
            remarks([*false_points(evaluation), *HOW_TO_READ]),
        ]
    )


def landmark_keys(evaluation: Evaluation) -> set[str]:
    """The metrics and counts that this part shows."""
    if "landmarks" not in evaluation.task:
        return set()
    keys = {"points_false"}
    for group in ["", *caliper_groups(evaluation.points)]:
        keys |= {key_of(column, group) for column in columns_of(evaluation)}
        keys |= set(count_keys(group))
    return keys


def _head(text: str) -> str:
    """``SDR %`` over ``2 mm`` as ``SDR 2 mm, %``; ``MRE`` over ``mm`` as ``MRE, mm``."""
    name, _, below = text.partition("\n")
    if name.endswith(" %"):
        return f"{name.removesuffix(' %')} {below}, %"
    return f"{name}, {below}" if below else name


def _figure(value: float | None, key: str) -> str:
    return NONE if value is None else figure_text(value, key)
