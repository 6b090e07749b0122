"""Training samples as tensors: read once, kept small in memory, changed anew each epoch."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.utils.data import Dataset as TorchDataset
from torch.utils.data import Sampler

from biometry_cli.data.augment import Move, augment, keyed_generator
from biometry_cli.data.images import read_scan
from biometry_cli.data.labels import LabelSchema
from biometry_cli.data.landmarks import outside
from biometry_cli.data.layout import Dataset
from biometry_cli.data.masks import read_mask
from biometry_cli.data.points import mirrored_places
from biometry_cli.data.preprocess import Placement, Preprocess
from biometry_cli.data.samples import Sample
from biometry_cli.settings import AugmentSettings

# Half precision keeps 11 bits: more than the scan's 8, and enough for a mask's coverage.
_Kept = tuple[npt.NDArray[np.float16], npt.NDArray[np.float16], Placement]
EpochAndIndex = tuple[int, int]
Target = Tensor | tuple[Tensor, Tensor]

VISIBLE, HIDDEN, UNKNOWN = 1.0, 0.0, -1.0
"""States of a point: in the image, known not to be, or nothing to learn from."""


class TrainingData(TorchDataset[tuple[Tensor, Target]]):
    """Samples of one split, indexed by (epoch, index).

    An index beyond the last sample starts over with the first: the same image, changed otherwise,
    for an epoch that draws an image more than once.

    An item is the image (1, H, W) float32, normalised, and its target: for segmentation the
    coverage of each structure (S, H, W) float32, 0 to 1; for classification the class () int64;
    for landmarks each point's x, y and state (P, 3) float32, in pixels of the input. With masks
    and landmarks it is both, in this order.

    Args:
        samples: what to learn from.
        labels, dataset: what the masks or labels mean.
        preprocess: input size and normalisation.
        augmentation: random changes.
        seed: keys the changes together with epoch and index.
        cache_mb: decoded images are kept while they fit.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        dataset: Dataset,
        preprocess: Preprocess,
        augmentation: AugmentSettings,
        *,
        seed: int,
        cache_mb: int,
    ) -> None:
        self._samples = samples
        self._labels: LabelSchema = dataset.labels
        self._coding = dataset.coding
        self._preprocess = preprocess
        self._augmentation = augmentation
        self._seed = seed
        planes = 1 + len(self._labels.structures)
        sample_mb = planes * preprocess.height_px * preprocess.width_px * 2 / 2**20
        self._cached = min(len(samples), int(cache_mb / sample_mb))
        self._kept: dict[int, _Kept] = {}

    def __len__(self) -> int:
        return len(self._samples)

    def __getitem__(self, key: EpochAndIndex) -> tuple[Tensor, Target]:
        epoch, drawn = key
        index = drawn % len(self._samples)
        kept_image, kept_masks, placement = self._read(index)
        image, masks, move = augment(
            torch.from_numpy(kept_image.astype(np.float32)),
            torch.from_numpy(kept_masks.astype(np.float32)),
            self._augmentation,
            keyed_generator(self._seed, epoch, drawn),
        )
        image = torch.from_numpy(self._preprocess.normalise(image.numpy()))
        sample, labels = self._samples[index], self._labels
        if labels.task == "classify":
            return image, torch.tensor(labels.classes.index(str(sample.label)))
        if not labels.finds_points:
            return image, masks
        points = point_targets(sample, labels, placement, move, (image.shape[-2], image.shape[-1]))
        return image, (masks, points) if labels.segments else points

    def classes(self) -> list[int]:
        """Each sample's class number, for classification."""
        return [self._labels.classes.index(str(sample.label)) for sample in self._samples]

    def warm(self) -> Iterator[int]:
        """Fill the cache, yielding the count after each image. Raises DataError."""
        for index in range(self._cached):
            self._read(index)
            yield index + 1

    def _read(self, index: int) -> _Kept:
        kept = self._kept.get(index)
        if kept is not None:
            return kept
        sample = self._samples[index]
        pixels = read_scan(sample.image).pixels
        placement = self._preprocess.placement((pixels.shape[0], pixels.shape[1]))
        image = self._preprocess.place(pixels, placement)[None].astype(np.float16)
        masks = np.zeros((0, *image.shape[1:]), np.float16)
        if sample.mask is not None:
            structures = self._labels.structures
            indices = read_mask(sample.mask, structures, self._coding)
            # Shrinking averages: a pixel at the edge keeps how much of it the structure covers.
            masks = np.stack(
                [
                    self._preprocess.place((indices == i + 1).astype(np.float32), placement)
                    for i in range(len(structures))
                ]
            ).astype(np.float16)
        if index < self._cached:
            self._kept[index] = (image, masks, placement)
        return image, masks, placement


