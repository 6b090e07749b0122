"""Training samples: the cache changes nothing, masks keep their area, epochs miss nobody."""

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from biometry_cli.data.dataset import BalancedOrder, EpochOrder, TrainingData
from biometry_cli.data.images import read_scan
from biometry_cli.data.layout import Dataset, read_dataset
from biometry_cli.data.preprocess import Preprocess
from biometry_cli.errors import DataError
from biometry_cli.settings import AugmentSettings

if TYPE_CHECKING:
    from conftest import FolderBuilder

PREPROCESS = Preprocess(height_px=48, width_px=64)
STILL = AugmentSettings(enabled=False)


def ellipse(semi_x: float, semi_y: float) -> np.ndarray:
    """A binary ellipse in 300 x 400 pixels (height x width)."""
    y, x = np.mgrid[:300, :400]
    inside = ((x - 201.3) / semi_x) ** 2 + ((y - 148.6) / semi_y) ** 2 <= 1
    return inside.astype(np.uint8)


@pytest.fixture
def dataset(folder: "FolderBuilder") -> Dataset:
    """Four images with two structures each."""
    for number in range(4):
        mask = ellipse(100, 60 + 10 * number)
        mask[:20, :30] = 2
        folder.pair("train", f"s{number}", mask)
    folder.pair("val", "other", mask)
    return read_dataset(folder.root, structures=("head", "femur"))


def training_data(
    dataset: Dataset,
    augmentation: AugmentSettings = STILL,
    preprocess: Preprocess = PREPROCESS,
    *,
    cache_mb: int = 100,
    seed: int = 0,
) -> TrainingData:
    return TrainingData(
        dataset.split("train"), dataset, preprocess, augmentation, seed=seed, cache_mb=cache_mb
    )


def test_an_item_is_a_normalised_image_and_coverage(dataset: Dataset) -> None:
    image, coverage = training_data(dataset)[0, 0]
    assert image.shape == (1, 48, 64)
    assert coverage.shape == (2, 48, 64)
    assert image.dtype == coverage.dtype == torch.float32
    assert float(image.mean()) == pytest.approx(0, abs=1e-3)
    assert float(image.std()) == pytest.approx(1, abs=1e-2)
    assert float(coverage.min()) >= 0
    assert float(coverage.max()) <= 1
    assert float(coverage.sum(dim=0).max()) <= 1 + 2e-3


def test_without_changes_an_item_is_what_prediction_sees(dataset: Dataset) -> None:
    sample = dataset.split("train")[2]
    pixels = read_scan(sample.image).pixels
    expected, placement = PREPROCESS.apply(pixels)
    image, _ = training_data(dataset)[0, 2]
    # Kept in half precision, which rounds by 2^-12 of full brightness at most.
    deviation = PREPROCESS.place(pixels, placement).std()
    np.testing.assert_allclose(image.numpy(), expected, atol=2 * 2**-12 / deviation)


@pytest.mark.parametrize("semi_y", [60, 90])
@pytest.mark.parametrize("size", [(96, 128), (176, 256), (150, 256)])
def test_coverage_adds_up_to_the_area_of_the_ellipse(
    folder: "FolderBuilder", semi_y: float, size: tuple[int, int]
) -> None:
    folder.pair("train", "a", ellipse(100, semi_y))
    data = training_data(
        read_dataset(folder.root / "", structures=("head",), split_shares=(1, 0, 0)),
        preprocess=Preprocess(height_px=size[0], width_px=size[1]),
    )
    scale = min(size[0] / 300, size[1] / 400)
    area_px = float(data[0, 0][1].double().sum()) / scale**2
    assert area_px == pytest.approx(math.pi * 100 * semi_y, rel=4e-3)


def test_the_cache_changes_no_pixel(dataset: Dataset) -> None:
    augmentation = AugmentSettings()
    kept = training_data(dataset, augmentation, cache_mb=100)
    read = training_data(dataset, augmentation, cache_mb=0)
    assert list(kept.warm()) == [1, 2, 3, 4]
    assert list(read.warm()) == []
    for epoch in (0, 1):
        for index in range(4):
            for first, second in zip(kept[epoch, index], read[epoch, index], strict=True):
                assert torch.equal(first, second)


def test_the_cache_answers_without_the_files(dataset: Dataset) -> None:
    kept, read = training_data(dataset), training_data(dataset, cache_mb=0)
    list(kept.warm())
    for sample in dataset.split("train"):
        sample.image.unlink()
    assert kept[0, 3][0].shape == (1, 48, 64)
    with pytest.raises(DataError, match="no such file"):
        read[0, 3]


def test_the_cache_stays_within_its_memory(dataset: Dataset) -> None:
    big = Preprocess(height_px=512, width_px=256)
    # Three half-precision planes of 512 x 256 take 0.75 MB: one fits 1 MB, two fit 2 MB.
    assert [
        len(list(training_data(dataset, preprocess=big, cache_mb=mb).warm())) for mb in (1, 2)
    ] == [1, 2]


def test_changes_are_keyed_by_seed_epoch_and_image(dataset: Dataset) -> None:
    data = training_data(dataset, AugmentSettings())
    again = training_data(dataset, AugmentSettings())
    other = training_data(dataset, AugmentSettings(), seed=1)
    assert torch.equal(data[3, 1][0], again[3, 1][0])
    assert not torch.equal(data[3, 1][0], data[4, 1][0])
    assert not torch.equal(data[3, 1][0], other[3, 1][0])


