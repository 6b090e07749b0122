"""Which charts an evaluation has, by the names of their files."""

from collections.abc import Callable, Iterable

from biometry_cli.report.charts.bland_altman import bland_altman
from biometry_cli.report.charts.confusion_chart import confusion_chart
from biometry_cli.report.charts.error_by_size import error_by_size
from biometry_cli.report.charts.reliability_chart import reliability_chart
from biometry_cli.report.charts.scatter import scatter
from biometry_cli.report.charts.style import Chart
from biometry_cli.results.scores import Measured, SplitScores

_OF_PAIRS: dict[str, Callable[[Measured], Chart]] = {
    "bland_altman": bland_altman,
    "scatter": scatter,
    "error_by_size": error_by_size,
}


def chart_stems(measures: Iterable[str], *, classes: bool) -> list[str]:
    """The names that charts may have, of these measures and of a classifier."""
    stems = [f"{measure.lower()}_{kind}" for measure in measures for kind in _OF_PAIRS]
    return stems + (["confusion", "reliability"] if classes else [])


def pair_charts(measured: Measured) -> dict[str, Chart]:
    """Agreement, prediction against reference, and error against size; none without a pair."""
    if not measured.found:
        return {}
    stem = measured.agreement.measure.lower()
    return {f"{stem}_{kind}": draw(measured) for kind, draw in _OF_PAIRS.items()}


def evaluation_charts(scores: SplitScores) -> dict[str, Chart]:
    """Those of every measure, or of a classifier's calls and probabilities."""
    charts = {stem: chart for each in scores.measured for stem, chart in pair_charts(each).items()}
    if scores.classification is not None:
        charts["confusion"] = confusion_chart(scores.classification)
        charts["reliability"] = reliability_chart(scores.classification)
    return charts
