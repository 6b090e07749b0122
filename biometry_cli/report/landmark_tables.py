"""Errors of landmarks over a split in the terminal: a row a caliper or single point."""

from collections.abc import Iterable

from rich import box
from rich.table import Table
from rich.text import Text

from biometry_cli.report.sheet.points import caliper_groups
from biometry_cli.results.evaluation import Evaluation
from biometry_cli.tasks.landmarks.metrics import SUCCESS_MM

_NOTHING = "–"
_ALL = ""  # the group of all points


def landmarks_table(evaluation: Evaluation, known: set[str]) -> Table:
    """Points, missed ones, MRE, SDR and NME: a row a caliper or point, then all together.

    Args:
        evaluation: of a model that finds points.
        known: takes the names of the metrics that are shown.
    """
    metrics, counts = evaluation.metrics, evaluation.counts
    groups = caliper_groups(evaluation.points)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("landmark", style="cyan", overflow="fold", min_width=7)
    columns = columns_of(evaluation)
    for name in ("points", "missed", *columns.values()):
        table.add_column(name, justify="right", no_wrap=True)
    for group in [*groups, _ALL]:
        keys = [key_of(column, group) for column in columns]
        known.update(keys)
        if group == _ALL and len(groups) > 1:
            table.add_section()
        if group == _ALL and len(groups) == 1:
            continue
        of, missed = (counts.get(key, 0) for key in count_keys(group))
        numbers = [Text(str(of)), Text(str(missed), style="yellow" if missed else "")]
        figures = [figure_text(metrics.get(key), key) for key in keys]
        table.add_row(Text(groups.get(group, "all")), *numbers, *figures)
    return table


def columns_of(evaluation: Evaluation) -> dict[str, str]:
    """Metrics over all points that the evaluation has, and the heads of their columns."""
    names = {"mre_px": "MRE\npx", "mre_mm": "MRE\nmm"}
    names |= {f"sdr_{radius:g}mm": f"SDR %\n{radius:g} mm" for radius in SUCCESS_MM}
    names["nme"] = "NME"
    return {key: head for key, head in names.items() if key in evaluation.metrics}


def key_of(metric: str, group: str) -> str:
    """``sdr_2mm`` of the group ofd -> ``sdr_ofd_2mm``."""
    kind, _, unit = metric.partition("_")
    return "_".join(part for part in (kind, group, unit) if part)


def count_keys(group: str) -> tuple[str, str]:
    """Under which names the points of a group are counted, and those missed."""
    key = f"points_{group}" if group else "points"
    return key, f"{key}_missed"


def figure_text(value: float | None, key: str) -> str:
    """Errors to a hundredth of a mm or px; success rates in %, normalised errors as shares."""
    if value is None:
        return _NOTHING
    if key.startswith("mre"):
        return f"{value:.2f}"
    return f"{100 * value:.0f}" if key.startswith("sdr") else f"{value:.4f}"


def of_one_point(metric: str, groups: Iterable[str]) -> bool:
    """Whether a metric is that of one caliper or point, such as ``mre_ofd_px``."""
    kind, _, rest = metric.partition("_")
    return kind in ("mre", "sdr", "nme") and any(
        rest == group or rest.startswith(f"{group}_") for group in groups
    )


def false_points(evaluation: Evaluation) -> list[str]:
    """A line on points that were found where the annotation has none."""
    found = evaluation.counts.get("points_false", 0)
    if not found:
        return []
    return [f"{found} points found in images that were annotated as not showing them"]
