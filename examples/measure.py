"""Measure scans from Python: the same road as ``biometry predict``.

Usage: python examples/measure.py MODEL SCAN [SCAN ...]

MODEL is a run folder, ``runs/latest``, a ``.safetensors`` or a ``.onnx`` file; an ONNX model is
used without loading torch.
"""

import sys
from pathlib import Path

from biometry_cli import load


def main(model_path: str, scans: list[str]) -> None:
    """Print each scan's measures and flags."""
    model = load(model_path)
    for scan in scans:
        # The pixel size comes from a spacing.csv beside the scan, or by hand: spacing_mm=0.2.
        prediction = model.predict(Path(scan))
        print(scan)
        for measurement in prediction.measurements:
            low, high = measurement.interval or (float("nan"), float("nan"))
            value = f"{measurement.value:7.1f} {measurement.unit}"
            print(f"  {measurement.name:4} {value}  ({low:.1f} to {high:.1f})")
        age = prediction.gestational_age
        if age is not None and age.text is not None:
            print(f"  age  {age.text} ({age.basis})")
        if prediction.flags:
            print(f"  flags: {', '.join(prediction.flags)}")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:])
