"""What may change between the sittings of a run, and what is another run."""

import pytest

from biometry_cli.data.labels import LabelSchema
from biometry_cli.data.membership import Membership, membership
from biometry_cli.errors import DataError, UsageError
from biometry_cli.settings import Settings
from biometry_cli.training.resume import (
    RunData,
    continued,
    require_same_labels,
    require_same_settings,
)

SUBJECTS = {"train": ["a", "b", "c", "d"], "val": ["e"], "test": ["f"]}
PIXELS = {"train": ["1", "2", "3", "4"], "val": ["5"], "test": ["6"]}


def _changed(section: str, **values: object) -> Settings:
    settings = Settings()
    part = getattr(settings, section).model_copy(update=values)
    return settings.model_copy(update={section: part})


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("train", "learning_rate", 0.5),
        ("train", "batch_size", 3),
        ("train", "seed", 5),
        ("data", "structures", ("femur",)),
        ("data", "height_px", 96),
        ("model", "name", "segnet"),
    ],
)
def test_a_setting_that_shapes_the_weights_is_refused(section, key, value):
    with pytest.raises(UsageError, match=rf"{section}\.{key} is "):
        require_same_settings(_changed(section, **{key: value}), Settings())


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("train", "epochs", 77),
        ("train", "minutes", 3.0),
        ("data", "workers", 1),
        ("device", "threads", 1),
        ("predict", "batch_size", 3),
    ],
)
def test_budgets_and_the_machine_may_change(section, key, value):
    require_same_settings(_changed(section, **{key: value}), Settings())


def test_other_classes_are_refused_by_both_names():
    before = RunData(labels=LabelSchema(task="segment", classes=("background", "head")))
    now = LabelSchema(task="segment", classes=("background", "femur"))
    require_same_labels(before.labels, (), before)
    with pytest.raises(DataError, match=r"background, femur and were background, head"):
        require_same_labels(now, (), before)
    with pytest.raises(DataError, match=r"dataset\.toml names are now head and were none"):
        require_same_labels(before.labels, ("head",), before)


def test_data_that_grew_goes_on_and_says_so():
    before = membership(SUBJECTS, PIXELS)
    grown = {**SUBJECTS, "train": [*SUBJECTS["train"][1:], "g", "h"]}
    pixels = {**PIXELS, "train": [*PIXELS["train"][1:], "7", "8"]}
    record, notes = continued(before, grown, pixels)
    (note,) = notes
    assert "2 training images came and 1 went" in note
    assert set(record.images["train"]) == {"1", "2", "3", "4", "7", "8"}, "none is forgotten"
    assert continued(before, SUBJECTS, PIXELS) == (before, [])


def test_another_folder_is_refused():
    before = membership(SUBJECTS, PIXELS)
    with pytest.raises(DataError, match="holds 1 of the 4 images that the run learned from"):
        continued(before, SUBJECTS, {**PIXELS, "train": ["1", "x", "y", "z"]})


@pytest.mark.parametrize("split", ["val", "test"])
@pytest.mark.parametrize(
    ("subject", "pixels"), [("a", "new"), ("new", "1")], ids=["by subject", "by pixels"]
)
def test_what_was_learned_from_may_not_stand_in_another_split(split, subject, pixels):
    before = membership(SUBJECTS, PIXELS)
    subjects = {**SUBJECTS, split: [subject]}
    with pytest.raises(DataError, match=f"1 images of {split} are ones"):
        continued(before, subjects, {**PIXELS, split: [pixels]})


def test_a_run_that_remembers_nothing_goes_on():
    record, notes = continued(Membership(), SUBJECTS, PIXELS)
    assert record == membership(SUBJECTS, PIXELS)
    assert notes == []
