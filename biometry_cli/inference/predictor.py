"""The measuring road: a file in, structures and measures out.

``eval``, the validation inside training, ``predict`` and the Python API all come through here, so
a figure cannot be computed in two ways.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from biometry_cli.bundle import ModelCard, file_hash, read_card
from biometry_cli.calibration import ClassCalibration
from biometry_cli.data.images import Scan, read_scan
from biometry_cli.data.preprocess import Placement
from biometry_cli.errors import BiometryError
from biometry_cli.inference.backends import Backend, Outputs, open_backend
from biometry_cli.inference.reading import Failure, Reading, read_measures
from biometry_cli.inference.reported import UNLIKE_TRAINING, with_assessment
from biometry_cli.inference.sources import FloatArray, Source, Spacing, as_gray, with_spacing
from biometry_cli.inference.unlike import Vector, View, unlike_training, views
from biometry_cli.measure.growth.assess import GivenAge
from biometry_cli.results.prediction import UNSURE, Prediction
from biometry_cli.runs import find_weights
from biometry_cli.tasks.classify import decode as classify


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
            source, scan = Source(Path("array"), pair), Scan(as_gray(image))
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
        placements = [self._placement(scan.pixels) for _, scan in batch]
        canvases = [
            self.card.preprocess.place(scan.pixels, placement)
            for (_, scan), placement in zip(batch, placements, strict=True)
        ]
        outputs = self._outputs(canvases)
        answers = []
        for place, (source, scan) in enumerate(batch):
            embedding = None if outputs.embedding is None else outputs.embedding[place]
            unlike = None
            if self.card.calibration.appearance:
                seen = views(canvases[place], embedding)
                unlike = unlike_training(seen, self.card.calibration)
            answers.append(
                self._read(source, scan, outputs.logits[place], placements[place], unlike)
            )
        return answers

    def views(self, images: Iterable[Path], batch_size: int = 8) -> Iterator[dict[View, Vector]]:
        """How each image looks, and what the network makes of it: what calibration learns from.

        Raises:
            DataError: an image that cannot be read.
        """
        remaining = iter(images)
        while chunk := list(islice(remaining, batch_size)):
            scans = [read_scan(file).pixels for file in chunk]
            canvases = [self.card.preprocess.place(each, self._placement(each)) for each in scans]
            embedding = self._outputs(canvases).embedding
            for place, canvas in enumerate(canvases):
                yield views(canvas, None if embedding is None else embedding[place])

    def _placement(self, pixels: FloatArray) -> Placement:
        height, width = pixels.shape
        return self.card.preprocess.placement((height, width))

    def _outputs(self, canvases: list[FloatArray]) -> Outputs:
        normalise = self.card.preprocess.normalise
        return self._backend.run(np.stack([normalise(canvas[None]) for canvas in canvases]))

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
            fitted = self.card.calibration.classes or ClassCalibration()
            label, probabilities = classify.decode(
                logits, self.card.labels.classes, fitted.temperature
            )
            if fitted.threshold is not None and probabilities[label] < fitted.threshold:
                flags.append(UNSURE)
            named = {"label": label, "probabilities": probabilities, "flags": flags}
            return Reading(answer.model_copy(update=named), scan.pixels, logits=logits)
        return read_measures(answer, scan.pixels, logits, placement, spacing, self.card)


def _assessed(reading: Reading, age: GivenAge | None) -> Reading:
    """The reading with age, weight and centiles from its measures."""
    return replace(reading, prediction=with_assessment(reading.prediction, age))


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
