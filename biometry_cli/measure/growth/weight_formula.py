"""What every formula for the estimated fetal weight (EFW) has in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from biometry_cli.measure.growth.words import outside_text


@dataclass(frozen=True)
class WeightFormula:
    """Fetal weight from two or more sizes.

    Attributes:
        name: such as ``hadlock_1985_hc_ac_fl``.
        source: author, year and where it was published.
        inputs: the measures that go in.
        equation: takes the inputs in mm, in their order; gives the natural logarithm of grams.
        ln_sd: one standard deviation of its error in ln grams.
        error_origin: where that figure comes from.
        size_ranges_mm: the sizes that it may take, where it has ranges of its own.
        range_origin: where these come from.
    """

    name: str
    source: str
    inputs: tuple[str, ...]
    equation: Callable[..., float]
    ln_sd: float
    error_origin: str
    size_ranges_mm: Mapping[str, tuple[float, float]] | None = None
    range_origin: str = ""

    def ln_grams(self, sizes_mm: Mapping[str, float]) -> float:
        """Natural logarithm of the weight in grams, also outside the formula's range."""
        return self.equation(*(sizes_mm[name] for name in self.inputs))

    def refusal(self, sizes_mm: Mapping[str, float]) -> str | None:
        """Why the formula gives no weight for these sizes; None where it does."""
        for name, (low, high) in (self.size_ranges_mm or {}).items():
            value = sizes_mm[name]
            if not low <= value <= high:
                written = outside_text(value, low, high)
                return (
                    f"{name} {written} mm is outside the {low:g} to {high:g} mm {self.range_origin}"
                )
        return None
