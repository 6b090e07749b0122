"""Which charts an evaluation has, by the names of their files."""

from biometry_cli.report.charts.bland_altman import bland_altman
from biometry_cli.report.charts.confusion_chart import confusion_chart
from biometry_cli.report.charts.error_by_size import error_by_size
from biometry_cli.report.charts.reliability_chart import reliability_chart
from biometry_cli.report.charts.scatter import scatter
from biometry_cli.report.charts.style import Chart
from biometry_cli.results.scores import Measured, SplitScores


def pair_charts(measured: Measured) -> dict[str, Chart]:
    """Agreement, prediction against reference, and error against size; none without a pair."""
    if not measured.found:
        return {}
    stem = measured.agreement.measure.lower()
    return {
        f"{stem}_bland_altman": bland_altman(measured),
        f"{stem}_scatter": scatter(measured),
        f"{stem}_error_by_size": error_by_size(measured),
    }


def evaluation_charts(scores: SplitScores) -> dict[str, Chart]:
    """Those of every measure, or of a classifier's calls and probabilities."""
    charts = {stem: chart for each in scores.measured for stem, chart in pair_charts(each).items()}
    if scores.classification is not None:
        charts["confusion"] = confusion_chart(scores.classification)
        charts["reliability"] = reliability_chart(scores.classification)
    return charts
