"""The models behind one ``predict``: one alone, or one that knows planes and those that measure."""

from dataclasses import dataclass
from pathlib import Path

from biometry_cli.errors import ModelFileError, UsageError
from biometry_cli.inference.planes import PlaneGuide
from biometry_cli.inference.predictor import Predictor, load
from biometry_cli.inference.reading import measured_structures
from biometry_cli.measure.catalog import plane_key
from biometry_cli.runs import find_weights
from biometry_cli.settings import Settings


@dataclass(frozen=True)
class Models:
    """What answers the images.

    Attributes:
        reader: gives the readings.
        answering: the model, or with ``planes`` all that measure.
        planes: the model that recognises planes, where one does.
    """

    reader: Predictor | PlaneGuide
    answering: tuple[Predictor, ...]
    planes: Predictor | None = None

    @property
    def structures(self) -> tuple[str, ...]:
        """Everything that is measured."""
        return tuple(
            name for each in self.answering for name in measured_structures(each.card.labels)
        )


def open_models(settings: Settings) -> Models:
    """Open what ``predict.weights``, ``predict.more_weights`` and ``predict.planes`` name.

    Raises:
        UsageError: several models without ``planes``, two that know the same structure, or planes
            that lead to nothing that could be measured.
        ModelFileError: no usable model, one of planes that measures, or one that should measure
            and does not.
    """
    wanted, runs_folder = settings.predict, settings.train.runs_folder
    if wanted.planes is None:
        if wanted.more_weights:
            raise UsageError(
                "several models are given by --weights, and nothing says which measures an image",
                mend="Add --planes MODEL, which recognises each image's plane, or name one model",
            )
        alone = _open(find_weights(wanted.weights, runs_folder), settings)
        return Models(alone, (alone,))
    files = [find_weights(wanted.planes, runs_folder, flag="--planes")]
    files += [find_weights(each, runs_folder) for each in (wanted.weights, *wanted.more_weights)]
    planes, *measuring = (_open(file, settings) for file in files)
    if planes.card.task != "classify":
        raise ModelFileError(
            f"{planes.name} measures, and --planes needs a model that classifies",
            where=files[0],
            mend="Name it by --weights, and a model trained on labels of planes by --planes",
        )
    by_structure: dict[str, tuple[Path, Predictor]] = {}
    for file, predictor in zip(files[1:], measuring, strict=True):
        structures = measured_structures(predictor.card.labels)
        if not structures:
            latest = wanted.weights is None and file == files[1]
            raise ModelFileError(
                f"{predictor.name}{', the latest run,' * latest} classifies and measures nothing",
                where=file,
                mend="Name a model that measures by --weights",
            )
        for name in structures:
            if name in by_structure:
                raise UsageError(
                    f"both {by_structure[name][0]} and {file} know the {name}, and nothing says "
                    "which of them measures it",
                    mend="Name one of the two by --weights",
                )
            by_structure[name] = (file, predictor)
    keys = {plane_key(name) for name in planes.card.labels.classes}
    led_to = {each for name, each in wanted.plane_structures.items() if plane_key(name) in keys}
    if not led_to & set(by_structure):
        raise UsageError(
            f"no plane that {planes.name} knows ({', '.join(planes.card.labels.classes)}) leads to "
            f"a structure that could be measured ({', '.join(by_structure)})",
            mend="Say what a plane shows, such as by --set predict.plane_structures.NAME=head",
        )
    guide = PlaneGuide(
        planes, {name: each for name, (_, each) in by_structure.items()}, wanted.plane_structures
    )
    return Models(guide, tuple(measuring), planes)


def _open(file: Path, settings: Settings) -> Predictor:
    return load(file, device=settings.device.name, threads=settings.device.threads)
