"""The confusion matrix as a picture."""

from pathlib import Path

import numpy as np

from biometry_cli.files import replacing
from biometry_cli.results.evaluation import Evaluation

_CELL_INCH = 0.55
_LARGEST_INCH = 24.0  # beyond that cells shrink, so that hundreds of classes give a sane file


def write_confusion(path: Path, evaluation: Evaluation) -> None:
    """Write a PNG of the counts: a row a true class, coloured by the row's shares.

    Raises:
        ValueError: the evaluation has no confusion matrix.
        UsageError: the file cannot be written.
    """
    from matplotlib.figure import Figure

    if evaluation.confusion_matrix is None:
        raise ValueError(f"an evaluation of the task {evaluation.task} has no confusion matrix")
    counts = np.array(evaluation.confusion_matrix)
    # A class with few images must look as right or wrong as one with many.
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    classes = evaluation.classes
    longest = max(map(len, classes), default=0)
    side = len(classes) * _CELL_INCH + 1.2 + 0.08 * longest
    side = min(max(side, 3.5), _LARGEST_INCH)
    figure = Figure(figsize=(side + 0.8, side), layout="constrained")
    axis = figure.subplots()
    image = axis.imshow(shares, vmin=0, vmax=1, cmap="Blues")
    places = range(len(classes))
    axis.set_xticks(places, classes, rotation=45, ha="right", rotation_mode="anchor")
    axis.set_yticks(places, classes)
    axis.set_xlabel("called")
    axis.set_ylabel("true class")
    axis.set_title(f"{evaluation.split}: {evaluation.n} images", loc="left")
    for (row, column), count in np.ndenumerate(counts):
        if count:
            color = "white" if shares[row, column] > 0.5 else "black"
            axis.text(column, row, str(count), ha="center", va="center", color=color)
    figure.colorbar(image, ax=axis, shrink=0.8, label="share of the true class")
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=130)
