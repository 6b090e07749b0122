"""The end of a training run: what its model is worth, written into its file."""

from pathlib import Path

from biometry_cli.bundle import ModelCard, write_model
from biometry_cli.data.layout import Dataset
from biometry_cli.evaluation.calibrate import calibrate, images_to_calibrate
from biometry_cli.inference.backends import TorchBackend
from biometry_cli.inference.model import parse_network, read_model
from biometry_cli.inference.predictor import Predictor
from biometry_cli.settings import TrainSettings
from biometry_cli.watch import Watcher


def calibrate_model(
    path: Path, dataset: Dataset, settings: TrainSettings, device: str, watcher: Watcher
) -> ModelCard:
    """Calibrate a model on its validation split and keep the result in its file, as finished.

    Args:
        path: the model file; it is replaced.
        dataset: the data that it was trained on.
        settings: of the run: the seed, which parted the validation subjects, and the error rate
            that a classifier may have where it is sure.
        device: "cpu" or "cuda".
        watcher: told of each image.

    Returns:
        The model's card with its calibration.

    Raises:
        DataError: an image or mask that cannot be read.
        UsageError: the file cannot be written.
    """
    card, network = parse_network(read_model(path), path)
    network = network.to(device)
    predictor = Predictor(card, TorchBackend(network, device), name=card.model.name)
    watcher.phase("calibrating", images_to_calibrate(dataset, settings.seed))
    fitted = calibrate(
        predictor,
        dataset,
        seed=settings.seed,
        unsure_error_rate=settings.unsure_error_rate,
        on_image=watcher.advance,
    )
    training = card.training.model_copy(update={"finished": True})
    card = card.model_copy(update={"calibration": fitted, "training": training})
    write_model(path, card, network.state_dict())
    return card
