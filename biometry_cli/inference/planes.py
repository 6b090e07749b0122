"""Images of mixed planes: each is recognised first, then measured for what its plane shows.

A network that measures finds a head in whatever looks a little like one; HC on an abdomen is a
number all the same. Here the plane decides what is measured, and what else was found is dropped.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from biometry_cli.data.frames import Failure, Frame, Source, read_frames
from biometry_cli.inference.predictor import Frames, Predictor, Seen, batches, in_place
from biometry_cli.inference.reading import Reading
from biometry_cli.measure.catalog import plane_key
from biometry_cli.measure.growth.assess import GivenAge
from biometry_cli.results.flags import UNLIKE_TRAINING, UNSURE
from biometry_cli.results.prediction import PlaneFound, Prediction


class PlaneGuide:
    """A model that recognises planes, and those that measure what the planes show.

    Args:
        planes: classifies.
        measuring: what measures each structure; one model may stand for several.
        structures: the structure that each plane is measured for, by the plane's name; "" for
            none. Case, spaces, hyphens and underscores of the names do not count.
    """

    def __init__(
        self, planes: Predictor, measuring: Mapping[str, Predictor], structures: Mapping[str, str]
    ) -> None:
        self._planes = planes
        self._measuring = dict(measuring)
        self._structures = {plane_key(plane): each for plane, each in structures.items()}

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
        """Answer many frames in order, as ``Predictor.read`` does.

        Memory holds one batch. An image that is not measured is answered by the classifier, with
        the reason in ``plane``.

        Args:
            frames: the images.
            batch_size: images that pass a network together.
            assess: whether to work out age, weight and centiles of each image.
            age: the gestational age that sizes are scored against; estimated when None.
        """
        for chunk in batches(frames, batch_size):
            recognised = list(in_place(chunk, self._planes.look))
            planes = [
                None if isinstance(each, Failure) else self._plane_of(each) for each in recognised
            ]
            measured = self._look(chunk, planes)
            for place, (seen, plane) in enumerate(zip(recognised, planes, strict=True)):
                if isinstance(seen, Failure):
                    yield seen
                elif place in measured:
                    predictor, looked = measured[place]
                    yield predictor.reading(looked, plane=plane, assess=assess, age=age)
                else:
                    yield self._planes.reading(seen, plane=plane, assess=assess, age=age)

    def recognise(self, answer: Prediction) -> PlaneFound:
        """What the classifier's answer to one image means for measuring it."""
        label, probabilities = answer.label or "", answer.probabilities or {}
        structure = self._structures.get(plane_key(label)) or None
        found = PlaneFound(
            label=label,
            probability=probabilities.get(label, 0.0),
            probabilities=probabilities,
            structure=structure,
            unlike_training=answer.unlike_training,
            model=answer.model,
        )
        reason = None
        if UNLIKE_TRAINING in answer.flags:
            reason = "unlike the images that the model of planes learned from"
        elif UNSURE in answer.flags:
            reason = f"its plane is not sure ({_likeliest(probabilities)})"
        elif structure is None:
            reason = _nothing_on(label)
        elif structure not in self._measuring:
            reason = f"shows the {structure}, and no model that measures knows it"
        return found.model_copy(update={"reason": reason})

    def _plane_of(self, seen: Seen) -> PlaneFound:
        return self.recognise(self._planes.reading(seen, assess=False).prediction)

    def _look(
        self, chunk: Sequence[Frame | Failure], planes: Sequence[PlaneFound | None]
    ) -> dict[int, tuple[Predictor, Seen]]:
        """What the measuring models see in the frames that are to be measured, by place."""
        routes: dict[Predictor, list[int]] = {}
        for place, plane in enumerate(planes):
            if plane is not None and plane.reason is None and plane.structure is not None:
                routes.setdefault(self._measuring[plane.structure], []).append(place)
        looked: dict[int, tuple[Predictor, Seen]] = {}
        for predictor, places in routes.items():
            frames = [each for each in (chunk[p] for p in places) if isinstance(each, Frame)]
            for place, seen in zip(places, predictor.look(frames), strict=True):
                looked[place] = predictor, seen
        return looked


def _likeliest(probabilities: Mapping[str, float]) -> str:
    ranked = sorted(probabilities.items(), key=lambda item: -item[1])
    return ", ".join(f"{name} {100 * share:.0f} %" for name, share in ranked[:2])


def _nothing_on(label: str) -> str:
    key = plane_key(label)
    if key == "other":
        return "shows no standard plane: nothing to measure on it"
    if key in ("transcerebellar", "transcerebellum"):
        return (
            f"shows the {label} plane, and HC and BPD are taken on the trans-thalamic or the "
            "trans-ventricular one (predict.plane_structures can change that)"
        )
    return f"shows the {label}{' plane' * key.startswith('trans')}: nothing to measure on it"
