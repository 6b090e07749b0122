"""Readings of phantoms with their own truth in the place of a network's answer."""

import numpy as np
import numpy.typing as npt

from biometry_cli.data.phantom.scan import STRUCTURES, Structure, draw_phantom
from biometry_cli.inference.reading import Reading
from biometry_cli.measure.structures import measure_structure
from biometry_cli.results.measures import Measurement
from biometry_cli.results.prediction import PlaneFound, Prediction
from biometry_cli.tasks.segment.decode import DecodedMasks


def read_truth(structure: Structure, seed: int = 0, spacing: bool = True) -> Reading:
    """A phantom's reading, as a flawless network would give it."""
    phantom = draw_phantom(structure, np.random.default_rng(seed))
    spacing_mm = phantom.spacing_mm if spacing else None
    pair = None if spacing_mm is None else (spacing_mm, spacing_mm)
    measured = tuple(
        found
        for name, coverage in zip(STRUCTURES, phantom.coverage, strict=True)
        if (found := measure_structure(name, coverage, pair)) is not None
    )
    prediction = Prediction(
        file=f"scans/{seed:03}_{structure}.png",
        task="segment",
        model="truth",
        spacing_mm=spacing_mm,
        measurements=[
            Measurement(name=m.name, value=m.value, unit=m.unit)
            for each in measured
            for m in each.measures
        ],
        flags=[] if spacing else ["no_spacing"],
    )
    pixels = (phantom.pixels / np.float32(255)).astype(np.float32)
    return Reading(prediction, pixels, DecodedMasks(phantom.coverage, phantom.mask), measured)


def plane_prediction(file: str, probabilities: dict[str, float]) -> Prediction:
    """A classifier's answer."""
    label = max(probabilities, key=lambda name: probabilities[name])
    return Prediction(
        file=file, task="classify", model="truth", label=label, probabilities=probabilities
    )


def on_plane(prediction: Prediction, label: str, reason: str | None = None) -> Prediction:
    """The same answer where the plane was recognised first, at 93.4 %."""
    shares = {label: 0.934, "another": 0.066}
    plane = PlaneFound(
        label=label, probability=0.934, probabilities=shares, reason=reason, model="planes:1"
    )
    flags = [*prediction.flags, "not_measured"] if reason else prediction.flags
    return prediction.model_copy(update={"plane": plane, "flags": flags})


def near(picture: npt.NDArray[np.uint8], color: tuple[int, int, int]) -> npt.NDArray[np.bool_]:
    """(H, W) where an RGB picture has about that color."""
    difference = np.abs(picture.astype(int) - np.array(color)).max(axis=2)
    close: npt.NDArray[np.bool_] = difference <= 40
    return close
