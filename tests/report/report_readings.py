"""Readings of phantoms with their own truth in the place of a network's answer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from PIL import Image

from biometry_cli.data.phantom.dataset import CALIPERS
from biometry_cli.data.phantom.scan import STRUCTURES, Structure, draw_phantom
from biometry_cli.inference.reading import Reading
from biometry_cli.jobs.scans import scan_of
from biometry_cli.measure.calipers import measure_calipers
from biometry_cli.measure.structures import measure_structure
from biometry_cli.report.picture import exam_sheet, overlay
from biometry_cli.report.sheet.words import spacing_pair
from biometry_cli.results.measures import Measurement
from biometry_cli.results.prediction import Exam, FoundPoint, PlaneFound, Prediction
from biometry_cli.tasks.segment.decode import DecodedMasks


def draw_overlay(reading: Reading) -> Image.Image:
    """The picture of a reading with its panel."""
    return overlay.draw_overlay(scan_of(reading))


def draw_scan(reading: Reading) -> Image.Image:
    """The picture of a reading without its panel."""
    return overlay.draw_scan(scan_of(reading))


def draw_exam_sheet(readings: Sequence[Reading], exam: Exam) -> Image.Image:
    """The sheet of an exam of readings."""
    return exam_sheet.draw_exam_sheet([scan_of(reading) for reading in readings], exam)


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


def read_points(
    structure: Structure,
    *,
    beside_masks: bool = False,
    moved_px: tuple[float, float] = (0.0, 0.0),
    singles: Mapping[str, tuple[float, float]] | None = None,
    spacing: bool = True,
) -> Reading:
    """A phantom's own caliper points, as a model of points, or of masks and points, gives them.

    Args:
        structure: whose calipers are visible; those of the others are not.
        beside_masks: whether the masks are read, too.
        moved_px: how far all points lie from the truth.
        singles: further points that belong to no caliper.
        spacing: whether the pixel size is known.
    """
    masked = read_truth(structure, spacing=spacing)
    true = draw_phantom(structure, np.random.default_rng(0)).points_px
    known = {name: (x + moved_px[0], y + moved_px[1]) for name, (x, y) in true.items()}
    names = [f"{caliper}_{end}" for caliper in CALIPERS for end in (1, 2)]
    points: dict[str, FoundPoint | None] = dict.fromkeys(names)
    for name, (x, y) in {**known, **(singles or {})}.items():
        points[name] = FoundPoint(x=x, y=y, confidence=0.87)
    calipers = {
        caliper: (known[f"{caliper}_1"], known[f"{caliper}_2"])
        for caliper in CALIPERS
        if f"{caliper}_1" in known
    }
    measured = measure_calipers(calipers, spacing_pair(masked.prediction.spacing_mm))
    by_points = [
        Measurement(name=m.name, value=m.value, unit=m.unit, calipers=m.calipers_px)
        for each in measured
        for m in each.measures
    ]
    told: dict[str, object] = {"points": points}
    if beside_masks:
        told |= {"task": "segment,landmarks", "point_measurements": by_points}
        prediction = masked.prediction.model_copy(update=told)
        return replace(masked, prediction=prediction, measured_by_points=measured)
    told |= {"task": "landmarks", "measurements": by_points}
    return Reading(masked.prediction.model_copy(update=told), masked.pixels, measured=measured)


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