def point_targets(
    sample: Sample, labels: LabelSchema, placement: Placement, move: Move, size: tuple[int, int]
) -> Tensor:
    """Where a sample's points lie in the network's input, and what is known of them.

    Args:
        sample: with points in pixels of its image.
        labels: names and order of the points, and which change places in a mirror image.
        placement: of the image in the input.
        move: of the input's pixels.
        size: (height, width) of the input.

    Returns:
        (P, 3) float32: x, y and the state, which is ``VISIBLE``, ``HIDDEN`` for one that the
        annotator left out, or ``UNKNOWN`` for one outside the image, before or after the move.
        Both ends of a caliper are unknown where one is.
    """
    known = sample.points or {}
    named = [known.get(name) for name in labels.points]
    places = np.array([point or (0.0, 0.0) for point in named])
    moved = move.points(torch.from_numpy(placement.to_input(places)), size)
    state = torch.tensor([HIDDEN if point is None else VISIBLE for point in named])
    beyond = moved.new_tensor([size[1] - 0.5, size[0] - 0.5])
    off = ~((moved >= -0.5) & (moved <= beyond)).all(dim=-1)
    off |= torch.tensor([name in outside(known, placement.source_size) for name in labels.points])
    for first, second in labels.calipers.values():
        off[[first, second]] = bool(off[first] | off[second])
    state[off & (state == VISIBLE)] = UNKNOWN
    target = torch.cat([moved.float(), state[:, None]], dim=1)
    if move.flipped:
        target = target[list(mirrored_places(labels.points, labels.swap))]
    return target


class EpochOrder(Sampler[list[EpochAndIndex]]):
    """Batches of (epoch, index): a new order each epoch, keyed by seed and epoch.

    The epoch travels with the index, so that loading processes that outlive an epoch change the
    images of the right one. A last batch of one image is left out: batch norm cannot learn from it.
    """

    def __init__(self, count: int, batch_size: int, seed: int) -> None:
        self._count = count
        self._batch_size = batch_size
        self._seed = seed
        self.epoch = 0

    def __len__(self) -> int:
        full, rest = divmod(self._count, self._batch_size)
        return full + (rest > 1 or (full == 0 and rest == 1))

    def __iter__(self) -> Iterator[list[EpochAndIndex]]:
        generator = keyed_generator(self._seed, self.epoch, -1)
        order = self._drawn(generator)
        for step in range(len(self)):
            chosen = order[step * self._batch_size : (step + 1) * self._batch_size]
            yield [(self.epoch, index) for index in chosen]

    def _drawn(self, generator: torch.Generator) -> list[int]:
        order: list[int] = torch.randperm(self._count, generator=generator).tolist()
        return order


class BalancedOrder(EpochOrder):
    """As many images an epoch as there are, every class as often as any other, within one.

    A rare class's images come again and again, each as often as any other of its class, within
    one, and with another index each time (see ``TrainingData``), so that they are changed anew. Of
    a common class every epoch draws others. Keyed by seed and epoch like ``EpochOrder``.

    Args:
        classes: class number of each sample; one without samples is not drawn.
    """

    def __init__(self, classes: Sequence[int], batch_size: int, seed: int) -> None:
        super().__init__(len(classes), batch_size, seed)
        numbers = torch.tensor(classes)
        self._members = [torch.nonzero(numbers == each)[:, 0] for each in sorted(set(classes))]

    def _drawn(self, generator: torch.Generator) -> list[int]:
        whole, rest = divmod(self._count, len(self._members))
        favoured = torch.randperm(len(self._members), generator=generator)[:rest].tolist()
        drawn: list[int] = []
        for place, members in enumerate(self._members):
            wanted = whole + (place in favoured)
            for again in range(-(-wanted // len(members))):
                shuffled = members[torch.randperm(len(members), generator=generator)]
                taken = shuffled[: wanted - again * len(members)]
                drawn += (taken + again * self._count).tolist()
        mixed = torch.randperm(len(drawn), generator=generator).tolist()
        return [drawn[place] for place in mixed]
