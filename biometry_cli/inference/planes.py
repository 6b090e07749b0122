"""Images of mixed planes: each is recognised first, then measured for what its plane shows.

A network that measures finds a head in whatever looks a little like one; HC on an abdomen is a
number all the same. Here the plane decides what is measured, and what else was found is dropped.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice

from biometry_cli.inference.one_structure import only
from biometry_cli.inference.predictor import Predictor
from biometry_cli.inference.reading import Failure, Reading
from biometry_cli.inference.reported import UNLIKE_TRAINING, with_assessment
from biometry_cli.inference.sources import Source
from biometry_cli.measure.catalog import plane_key
from biometry_cli.measure.growth.assess import GivenAge
from biometry_cli.results.prediction import UNSURE, PlaneFound, Prediction

NOT_MEASURED = "not_measured"


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
        """Answer many images in order, as ``Predictor.readings`` does.

        Memory holds one batch. An image that is not measured is answered by the classifier, with
        the reason in ``plane``.

        Args:
            sources: the images.
            batch_size: images that pass a network together.
            assess: whether to work out age, weight and centiles of each image.
            age: the gestational age that sizes are scored against; estimated when None.
        """
        remaining = iter(sources)
        while chunk := list(islice(remaining, batch_size)):
            for answer in self._answer(chunk):
                if assess and isinstance(answer, Reading):
                    yield replace(answer, prediction=with_assessment(answer.prediction, age))
                else:
                    yield answer

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

    def _answer(self, chunk: list[Source]) -> list[Reading | Failure]:
        answers = list(self._planes.readings(chunk, len(chunk), assess=False))
        routes: dict[Predictor, list[int]] = {}
        planes: dict[int, PlaneFound] = {}
        for place, answer in enumerate(answers):
            if isinstance(answer, Failure):
                continue
            planes[place] = plane = self.recognise(answer.prediction)
            if plane.reason is None and plane.structure is not None:
                routes.setdefault(self._measuring[plane.structure], []).append(place)
            else:
                answers[place] = _unmeasured(answer, plane)
        for predictor, places in routes.items():
            measured = predictor.readings(
                [chunk[place] for place in places], len(places), assess=False
            )
            for place, answer in zip(places, measured, strict=True):
                if isinstance(answer, Reading):
                    answer = _on_plane(answer, planes[place], predictor)
                answers[place] = answer
        return answers


def _unmeasured(reading: Reading, plane: PlaneFound) -> Reading:
    flags = [*reading.prediction.flags, NOT_MEASURED]
    update = {"plane": plane, "flags": flags}
    return replace(reading, prediction=reading.prediction.model_copy(update=update))


def _on_plane(reading: Reading, plane: PlaneFound, predictor: Predictor) -> Reading:
    kept = only(reading, plane.structure or "", predictor.card.labels)
    return replace(kept, prediction=kept.prediction.model_copy(update={"plane": plane}))


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
