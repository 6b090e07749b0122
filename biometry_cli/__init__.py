"""Fetal ultrasound biometry: learn from scans, measure in millimetres, export.

From Python:

    from biometry_cli import load

    model = load("runs/latest")
    prediction = model.predict("scan.png", spacing_mm=0.2)
    for measurement in prediction.measurements:
        print(measurement.name, measurement.value, measurement.unit)
"""

from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = ["__version__", "load"]

if TYPE_CHECKING:
    from biometry_cli.inference.predictor import load


def __getattr__(name: str) -> object:
    """Load the predictor only when asked for: the command's ``--help`` must stay light."""
    if name == "load":
        from biometry_cli.inference.predictor import load

        return load
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
