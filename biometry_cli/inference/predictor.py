"""The measuring road: a file in, structures and measures out.

``eval``, the validation inside training, ``predict`` and the Python API all come through here, so
a figure cannot be computed in two ways.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from biometry_cli.bundle import ModelCard, file_hash, read_card
from biometry_cli.data.images import Scan, read_scan
from biometry_cli.data.preprocess import Placement
from biometry_cli.data.tables import spacing_beside
from biometry_cli.errors import BiometryError, DataError
from biometry_cli.inference.appearance import describe
from biometry_cli.inference.backends import Backend, open_backend
from biometry_cli.inference.reported import UNLIKE_TRAINING, assess_measures, report_measures
from biometry_cli.inference.unlike import unlike_score
from biometry_cli.measure.growth.assess import GivenAge
from biometry_cli.measure.structures import MeasuredStructure, measure_structure
from biometry_cli.results.measures import EllipseShape, Structure
from biometry_cli.results.prediction import Prediction
from biometry_cli.runs import find_weights
from biometry_cli.tasks.classify import decode as classify
from biometry_cli.tasks.segment import decode as segment

FloatArray = npt.NDArray[np.float32]
Spacing = tuple[float, float]


@dataclass(frozen=True)
class Source:
    """One image to predict. ``spacing_mm`` (row, column) stands above what the file says."""

    file: Path
    spacing_mm: Spacing | None = None


@dataclass(frozen=True)
class Reading:
    """A prediction with the arrays behind it, for pictures and metrics.

    ``pixels`` (H, W) float32, 0 to 1; ``masks`` for segmentation alone; ``measured`` holds the
    contours and calipers of each structure found.
    """

    prediction: Prediction
    pixels: FloatArray
    masks: segment.DecodedMasks | None = None
    measured: tuple[MeasuredStructure, ...] = ()


@dataclass(frozen=True)
class Failure:
    """An input that could not be read, and why."""

    file: Path
    error: BiometryError


class Predictor:
    """A model ready to answer.

    Args:
        card: what the model's outputs mean.
        backend: what runs its network.
        name: what results call the model.
    """

    def __init__(self, card: ModelCard, backend: Backend, *, name: str) -> None:
        self.card = card
        self.name = name
        self._backend = backend

    def predict(
        self,
        image: str | Path | npt.NDArray[np.generic],
        spacing_mm: float | Spacing | None = None,
        *,
        age: GivenAge | None = None,
    ) -> Prediction:
        """Answer one image.

        Args:
            image: a file, or gray pixels (H, W): uint8, uint16, or floats from 0 to 1.
            spacing_mm: pixel size in mm, one number or (row, column). When None, a
                ``spacing.csv`` beside a file is used.
            age: the gestational age that sizes are scored against; estimated when None.

        Raises:
            DataError: an image that cannot be read, or pixels of another shape or type.
        """
        pair = (spacing_mm, spacing_mm) if isinstance(spacing_mm, int | float) else spacing_mm
        if isinstance(image, str | Path):
            source = with_spacing([Path(image)], pair)[0]
            scan = read_scan(source.file)
        else:
            source, scan = Source(Path("array"), pair), Scan(_as_gray(image))
        reading = self._answer([(source, scan)])[0]
        return _assessed(reading, age).prediction

    def readings(
        self,
        sources: Iterable[Source],
        batch_size: int = 8,
        *,
        assess: bool = True,
        age: GivenAge | None = None,
    ) -> Iterator[Reading | Failure]:
        """Answer many images in order, ``batch_size`` through the network at a time.

        Memory holds one batch. A file that cannot be read gives a Failure in its place.

        Args:
            sources: the images.
            batch_size: images that pass the network together.
            assess: whether to work out age, weight and centiles of each image.
            age: the gestational age that sizes are scored against; estimated when None.
        """
        remaining = iter(sources)
        while chunk := list(islice(remaining, batch_size)):
            read: list[tuple[Source, Scan]] = []
            answers: dict[int, Reading | Failure] = {}
            places: list[int] = []
            for place, source in enumerate(chunk):
                try:
                    read.append((source, read_scan(source.file)))
                    places.append(place)
                except BiometryError as error:
                    answers[place] = Failure(source.file, error)
            if read:
                answers |= zip(places, self._answer(read), strict=True)
            for place in range(len(chunk)):
                answer = answers[place]
                yield _assessed(answer, age) if assess and isinstance(answer, Reading) else answer

    def _answer(self, batch: list[tuple[Source, Scan]]) -> list[Reading]:
        preprocess = self.card.preprocess
        placements = [preprocess.placement(_size(scan.pixels)) for _, scan in batch]
        canvases = [
            preprocess.place(scan.pixels, placement)
            for (_, scan), placement in zip(batch, placements, strict=True)
        ]
        inputs = [preprocess.normalise(canvas[None]) for canvas in canvases]
        logits = self._backend.run(np.stack(inputs))
        return [
            self._read(source, scan, each, placement, self._unlike(canvas))
            for (source, scan), each, placement, canvas in zip(
                batch, logits, placements, canvases, strict=True
            )
        ]

    def _unlike(self, canvas: FloatArray) -> float | None:
        known = self.card.calibration.appearance
        return None if known is None else unlike_score(describe(canvas), known)

    def _read(
        self,
        source: Source,
        scan: Scan,
        logits: FloatArray,
        placement: Placement,
        unlike: float | None,
    ) -> Reading:
        spacing = source.spacing_mm or scan.spacing_mm
        flags = [UNLIKE_TRAINING] if unlike is not None and unlike > 1 else []
        answer = Prediction(
            file=str(source.file),
            task=self.card.task,
            model=self.name,
            spacing_mm=spacing[0] if spacing and spacing[0] == spacing[1] else spacing,
            unlike_training=unlike,
            flags=flags,
        )
        if self.card.task == "classify":
            label, probabilities = classify.decode(logits, self.card.labels.classes)
            named = {"label": label, "probabilities": probabilities}
            return Reading(answer.model_copy(update=named), scan.pixels)
        masks = segment.decode(logits, placement)
        measured = tuple(
            each
            for index, name in enumerate(self.card.labels.structures)
            if (each := measure_structure(name, masks.against_rest(index), spacing)) is not None
        )
        measurements = report_measures(
            measured, self.card.calibration.measures, unlike=UNLIKE_TRAINING in flags
        )
        flags += [] if spacing else ["no_spacing"]
        flags += [] if measured else ["no_structure"]
        flags += [f"{each.name}:{flag}" for each in measured for flag in each.flags]
        of_structures = {flag for each in measured for flag in each.flags} | {"no_spacing"}
        flags += [
            f"{each.name}:{flag}"
            for each in measurements
            for flag in each.flags
            if flag not in of_structures
        ]
        found = {
            "structures": [_structure(each, masks.mask.size) for each in measured],
            "measurements": measurements,
            "flags": flags,
        }
        return Reading(answer.model_copy(update=found), scan.pixels, masks, measured)


def _assessed(reading: Reading, age: GivenAge | None) -> Reading:
    """The reading with age, weight and centiles from its measures."""
    assessment = assess_measures(reading.prediction.measurements, age)
    known = {name: getattr(assessment, name) for name in type(assessment).model_fields}
    return replace(reading, prediction=reading.prediction.model_copy(update=known))


def load(
    weights: str | Path | None = None, *, device: str = "auto", threads: int | None = None
) -> Predictor:
    """Open a model.

    Args:
        weights: a ``.safetensors`` or ``.onnx`` file, a run folder, ``runs/latest``, or None for
            the latest run below ``runs/``.
        device: "auto", "cpu" or "cuda".
        threads: processor threads; all cores when None.

    Raises:
        ModelFileError: there is no such model, or it cannot be used.
    """
    path = find_weights(None if weights is None else Path(weights), Path("runs"))
    card = read_card(path)
    backend = open_backend(path, card, device=device, threads=threads)
    return Predictor(card, backend, name=f"{card.model.name}:{file_hash(path)}")


def with_spacing(files: Iterable[Path], spacing_mm: Spacing | None) -> list[Source]:
    """Sources for files: the given spacing, else that of the ``spacing.csv`` beside each.

    Raises:
        DataError: a ``spacing.csv`` that cannot be used.
    """
    if spacing_mm is not None:
        return [Source(file, spacing_mm) for file in files]
    tables: dict[Path, dict[str, Spacing | None]] = {}
    sources = []
    for file in files:
        if file.parent not in tables:
            tables[file.parent] = {
                name: calibration.spacing_mm for name, calibration in spacing_beside(file).items()
            }
        sources.append(Source(file, tables[file.parent].get(file.name)))
    return sources


def _structure(measured: MeasuredStructure, image_px: int) -> Structure:
    shape = measured.ellipse_px
    return Structure(
        name=measured.name,
        area_px=measured.area_px,
        area_fraction=measured.area_px / image_px,
        ellipse=None
        if shape is None
        else EllipseShape(
            center_x_px=shape.center_x,
            center_y_px=shape.center_y,
            semi_major_px=shape.semi_major,
            semi_minor_px=shape.semi_minor,
            angle_deg=float(np.degrees(shape.angle_rad)),
        ),
    )


def _size(pixels: FloatArray) -> tuple[int, int]:
    height, width = pixels.shape
    return height, width


def _as_gray(image: npt.NDArray[np.generic]) -> FloatArray:
    if image.ndim != 2 or image.size == 0:
        raise DataError(
            f"an array of shape {image.shape} is no gray image", mend="Give pixels (height, width)"
        )
    pixels: FloatArray = image.astype(np.float32)
    if image.dtype == np.uint8:
        return pixels / np.float32(255)
    if image.dtype == np.uint16:
        return pixels / np.float32(65535)
    if image.dtype.kind != "f" or not (pixels.min() >= 0 and pixels.max() <= 1):
        raise DataError(
            f"an array of {image.dtype} is not understood as gray",
            mend="Give uint8, uint16, or floats from 0 to 1",
        )
    return pixels
