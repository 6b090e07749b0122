"""A growth chart with one fetus on it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from biometry_cli.measure.growth.catalog import GrowthCurves
from biometry_cli.report.charts.palette import Colors
from biometry_cli.report.charts.style import Chart, edge_label
from biometry_cli.results.base import Interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_LABEL_SHARE = 0.045  # of the axis: the height of a label


@dataclass(frozen=True)
class FetusPoint:
    """Where a fetus stands, with the 95 % intervals of its age and of its size, where known."""

    ga_weeks: float
    value: float
    ga_interval_weeks: Interval | None = None
    interval: Interval | None = None


def growth(curves: GrowthCurves, fetus: FetusPoint | None = None) -> Chart:
    """Centile curves against gestational age; the fetus is a point with its intervals."""
    centiles = sorted(curves.values)

    def draw(axes: "Axes", colors: Colors) -> None:
        from matplotlib.ticker import MaxNLocator

        for number in range(len(centiles) // 2):
            low, high = (curves.values[centiles[place]] for place in (number, -1 - number))
            role = "band" if number == 0 else "band-core"
            axes.fill_between(curves.weeks, low, high, color=colors[role], linewidth=0, zorder=0.5)
        for centile in centiles:
            sizes = curves.values[centile]
            middle = centile == 50
            axes.plot(
                curves.weeks,
                sizes,
                color=colors["accent" if middle else "muted"],
                linewidth=1.5 if middle else 0.8,
                zorder=2,
            )
        _name_curves(axes, colors, curves, centiles)
        if fetus is not None:
            _draw_fetus(axes, colors, fetus)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=7, integer=True))
        axes.set_xlabel("gestational age, weeks")
        axes.set_ylabel(f"{curves.measure}, {curves.unit}")
        axes.margins(x=0.02)

    place = "" if fetus is None else (
        f" The fetus is at {fetus.ga_weeks:.1f} weeks and {fetus.value:,.1f} {curves.unit}."
    )  # fmt: skip
    return Chart(
        title=f"{curves.measure} on {curves.chart}",
        description=f"Centiles {', '.join(f'{centile:g}' for centile in centiles)} of "
        f"{curves.measure} in {curves.unit} from {curves.weeks[0]:g} to {curves.weeks[-1]:g} "
        f"weeks.{place}",
        draw=draw,
    )


def _name_curves(axes: "Axes", colors: Colors, curves: GrowthCurves, centiles: list[float]) -> None:
    """Centiles at the curves' right ends, pushed away from the middle where two would overlap."""
    bottom, top = axes.get_ylim()
    least = _LABEL_SHARE * (top - bottom)
    places = [curves.values[centile][-1] for centile in centiles]
    middle = len(places) // 2
    for upper in range(middle + 1, len(places)):
        places[upper] = max(places[upper], places[upper - 1] + least)
    for lower in range(middle - 1, -1, -1):
        places[lower] = min(places[lower], places[lower + 1] - least)
    for centile, placed in zip(centiles, places, strict=True):
        edge_label(axes, placed, f"{centile:g}", colors["accent" if centile == 50 else "muted"])


def _draw_fetus(axes: "Axes", colors: Colors, fetus: FetusPoint) -> None:
    color = colors["series-2"]
    if fetus.ga_interval_weeks is not None:
        axes.hlines(fetus.value, *fetus.ga_interval_weeks, color=color, linewidth=1.6, zorder=4)
    if fetus.interval is not None:
        axes.vlines(fetus.ga_weeks, *fetus.interval, color=color, linewidth=1.6, zorder=4)
    axes.plot(
        [fetus.ga_weeks],
        [fetus.value],
        marker="o",
        markersize=7,
        color=color,
        markeredgecolor=colors["card"],
        markeredgewidth=1.2,
        zorder=5,
    )
