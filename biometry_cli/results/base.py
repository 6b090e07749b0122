"""What all results have in common: they are immutable, and say their units.

Pixel coordinates are ``x`` to the right and ``y`` down, with pixel centres at whole numbers, in
the source image. Lengths are in millimetres where the pixel spacing is known, else in pixels.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator

from biometry_cli.names import valid_values

Interval = tuple[float, float]
"""Low and high end of a 95 % interval, in the unit of its value."""
Point = tuple[float, float]


class Result(BaseModel):
    """Base of every result: immutable, and no field beyond the declared ones."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _valid_names(cls, value: Any) -> Any:
        """Names of files that are not UTF-8, as text that JSON can hold."""
        return valid_values(value)
