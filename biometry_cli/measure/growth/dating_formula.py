"""What every formula for the gestational age has in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from biometry_cli.measure.growth.words import outside_text


@dataclass(frozen=True)
class DatingFormula:
    """Gestational age from one or more sizes.

    Attributes:
        name: such as ``hadlock_1984_hc_ac_fl``.
        source: author, year and where it was published.
        inputs: the measures that go in.
        equation: takes the inputs in mm, in their order; gives exact weeks.
        weeks_range: the ages that it may give.
        range_origin: where that range comes from, if it is not the formula's own.
        error_sd: one standard deviation of its error in weeks, from the weeks that it gives and
            the sizes in mm by name.
        error_origin: where that figure comes from.
        size_range_mm: the sizes that it may take, for a formula of one measure.
    """

    name: str
    source: str
    inputs: tuple[str, ...]
    equation: Callable[..., float]
    weeks_range: tuple[float, float]
    error_sd: Callable[[float, Mapping[str, float]], float]
    error_origin: str
    range_origin: str = "it was made for"
    size_range_mm: tuple[float, float] | None = None

    def weeks(self, sizes_mm: Mapping[str, float]) -> float:
        """Exact weeks, also outside the formula's range: ask ``refusal`` first."""
        return self.equation(*(sizes_mm[name] for name in self.inputs))

    def sd_weeks(self, sizes_mm: Mapping[str, float]) -> float:
        """One standard deviation of the formula's own error at these sizes, in weeks."""
        inputs = {name: sizes_mm[name] for name in self.inputs}
        return self.error_sd(self.weeks(inputs), inputs)

    def refusal(self, sizes_mm: Mapping[str, float]) -> str | None:
        """Why the formula gives no age for these sizes; None where it does."""
        if self.size_range_mm is not None:
            (measure,), (low, high) = self.inputs, self.size_range_mm
            value = sizes_mm[measure]
            if not low <= value <= high:
                written = outside_text(value, low, high)
                return f"{measure} {written} mm is outside the {low:g} to {high:g} mm it takes"
        weeks, (low, high) = self.weeks(sizes_mm), self.weeks_range
        if low <= weeks <= high:
            return None
        written = outside_text(weeks, low, high)
        return f"gives {written} weeks, outside the {low:g} to {high:g} {self.range_origin}"
