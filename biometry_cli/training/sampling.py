"""How rare classes get their due: drawn as often as common ones, or weighted, never both."""

from collections.abc import Mapping

from biometry_cli.errors import UsageError
from biometry_cli.settings import TrainSettings

_UNEVEN = 0.5  # the rarest class's images over the commonest one's; below, sampling balances


def require_sampling(settings: TrainSettings, task: str) -> None:
    """Raise UsageError for balanced sampling of a task whose images have no one class."""
    if settings.sampling == "balanced" and task != "classify":
        raise UsageError(
            f"train.sampling=balanced draws images by their class, and the task is {task}",
            mend="Leave train.sampling out, or take --task classify",
        )


def settle_sampling(
    settings: TrainSettings, task: str, class_shares: Mapping[str, float]
) -> TrainSettings:
    """Settings with "natural" or "balanced" in the place of the sampling "auto".

    Args:
        settings: as resolved.
        task: of the data.
        class_shares: share of the training images by class; one that has none does not count.

    Raises:
        UsageError: as ``require_sampling``.
    """
    require_sampling(settings, task)
    if settings.sampling != "auto":
        return settings
    shares = [share for share in class_shares.values() if share > 0]
    uneven = bool(shares) and min(shares) < _UNEVEN * max(shares)
    # Who asks for weights gets weights: the two corrections must not add up.
    balanced = task == "classify" and uneven and settings.class_weights != "balanced"
    return settings.model_copy(update={"sampling": "balanced" if balanced else "natural"})


def weighs_classes(settings: TrainSettings, task: str) -> bool:
    """Whether the loss counts rare classes more, with settled sampling."""
    if settings.class_weights == "auto":
        return task == "classify" and settings.sampling == "natural"
    return settings.class_weights == "balanced"
