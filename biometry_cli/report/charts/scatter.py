"""Predictions against references, with the line on which they would be equal."""

from typing import TYPE_CHECKING

import numpy as np

from biometry_cli.report.charts.pairs import draw_points, strata
from biometry_cli.report.charts.palette import Colors
from biometry_cli.report.charts.style import Chart
from biometry_cli.report.sheet.words import measure_name
from biometry_cli.results.scores import Measured

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def scatter(measured: Measured) -> Chart:
    """Prediction against reference in mm; 95 % intervals, where known, as upright lines."""
    pairs, name = measured.found, measure_name(measured.agreement.measure)
    references = np.array([pair.reference_mm for pair in pairs])
    predictions = references + [pair.difference_mm for pair in pairs]
    some = any(pair.interval_mm is not None for pair in pairs)

    def draw(axes: "Axes", colors: Colors) -> None:
        for _, _, role, places in strata(pairs):
            known = [
                (pairs[place].reference_mm, *interval)
                for place in places
                if (interval := pairs[place].interval_mm) is not None
            ]
            if known:
                x, low, high = zip(*known, strict=True)
                axes.vlines(x, low, high, color=colors[role], linewidth=0.8, alpha=0.35)
        draw_points(axes, colors, pairs, references, predictions)
        axes.axline((references[0], references[0]), slope=1, color=colors["muted"], linewidth=1.1)
        axes.set_xlabel(f"reference {name}, mm")
        axes.set_ylabel(f"predicted {name}, mm")
        axes.margins(0.05)

    intervals = " Upright lines are the predictions' 95 % intervals." if some else ""
    return Chart(
        title=f"{name}: prediction against reference, n = {len(pairs)}",
        description=f"{len(pairs)} images, references from {min(references):.1f} to "
        f"{max(references):.1f} mm, predictions from {min(predictions):.1f} to "
        f"{max(predictions):.1f} mm. The slanted line is where both are equal.{intervals}",
        draw=draw,
    )