def test_items_do_not_share_memory_with_the_cache(dataset: Dataset) -> None:
    data = training_data(dataset)
    image, coverage = data[0, 0]
    before = image.clone()
    image.zero_()
    coverage.zero_()
    assert torch.equal(data[0, 0][0], before)
    assert float(data[0, 0][1].sum()) > 0


def test_a_classification_target_is_the_class_number(folder: "FolderBuilder") -> None:
    for label in ("head", "abdomen"):
        folder.scan(f"train/{label}/{label}.png")
    folder.scan("val/head/other.png")
    data = training_data(read_dataset(folder.root))
    targets = [data[0, index][1] for index in range(2)]
    assert [int(target) for target in targets] == [0, 1]
    assert targets[0].dtype == torch.int64
    assert targets[0].shape == ()


counts, batch_sizes = st.integers(1, 60), st.integers(1, 9)


def epoch_of(count: int, batch_size: int, epoch: int, seed: int = 0) -> list[list[tuple[int, int]]]:
    order = EpochOrder(count, batch_size, seed)
    order.epoch = epoch
    batches = list(order)
    assert len(order) == len(batches)
    return batches


@given(counts, batch_sizes, st.integers(0, 1000))
def test_an_epoch_holds_each_image_once(count: int, batch_size: int, epoch: int) -> None:
    batches = epoch_of(count, batch_size, epoch)
    flat = [index for batch in batches for _, index in batch]
    lone_last = batch_size > 1 and count > batch_size and count % batch_size == 1
    assert len(set(flat)) == len(flat) == count - lone_last
    assert set(flat) <= set(range(count))
    assert all(key == epoch for batch in batches for key, _ in batch)
    assert all(len(batch) == batch_size for batch in batches[:-1])
    # Batch norm cannot learn from one image, unless that is all there is or was asked for.
    assert all(len(batch) > 1 or batch_size == 1 or count == 1 for batch in batches)


def test_the_order_is_keyed_by_seed_and_epoch() -> None:
    first = epoch_of(40, 8, epoch=2)
    assert epoch_of(40, 8, epoch=2) == first
    orders = [
        [index for batch in epoch_of(40, 8, epoch, seed) for _, index in batch]
        for epoch, seed in ((2, 0), (3, 0), (2, 1))
    ]
    assert orders[0] != orders[1]
    assert orders[0] != orders[2]


def test_the_lone_image_is_another_one_each_epoch() -> None:
    left_out = set()
    for epoch in range(10):
        seen = {index for batch in epoch_of(9, 4, epoch) for _, index in batch}
        left_out |= set(range(9)) - seen
    assert len(left_out) > 3


class_lists = st.lists(st.integers(0, 4), min_size=1, max_size=60)


def balanced(classes: list[int], epoch: int, batch_size: int = 1, seed: int = 0) -> list[int]:
    """What one epoch draws, image by image."""
    order = BalancedOrder(classes, batch_size, seed)
    order.epoch = epoch
    batches = list(order)
    assert len(order) == len(batches)
    assert all(key == epoch for batch in batches for key, _ in batch)
    return [drawn for batch in batches for _, drawn in batch]


@given(class_lists, st.integers(0, 1000))
def test_every_class_is_drawn_equally_often(classes: list[int], epoch: int) -> None:
    drawn = balanced(classes, epoch)
    assert len(drawn) == len(classes), "an epoch is as long as without balance"
    counts = [sum(classes[d % len(classes)] == each for d in drawn) for each in set(classes)]
    assert max(counts) - min(counts) <= 1


@given(class_lists, st.integers(0, 1000))
def test_images_of_a_class_are_drawn_equally_often_and_never_twice_alike(
    classes: list[int], epoch: int
) -> None:
    drawn = balanced(classes, epoch)
    assert len(set(drawn)) == len(drawn), "an index drawn again would be changed the same way"
    for each in set(classes):
        members = [i for i, own in enumerate(classes) if own == each]
        times = [sum(d % len(classes) == i for d in drawn) for i in members]
        assert max(times) - min(times) <= 1


def test_a_balanced_order_is_keyed_by_seed_and_epoch() -> None:
    classes = [0] * 30 + [1] * 3
    first = balanced(classes, epoch=2)
    assert balanced(classes, epoch=2) == first
    assert balanced(classes, epoch=3) != first
    assert balanced(classes, epoch=2, seed=1) != first


def test_over_the_epochs_a_common_class_shows_all_its_images() -> None:
    classes = [0] * 40 + [1] * 4
    seen = {d % 44 for epoch in range(12) for d in balanced(classes, epoch)}
    assert seen == set(range(44))


def test_an_image_drawn_again_is_the_same_one_changed_otherwise(dataset: Dataset) -> None:
    changed = training_data(dataset, AugmentSettings())
    assert not torch.equal(changed[0, 1][0], changed[0, 1 + 4][0])
    still = training_data(dataset)
    for first, second in zip(still[0, 1], still[0, 1 + 4], strict=True):
        assert torch.equal(first, second)
