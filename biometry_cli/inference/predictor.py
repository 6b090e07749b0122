"""The measuring road: frames in, structures and measures out.

It knows frames, not files: ``eval``, the validation inside training, ``predict``, the Python API
and whatever brings pixels of its own all come through here, so that a figure cannot be computed in
two ways.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from biometry_cli.bundle import ModelCard
from biometry_cli.data.calibrations import remarks_on_spacing
from biometry_cli.data.frames import (
    Failure,
    FloatArray,
    Frame,
    Source,
    Spacing,
    frame_of,
    read_frames,
    with_spacing,
)
from biometry_cli.data.preprocess import Placement
from biometry_cli.inference.answer import answer
from biometry_cli.inference.backends import Backend, Outputs
from biometry_cli.inference.model import open_model
from biometry_cli.inference.reading import Found, Measures, Reading, find, measure, only_found
from biometry_cli.inference.unlike import Vector, View, unlike_training, views
from biometry_cli.measure.growth.assess import GivenAge
from biometry_cli.results.prediction import PlaneFound, Prediction
from biometry_cli.runs import find_weights

Frames = Iterable[Frame | Failure]


class Seen(NamedTuple):
    """A frame with what the network says of it, before anything is measured."""

    frame: Frame
    found: Found
    unlike: float | None


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
        spacing_mm: float | tuple[float, float] | None = None,
        *,
        age: GivenAge | None = None,
    ) -> Prediction:
        """Answer one image.

        Args:
            image: a file, or gray pixels (H, W): uint8, uint16, or floats from 0 to 1.
            spacing_mm: pixel size in mm, one number or (row, column). When None, a
                ``spacing.csv`` beside a file is used, and warned of where it misses the file.
            age: the gestational age that sizes are scored against; estimated when None.

        Raises:
            DataError: an image that cannot be read, or pixels of another shape or type.
            ValueError: a pixel size that is not one or two numbers above 0.
        """
        pair = _spacing_pair(spacing_mm)
        frames: Frames
        if isinstance(image, str | Path):
            for remark in remarks_on_spacing([Path(image)]) if pair is None else ():
                warnings.warn(remark, stacklevel=2)
            frames = read_frames(with_spacing([Path(image)], pair))
        else:
            frames = [frame_of(image, None if pair is None else Spacing(*pair))]
        (reading,) = self.read(frames, age=age)
        if isinstance(reading, Failure):
            raise reading.error
        return reading.prediction

    def readings(
        self,
        sources: Iterable[Source],
        batch_size: int = 8,
        *,
        assess: bool = True,
        age: GivenAge | None = None,
    ) -> Iterator[Reading | Failure]:
        """Answer the frames of many files, as ``read`` does."""
        return self.read(read_frames(sources), batch_size, assess=assess, age=age)

    def read(
        self,
        frames: Frames,
        batch_size: int = 8,
        *,
        assess: bool = True,
        age: GivenAge | None = None,
    ) -> Iterator[Reading | Failure]:
        """Answer many frames in order, ``batch_size`` through the network at a time.

        Memory holds one batch. A Failure stays in its place.

        Args:
            frames: the images.
            batch_size: images that pass the network together.
            assess: whether to work out age, weight and centiles of each image.
            age: the gestational age that sizes are scored against; estimated when None.
        """
        for chunk in batches(frames, batch_size):
            for seen in in_place(chunk, self.look):
                if isinstance(seen, Failure):
                    yield seen
                else:
                    yield self.reading(seen, assess=assess, age=age)

    def look(self, frames: Sequence[Frame]) -> list[Seen]:
        """What the network says of one batch of frames; nothing is measured yet."""
        if not frames:
            return []
        placements = [self._placement(frame.pixels) for frame in frames]
        canvases = [
            self.card.preprocess.place(frame.pixels, placement)
            for frame, placement in zip(frames, placements, strict=True)
        ]
        outputs = self._outputs(canvases)
        seen = []
        for place, (frame, placement) in enumerate(zip(frames, placements, strict=True)):
            unlike = None
            if self.card.calibration.appearance:
                embedding = None if outputs.embedding is None else outputs.embedding[place]
                unlike = unlike_training(views(canvases[place], embedding), self.card.calibration)
            seen.append(Seen(frame, find(outputs.logits[place], placement, self.card), unlike))
        return seen

    def reading(
        self,
        seen: Seen,
        *,
        plane: PlaneFound | None = None,
        assess: bool = True,
        age: GivenAge | None = None,
    ) -> Reading:
        """Measure what the network found in one frame, and answer.

        Args:
            seen: of ``look``.
            plane: as recognised; then its structure alone is measured, where it has one.
            assess, age: as in ``read``.
        """
        frame, found, unlike = seen
        measures = Measures()
        if self.card.task != "classify":
            measures = measure(found, frame, self.card.labels)
            if plane is not None and plane.structure is not None:
                measures = measures.only(plane.structure)
                found = only_found(found, plane.structure, self.card.labels)
        prediction = answer(
            frame,
            found,
            measures,
            self.card,
            self.name,
            unlike=unlike,
            plane=plane,
            assessed=assess,
            age=age,
        )
        return Reading(
            prediction,
            frame.pixels,
            masks=found.masks,
            measured=measures.taken,
            measured_by_points=measures.again,
            logits=found.logits,
            number=frame.ref.number,
            sha256=frame.sha256,
            size_bytes=frame.size_bytes,
        )

    def views(self, images: Iterable[Path], batch_size: int = 8) -> Iterator[dict[View, Vector]]:
        """How each image looks, and what the network makes of it: what calibration learns from.

        Raises:
            DataError: an image that cannot be read.
        """
        for chunk in batches(read_frames(map(Source, images)), batch_size):
            scans = []
            for frame in chunk:
                if isinstance(frame, Failure):
                    raise frame.error
                scans.append(frame.pixels)
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


def batches(frames: Frames, batch_size: int) -> Iterator[list[Frame | Failure]]:
    """Frames and failures in their order, so many at a time."""
    remaining = iter(frames)
    while chunk := list(islice(remaining, batch_size)):
        yield chunk


def in_place(
    chunk: Sequence[Frame | Failure], look: Callable[[Sequence[Frame]], list[Seen]]
) -> Iterator[Seen | Failure]:
    """What is seen in the frames of a chunk, with each failure where it stood."""
    seen = iter(look([each for each in chunk if not isinstance(each, Failure)]))
    for each in chunk:
        yield each if isinstance(each, Failure) else next(seen)


def load(
    weights: str | Path | None = None, *, device: str = "auto", threads: int | None = None
) -> Predictor:
    """Open a model.

    Args:
        weights: a ``.safetensors`` or ``.onnx`` file, a run folder, ``runs/latest``, or None for
            the latest run below ``runs/``.
        device: "auto", "cpu" or "cuda".
        threads: processor threads; those that may run here when None.

    Raises:
        ModelFileError: there is no such model, or it cannot be used.
    """
    path = find_weights(None if weights is None else Path(weights), Path("runs"))
    model = open_model(path, device=device, threads=threads)
    return Predictor(model.card, model.backend, name=model.name)


def _spacing_pair(
    spacing_mm: float | tuple[float, float] | None,
) -> tuple[float, float] | None:
    """One number, a pair or None as (row, column); numbers of numpy are numbers, true is none."""
    if spacing_mm is None:
        return None
    if isinstance(spacing_mm, bool):
        raise ValueError(f"a pixel size is a number in mm, not {spacing_mm}")
    values = [float(each) for each in np.atleast_1d(np.asarray(spacing_mm, dtype=np.float64))]
    if len(values) not in (1, 2) or not all(np.isfinite(v) and v > 0 for v in values):
        raise ValueError(f"a pixel size is one or two numbers above 0 in mm, not {spacing_mm}")
    return values[0], values[-1]
